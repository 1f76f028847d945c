"""What is remembered of a compilation: the same answer without the compiler, or none at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from opsloop.compiler import memory as memory_module
from opsloop.compiler.answer import Answer
from opsloop.compiler.inputs import Program, inputs
from opsloop.compiler.memory import KEPT, Memory, cache_folder
from opsloop.problems import Problems
from tests.compiler.projects import ROOT

WARNED = "  - event.detail.bucketNam == 'a'\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shipped rules; one of them may be wrong about a field."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "rules", folder / "rules")
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "opsloop"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """What compiles, as files that a test may change."""
    package, library = tmp_path / "package", tmp_path / "site-packages"
    for folder in (package / "below", package / "compiled", library / "botocore-1.42.0.dist-info"):
        folder.mkdir(parents=True)
    (package / "below" / "code.py").write_text("1\n")
    return Program("3.11", (package,), (library, tmp_path / "not-there"))


def rule(project: Path) -> Path:
    return next(path for path in sorted(project.glob("rules/*/*.yaml")) if path.stem != "pack")


def digest(project: Path, program: Program) -> str:
    found = inputs(project, program)
    assert found is not None
    return found.digest


# The digest: whatever an answer depends on changes it.


def edit(path: Path) -> None:
    path.write_text(path.read_text() + "\n")


CHANGES: dict[str, Callable[[Path, Path], object]] = {
    "a rule": lambda project, _: edit(rule(project)),
    "a rule, at the same length": lambda project, _: rule(project).write_text(
        rule(project).read_text().replace("e", "E", 1)
    ),
    "a rule's name": lambda project, _: rule(project).rename(rule(project).with_name("new.yaml")),
    "a rule less": lambda project, _: rule(project).unlink(),
    "a rule more": lambda project, _: shutil.copy(rule(project), rule(project).with_name("b.yaml")),
    "a rule's pack": lambda project, _: rule(project).parent.rename(project / "rules" / "new"),
    "a pack without a file": lambda project, _: (project / "rules" / "new").mkdir(),
    "settings": lambda project, _: edit(project / "rules" / "opsloop.yaml"),
    "no settings": lambda project, _: (project / "rules" / "opsloop.yaml").unlink(),
    "code of a pack": lambda project, _: (rule(project).with_name("own.py")).write_text("1"),
    "a file that is hidden": lambda project, _: (rule(project).with_name(".a.yaml")).touch(),
    "our code": lambda _, at: edit(at / "package" / "below" / "code.py"),
    "our data": lambda _, at: (at / "package" / "data.jsonl").write_text("{}"),
    "a library's version": lambda _, at: (
        at / "site-packages" / "botocore-1.42.0.dist-info"
    ).rename(at / "site-packages" / "botocore-1.42.1.dist-info"),
    "a library more": lambda _, at: (at / "site-packages" / "a-1.dist-info").mkdir(),
    "a library installed again": lambda _, at: os.utime(
        at / "site-packages" / "botocore-1.42.0.dist-info", (1, 1)
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen(what: str, project: Path, program: Program, tmp_path: Path) -> None:
    before = digest(project, program)
    assert digest(project, program) == before
    CHANGES[what](project, tmp_path)
    assert digest(project, program) != before


@pytest.mark.parametrize("name", ["compiled", "__pycache__"])
def test_a_pack_may_be_called_as_what_is_made(name: str, project: Path, program: Program) -> None:
    there = rule(project)
    pack = there.parent.rename(project / "rules" / name)
    before = digest(project, program)
    edit(pack / there.name)
    assert digest(project, program) != before


def test_another_python_or_place_is_a_change(project: Path, program: Program) -> None:
    other = project.rename(project.with_name("other"))
    digests = {digest(other, program), digest(other, replace(program, python="3.12"))}
    other.rename(project)
    assert len({*digests, digest(project, program)}) == 3


def test_what_the_compiler_and_python_write_is_none(
    project: Path, program: Program, tmp_path: Path
) -> None:
    before = digest(project, program)
    (tmp_path / "package" / "compiled" / "a.json").write_text("{}")
    (tmp_path / "package" / "__pycache__").mkdir()
    (tmp_path / "package" / "__pycache__" / "code.pyc").write_text("")
    (project / "chalicelib").mkdir()
    assert digest(project, program) == before


def link(to: Path) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(to)


@pytest.mark.parametrize(
    "make", [os.mkfifo, link(ROOT), link(ROOT / "nowhere")], ids=["pipe", "folder", "nothing"]
)
def test_what_cannot_be_told_has_no_digest(
    make: Callable[[Path], None], project: Path, program: Program
) -> None:
    make(rule(project).with_name("odd"))
    assert inputs(project, program) is None


def test_a_linked_rule_is_read_where_it_is(project: Path, program: Program, tmp_path: Path) -> None:
    elsewhere = rule(project).rename(tmp_path / "elsewhere.yaml")
    rule(project).with_name("linked.yaml").symlink_to(elsewhere)
    before = digest(project, program)
    edit(elsewhere)
    assert digest(project, program) != before


def test_a_project_without_rules_has_no_digest(tmp_path: Path, program: Program) -> None:
    assert inputs(tmp_path, program) is None


# The memory: what it says is what the compiler would say.


def wrong(project: Path) -> None:
    rule(project).write_text(rule(project).read_text().replace("severity:", "severty:"))


def doubtful(project: Path) -> None:
    path = project / "rules" / "exposure" / "close-public-bucket.yaml"
    path.write_text(path.read_text().replace("if:\n", f"if:\n{WARNED}"))


def answered(project: Path, cache: Path | None) -> Answer:
    try:
        return Memory(project, cache).answer()
    except Problems as found:
        return Answer.wrong(found)


@pytest.mark.parametrize(
    ("change", "problems", "warnings"),
    [(lambda _: None, 0, 0), (wrong, 1, 0), (doubtful, 0, 1)],
    ids=["valid", "wrong", "doubtful"],
)
def test_the_same_answer_again(
    change: Callable[[Path], None], problems: int, warnings: int, project: Path, cache: Path
) -> None:
    change(project)
    first = answered(project, cache)
    assert (len(first.problems), len(first.warnings)) == (problems, warnings)
    assert [path.name for path in cache.iterdir()] == [digest(project, Program.running())]
    assert Memory(project, cache)._recalled() == first
    assert answered(project, cache) == first == answered(project, None)


def test_a_change_is_compiled(project: Path, cache: Path) -> None:
    first = answered(project, cache)
    wrong(project)
    assert answered(project, cache).problems
    rule(project).write_text(rule(project).read_text().replace("severty:", "severity:"))
    assert answered(project, cache) == first


def test_a_change_while_the_compiler_reads_is_not_remembered(project: Path, cache: Path) -> None:
    slow = Memory(project, cache)
    text = rule(project).read_text()
    wrong(project)
    with pytest.raises(Problems):
        slow.compiled()
    rule(project).write_text(text)
    assert not cache.exists()
    assert answered(project, cache).problems == ()


def test_a_change_and_back_while_the_compiler_reads_is_not_remembered(
    project: Path, cache: Path
) -> None:
    slow = Memory(project, cache)
    text = rule(project).read_text()
    wrong(project)
    rule(project).write_text(text)
    slow.compiled()
    assert not cache.exists()


def folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "no text": lambda path: path.write_bytes(b"\xff" * 100),
    "one letter": lambda path: path.write_bytes(path.read_bytes().replace(b"rules", b"rulez", 1)),
    "a folder": folder_in_its_place,
    "locked": lambda path: path.chmod(0),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_answer_is_none(damage: str, project: Path, cache: Path) -> None:
    first = answered(project, cache)
    (path,) = cache.iterdir()
    DAMAGE[damage](path)
    assert answered(project, cache) == first


@pytest.mark.parametrize("made", [Path.touch, lambda path: path.symlink_to("nowhere/at/all")])
def test_without_a_place_to_keep_it_everything_works(
    made: Callable[[Path], None], project: Path, cache: Path
) -> None:
    cache.parent.mkdir()
    made(cache)
    assert answered(project, cache) == answered(project, cache) == answered(project, None)


def test_the_newest_are_kept(project: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    for number in range(KEPT + 5):
        (cache / f"old{number}.tmp").touch()
        os.utime(cache / f"old{number}.tmp", (number, number))
    answered(project, cache)
    assert len(list(cache.iterdir())) == KEPT
    assert (cache / digest(project, Program.running())).exists()
    assert not (cache / "old5.tmp").exists()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"OPSLOOP_CACHE": "/a/b", "XDG_CACHE_HOME": "/c"}, "/a/b"),
        ({"OPSLOOP_CACHE": "off", "XDG_CACHE_HOME": "/c"}, None),
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "/c/opsloop"),
        ({"XDG_CACHE_HOME": "not/absolute", "HOME": "/h"}, "/h/.cache/opsloop"),
        ({"HOME": "/h"}, "/h/.cache/opsloop"),
    ],
)
def test_where_it_is_kept(
    environment: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPSLOOP_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == (expected and Path(expected))


# The commands, in processes of their own.

#: says on its last line whether the compiler was loaded
RUN = """
import sys
from opsloop.cli import main
try:
    main()
finally:
    print("opsloop.compiler.build" in sys.modules, file=sys.stderr)
"""


def run(project: Path, cache: Path, *words: str) -> tuple[int, str, str, bool]:
    environment = {**os.environ, "OPSLOOP_CACHE": str(cache)}
    command = [sys.executable, "-c", RUN, *words, "--project", str(project)]
    done = subprocess.run(  # noqa: S603 - ourselves
        command, env=environment, capture_output=True, text=True, check=False
    )
    *told, loaded = done.stderr.splitlines()
    return done.returncode, done.stdout, "\n".join(told), loaded == "True"


@pytest.mark.parametrize("words", [("validate",), ("validate", "--json"), ("compile", "--check")])
@pytest.mark.parametrize("change", [wrong, doubtful])
def test_a_command_says_the_same_without_the_compiler(
    words: tuple[str, ...], change: Callable[[Path], None], project: Path, cache: Path
) -> None:
    change(project)
    *first, loaded = run(project, cache, *words)
    *second, again = run(project, cache, *words)
    assert second == first
    assert (loaded, again) == (True, False)


def test_what_was_changed_by_hand_is_stale_and_written_anew(project: Path, cache: Path) -> None:
    assert run(project, cache, "compile")[0] == 0
    code, out, told, loaded = run(project, cache, "compile")
    assert (code, out, told, loaded) == (0, "", "8 rules compiled, 0 files changed", False)
    index = project / "chalicelib" / "compiled" / "index.json"
    before = index.read_text()
    index.write_text(before + " ")
    (index.parent / "gone.json").write_text("{}")
    stale = "stale chalicelib/compiled/gone.json\nstale chalicelib/compiled/index.json\n"
    assert run(project, cache, "compile", "--check")[:2] == (1, stale)
    assert run(project, cache, "compile")[0] == 0
    assert index.read_text() == before
    assert not (index.parent / "gone.json").exists()


def test_several_at_once(project: Path, cache: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: run(project, cache, "validate"), range(3)))
    assert {found[:3] for found in runs} == {(0, "", "8 rules are valid")}
    assert run(project, cache, "validate") == (0, "", "8 rules are valid", False)


def test_the_memory_itself_loads_little() -> None:
    code = f"import sys, {memory_module.__name__}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)  # noqa: S603 - ourselves
    assert not {b"pydantic", b"yaml", b"botocore", b"policy_sentry"} & set(done.stdout.split())
