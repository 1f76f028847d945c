"""Mutated rules: problems with places or a plan, soon, and never half an output.

The shipped rules, packs and settings are damaged as texts (bytes lost, doubled, exchanged) and as
data (values of any kind in any place); rules are made from the published schema. Whatever
comes of that, the compiler says so in its own words. 50,000 inputs in all.
"""

from __future__ import annotations

import copy
import gc
import json
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from opsloop.compiler.build import Compiled, compile_project
from opsloop.compiler.output import OWNED
from opsloop.problems import Place, Problems
from tests.compiler import fuzz_words as words
from tests.compiler.projects import HEADER, ROOT
from tests.compiler.schema_rules import SECTIONS, rules

pytestmark = pytest.mark.proof

RULE, PACK, SETTINGS = "rules/pack/rule.yaml", "rules/pack/pack.yaml", "rules/opsloop.yaml"
PACK_TEXT = "owner: team\nseverity: low\nregions: [us-east-1]\n"
SHIPPED = sorted(path for path in (ROOT / "rules").glob("*/*.yaml") if path.name != "pack.yaml")
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in SHIPPED}
#: what is damaged: a file's place, and what it holds
FILES = {name: (RULE, text) for name, text in TEXTS.items()} | {
    "pack": (PACK, PACK_TEXT),
    "settings": (SETTINGS, (ROOT / SETTINGS).read_text(encoding="utf-8")),
}
SECONDS = 2.0


def examples(number: int) -> settings:
    return settings(
        max_examples=number, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )


class Hangs(AssertionError):
    """Seconds of the processor are over."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    def over(_signal: int, _frame: FrameType | None) -> None:
        raise Hangs(f"more than {seconds} s")

    before = signal.signal(signal.SIGPROF, over)
    gc.disable()  # what all tests before have left is not for this input to tidy up
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        gc.enable()
        signal.signal(signal.SIGPROF, before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("fuzz")
    (made / "rules" / "pack").mkdir(parents=True)
    restore(made)
    for text in TEXTS.values():  # models and tables are read once
        (made / RULE).write_text(text)
        compiled(made)
    return made


@pytest.fixture
def root(folder: Path) -> Path:
    """A project in which one file is written anew for each example."""
    restore(folder)
    return folder


def restore(folder: Path) -> None:
    (folder / RULE).write_text(next(iter(TEXTS.values())))
    (folder / PACK).write_text(PACK_TEXT)
    shutil.copy(ROOT / SETTINGS, folder / SETTINGS)


def compile_all(folder: Path, content: bytes, name: str = RULE) -> None:
    """Compile it and write it: everything is there then, or all is as it was."""
    (folder / name).write_bytes(content)
    before = generated(folder)
    with at_most(SECONDS):
        made = compiled(folder)
        if isinstance(made, Compiled):
            made.output.write(folder)
    if isinstance(made, Compiled):
        assert made.output.stale(folder) == []
        json.dumps(made.plans, allow_nan=False)
    else:
        assert made.problems
        assert str(made)
        assert all(is_placed(one.place, folder) for one in made.problems)
        assert generated(folder) == before


def compiled(folder: Path) -> Compiled | Problems:
    try:
        return compile_project(folder)
    except Problems as problems:
        return problems


def generated(folder: Path) -> dict[Path, bytes]:
    found = (path for name in OWNED for path in (folder / name).rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in found}


def is_placed(place: Place, folder: Path) -> bool:
    lines = (folder / place.file).read_bytes().count(b"\n") + 2
    return place.column >= 1 and 1 <= place.line <= lines


def as_yaml(data: Any) -> bytes:
    return (HEADER + yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False)).encode()


# Texts: 10,000 with pieces of YAML in them, 10,000 with any bytes.


@pytest.mark.parametrize("name", FILES)
def test_texts(root: Path, name: str) -> None:
    place, whole = FILES[name]

    @examples(1_000)
    @example(edits=[(0.0, 0, ["!", "%"])])  # once told of column 0
    @given(edits=words.EDITS)
    def check(edits: list[tuple[float, int, list[str]]]) -> None:
        text = whole
        for at, lost, pieces in ((int(edit[0] * len(text)), *edit[1:]) for edit in edits):
            text = text[:at] + "".join(pieces) + text[at + lost :]
        compile_all(root, text.encode(errors="surrogatepass"), place)

    check()


@pytest.mark.parametrize("name", FILES)
def test_bytes(root: Path, name: str) -> None:
    place, text = FILES[name]
    damage = st.lists(st.tuples(words.PLACES, st.binary(max_size=4)), max_size=4)

    @examples(1_000)
    @given(content=damage.map(lambda places: damaged(text.encode(), places)) | st.binary())
    def check(content: bytes) -> None:
        compile_all(root, content, place)

    check()


def damaged(content: bytes, places: list[tuple[float, bytes]]) -> bytes:
    for place, other in places:
        at = int(place * len(content))
        content = content[:at] + other + content[at + len(other) :]
    return content


# Data: 10,000 with values of any kind in any place.


def mutated(data: Any, changes: list[words.Change]) -> Any:
    data = copy.deepcopy(data)
    for place, value, key in changes:
        there = list(words.paths(data))
        data = words.changed(data, there[int(place * len(there))], copy.deepcopy(value), key)
    return data


@pytest.mark.parametrize("name", FILES)
def test_data(root: Path, name: str) -> None:
    place, text = FILES[name]
    data = yaml.safe_load(text)

    @examples(1_000)
    @example(changes=[(0.0, {"all": [{"to": None}]}, None)])  # almost `finally`
    @given(changes=st.lists(words.CHANGE, min_size=1, max_size=3))
    def check(changes: list[words.Change]) -> None:
        compile_all(root, as_yaml(mutated(data, changes)), place)

    check()


# Meaning: 8,000 whose expressions and texts say something else, in rules that are as they were.

MEANING = ("let", "if", "facts", "then", "on_failure", "each")


@pytest.mark.parametrize("name", TEXTS)
def test_meaning(root: Path, name: str) -> None:
    rule = yaml.safe_load(TEXTS[name])
    there = [path for path in words.paths(rule) if path[:1] and is_said(rule, path)]

    @examples(1_000)
    @given(changes=st.lists(st.tuples(words.PLACES, words.SAID), min_size=1, max_size=3))
    def check(changes: list[tuple[float, Any]]) -> None:
        data = copy.deepcopy(rule)
        for place, said in changes:
            data = words.changed(data, there[int(place * len(there))], said, None)
        compile_all(root, as_yaml(data))

    check()


def is_said(data: Any, path: words.Path) -> bool:
    """Whether a text or a number stands there, and no key that must be one of a few words."""
    for key in path:
        data = data[key]
    named = path[-1] in ("do", "id", "as", "on_error")
    return path[0] in MEANING and not isinstance(data, dict | list) and not named


# The schema: 12,000 with a section of the right shape, some of them damaged besides.


@pytest.mark.parametrize("section", SECTIONS)
def test_sections_from_the_schema(root: Path, section: str) -> None:
    @examples(1_500)
    @given(rule=rules(section), changes=st.lists(words.CHANGE, max_size=1))
    def check(rule: dict[str, Any], changes: list[words.Change]) -> None:
        compile_all(root, as_yaml(mutated(rule, changes)))

    check()
