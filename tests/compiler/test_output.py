"""What a compilation writes: everything or nothing, whatever comes in between."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.compiler.output import Output, as_compact_json, as_json
from opsloop.compiler.swap import OutputError, Swap

PLANS = "chalicelib/compiled"
INDEX = f"{PLANS}/index.json"
POLICY = ".chalice/policies/dev/a.json"
OLD = {INDEX: "1", f"{PLANS}/a.json": "old", f"{PLANS}/gone.json": "gone", POLICY: "old"}
NEW = {INDEX: "2", f"{PLANS}/a.json": "new", f"{PLANS}/b.json": "added", POLICY: "new"}
OTHERS = {
    "rules/pack/a.yaml": "a: 1",
    f"{PLANS}/README": "not ours",
    ".chalice/deployed/x.json": "{}",
}


def output(files: Mapping[str, str]) -> Output:
    made = Output(seal=INDEX)
    for path, text in files.items():
        made.add(path, text)
    return made


def state(root: Path) -> dict[str, str]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text() for path in files}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with the old state and files that are none of the compiler's."""
    for path, text in {**OLD, **OTHERS}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


CHANGED = sorted([*NEW, f"{PLANS}/gone.json"])


def test_a_folder_is_brought_to_the_new_state(root: Path) -> None:
    made = output(NEW)
    assert made.stale(root) == CHANGED
    assert made.write(root) == CHANGED
    assert state(root) == {**NEW, **OTHERS}
    assert made.stale(root) == []
    assert made.write(root) == []


def test_what_is_as_it_should_be_is_not_touched(root: Path) -> None:
    made = output({**OLD, POLICY: "new"})
    untouched = [root / path for path in OLD if path not in (INDEX, POLICY)]
    before = [path.stat().st_mtime_ns for path in untouched]
    assert made.write(root) == [POLICY]
    assert [path.stat().st_mtime_ns for path in untouched] == before
    assert state(root) == {**OLD, **OTHERS, POLICY: "new"}


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    assert output(NEW).write(tmp_path) == sorted(NEW)
    assert state(tmp_path) == NEW


def test_a_stage_that_is_gone_leaves_no_folder(root: Path) -> None:
    kept = {path: text for path, text in NEW.items() if path != POLICY}
    output(kept).write(root)
    assert not (root / POLICY).parent.exists()


def test_what_a_compilation_that_was_killed_left_is_removed(root: Path) -> None:
    (root / PLANS / ".a.json.x7.tmp").write_text("half")
    assert f"{PLANS}/.a.json.x7.tmp" in output(NEW).write(root)
    assert state(root) == {**NEW, **OTHERS}


def test_a_generated_file_that_is_no_text_is_written_anew(root: Path) -> None:
    (root / POLICY).write_bytes(b"\xff\xfe")
    output(NEW).write(root)
    assert state(root) == {**NEW, **OTHERS}


def test_one_path_is_written_once() -> None:
    made = output(NEW)
    with pytest.raises(ValueError, match=r"index\.json is written twice"):
        made.add(INDEX, "3")


# What cannot be written leaves everything as it was.


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full: the kernel refuses what is larger."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk(root: Path) -> None:
    made = output({**NEW, f"{PLANS}/large.json": "x" * 2_000})
    with pytest.raises(OutputError) as error, files_of_at_most(1_000):
        made.write(root)
    assert str(error.value) == f"{PLANS}/large.json: File too large; nothing was written"
    assert state(root) == {**OLD, **OTHERS}


def test_a_folder_in_a_files_place(root: Path) -> None:
    (root / PLANS / "b.json").mkdir()
    with pytest.raises(OutputError, match=r"Is a directory; nothing was written"):
        output(NEW).write(root)
    assert state(root) == {**OLD, **OTHERS}


def test_a_file_in_a_folders_place(root: Path) -> None:
    (root / ".chalice" / "policies" / "prod").write_text("x")
    with pytest.raises(OutputError, match=r"File exists; nothing was written"):
        output({**NEW, ".chalice/policies/prod/a.json": "x"}).write(root)
    assert state(root) == {**OLD, **OTHERS, ".chalice/policies/prod": "x"}


class Interrupted(Swap):
    """A user who stops the compilation after so many changes."""

    left: int

    def _put(self, path: str) -> None:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        super()._put(path)


class Killed(Interrupted):
    """A machine that loses power then: nobody puts anything back."""

    def _undo(self) -> None:
        """Nothing."""


TEXTS = {**{path: text for path, text in NEW.items() if path != INDEX}, f"{PLANS}/gone.json": None}


@pytest.mark.parametrize("changes", range(len(CHANGED)))
def test_an_interruption_puts_everything_back(changes: int, root: Path) -> None:
    swap = Interrupted(root, {**TEXTS, INDEX: NEW[INDEX]}, INDEX)
    swap.left = changes
    with pytest.raises(KeyboardInterrupt):
        swap.make()
    assert state(root) == {**OLD, **OTHERS}


@pytest.mark.parametrize("changes", range(len(CHANGED)))
def test_a_power_cut_leaves_no_seal_and_the_next_time_mends_it(changes: int, root: Path) -> None:
    swap = Killed(root, {**TEXTS, INDEX: NEW[INDEX]}, INDEX)
    swap.left = changes
    with pytest.raises(KeyboardInterrupt):
        swap.make()
    assert not (root / INDEX).exists()
    output(NEW).write(root)
    assert state(root) == {**NEW, **OTHERS}


class Stuck(Swap):
    """A disk on which nothing can be put back."""

    def _undo(self) -> None:
        raise OSError(28, "No space left on device")


def test_what_cannot_be_put_back_is_said(root: Path) -> None:
    (root / PLANS / "b.json").mkdir()
    with pytest.raises(OutputError, match=r"b\.json: Is a directory; some files were changed"):
        Stuck(root, {**TEXTS, INDEX: NEW[INDEX]}, INDEX).make()
    assert not (root / INDEX).exists()


def test_json_is_sorted_and_ends_with_a_line() -> None:
    content = {"b": [1, "é"], "a": {"y": None, "x": True}}
    assert as_compact_json(content) == '{"a":{"x":true,"y":null},"b":[1,"\\u00e9"]}\n'
    assert as_json(content) == (
        '{\n  "a": {\n    "x": true,\n    "y": null\n  },\n  "b": [\n    1,\n    "é"\n  ]\n}\n'
    )


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
CONTENTS = st.recursive(
    LEAVES, lambda below: st.lists(below) | st.dictionaries(st.text(), below), max_leaves=20
)


@given(content=CONTENTS)
def test_json_is_what_python_would_write(content: object) -> None:
    expected = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    assert as_json(content) == f"{expected}\n"
