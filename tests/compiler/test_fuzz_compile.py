"""Mutated rules: problems with places or a plan, soon, and never half an output.

The shipped rules are damaged as texts (bytes lost, doubled, exchanged) and as data (values of
any kind in any place). Whatever comes of that, the compiler says so in its own words.
"""

from __future__ import annotations

import copy
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from opsloop.compiler.build import Compiled, compile_project
from opsloop.compiler.output import OWNED
from opsloop.problems import Place, Problems
from tests.compiler.projects import HEADER, ROOT

pytestmark = pytest.mark.proof

RULES = sorted(path for path in (ROOT / "rules").glob("*/*.yaml") if path.name != "pack.yaml")
TEXTS = [path.read_text(encoding="utf-8") for path in RULES]
SECONDS = 2.0
EXAMPLES = settings(
    max_examples=1_000,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose one rule is written anew for each example."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "rules" / "pack").mkdir(parents=True)
    shutil.copy(ROOT / "rules" / "opsloop.yaml", folder / "rules")
    (folder / "rules" / "pack" / "pack.yaml").write_text(
        "owner: team\nseverity: low\nregions: [us-east-1]\n"
    )
    compile_all(folder, TEXTS[0].encode())  # models and tables are read once
    return folder


def compile_all(folder: Path, content: bytes) -> None:
    """Compile it and write it: everything is there then, or all is as it was."""
    (folder / "rules" / "pack" / "rule.yaml").write_bytes(content)
    before = generated(folder)
    began = time.process_time()
    made = compiled(folder)
    if isinstance(made, Problems):
        assert made.problems
        assert str(made)
        assert all(is_placed(one.place, folder) for one in made.problems)
        assert generated(folder) == before
    else:
        made.output.write(folder)
        assert made.output.stale(folder) == []
        json.dumps(made.plans, allow_nan=False)
    assert time.process_time() - began < SECONDS


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


# Texts.

PIECES = st.sampled_from(
    [
        *(": ", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ",", "'", '"', "#", "&a ", "*a"),
        *("|\n", ">-\n", "\t", "${", "$${", "?", "%", "@", "`", "\\", "---\n", "é", "😀", "null"),
        *("1", "true", "~", "<<: ", "*", "!", "0x", "1e400", ".nan", "\x00", "\ufeff", "", "=="),
        *("${facts", "event.", "steps.", "item", "$", "(", ")", "&", "|", "[?", "[]", "@.", "))"),
        *("aws.", "aws.ec2.", "do: ", "with: ", "if: ", "each: ", "let: ", "facts: ", "or: "),
    ]
)
PLACES = st.floats(0, 1, exclude_max=True)
EDITS = st.lists(st.tuples(PLACES, st.integers(0, 12), st.lists(PIECES, max_size=3)), max_size=4)


@EXAMPLES
@example(text=TEXTS[0], edits=[(0.0, 0, ["!", "%"])])  # once told of column 0
@given(text=st.sampled_from(TEXTS), edits=EDITS)
def test_texts(root: Path, text: str, edits: list[tuple[float, int, list[str]]]) -> None:
    for place, lost, pieces in edits:
        at = int(place * len(text))
        text = text[:at] + "".join(pieces) + text[at + lost :]
    compile_all(root, text.encode(errors="surrogatepass"))


@EXAMPLES
@given(text=st.sampled_from(TEXTS), places=st.lists(st.tuples(PLACES, st.binary(max_size=4))))
def test_bytes(root: Path, text: str, places: list[tuple[float, bytes]]) -> None:
    content = text.encode()
    for place, other in places[:4]:
        at = int(place * len(content))
        content = content[:at] + other + content[at + len(other) :]
    compile_all(root, content)


# Data.

WORDS = st.sampled_from(
    [
        *("", "a", "notify", "aws.ec2.stop_instances", "aws.ec2", "aws.s3.get_object", "pager"),
        *("${event.id}", "${", "${}", "${ }", "${secret('ssm:/a')}", "$${a}", "${{a: event}}"),
        *("event.detail", "facts.x.y", "steps.a.result", "alarm.name", "item", "params.a", "5m"),
        *("rate(1 hour)", "cron(0 0 * * ? *)", "ec2:*", "ec2:RunInstances", "iam:CreateUser", "*"),
        *("(((((((", "a" * 300, "a.b" * 400, "[?[?[?", "@", "`[1", "not a", "a || b", "'x'", "-1"),
    ]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), WORDS
)
KEYS = st.sampled_from(
    [
        *("do", "with", "if", "for_each", "as", "id", "retry", "stop", "fail", "all", "any", "not"),
        *("event", "api", "alarm", "names", "source", "detail", "$or", "prefix", "wildcard", "to"),
        *("a", "InstanceIds", "Bucket", "${a}", "pick", "or", "let", "of", "numeric", "exists"),
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(KEYS, below, max_size=3)),
    max_leaves=6,
)


def paths(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value."""
    yield path
    if isinstance(data, dict | list):
        for key, below in data.items() if isinstance(data, dict) else enumerate(data):
            yield from paths(below, (*path, key))


def changed(data: Any, path: tuple[str | int, ...], value: Any, key: str | None) -> Any:
    """The data with another value at a path, or with one more key there."""
    if not path:
        return {**data, key: value} if key and isinstance(data, dict) else value
    first, *rest = path
    data[first] = changed(data[first], tuple(rest), value, key)
    return data


DATA = [yaml.safe_load(text) for text in TEXTS]
CHANGES = st.lists(st.tuples(PLACES, VALUES, st.none() | KEYS), min_size=1, max_size=3)


@EXAMPLES
@example(rule=DATA[0], changes=[(0.0, {"all": [{"to": None}]}, None)])  # almost `finally`
@given(rule=st.sampled_from(DATA), changes=CHANGES)
def test_data(root: Path, rule: Any, changes: list[tuple[float, Any, str | None]]) -> None:
    data = copy.deepcopy(rule)
    for place, value, key in changes:
        there = list(paths(data))
        data = changed(data, there[int(place * len(there))], copy.deepcopy(value), key)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    compile_all(root, (HEADER + text).encode())


# What expressions and texts say, in rules that are otherwise as they were.

TOKENS = st.sampled_from(
    [
        *("event", "event.detail", "facts", "facts.tags", "facts.volumes", "steps.close", "item"),
        *("instance", "bucket", "key", "entity", "params.high_severity", "params", "error.message"),
        *("alarm.name", "alarm", "time", "actor.name", "@", "$instance", "$event", "execution.id"),
        *(
            "==",
            "!=",
            "<",
            ">=",
            "&&",
            "||",
            "!",
            "|",
            ".",
            "[0]",
            "[]",
            "[*]",
            "[?",
            "]",
            "(",
            ")",
        ),
        *("'a'", '"a"', "`1`", '`{"a": []}`', "1", "-1.5", "true", "null", ",", "{a: ", "}", "&"),
        *("length(", "age(", "tag(", "regex(", "secret('sm:a')", "shell_quote(", "join(', ', "),
        *(
            "duration('5m')",
            "a-b",
            "and",
            "in",
            "=",
            "+",
            "?",
            ":",
            "${",
            "}",
            "$${",
            " ",
            "é",
            "\n",
        ),
    ]
)
SAID = st.one_of(
    st.lists(TOKENS, max_size=8).map(" ".join),
    st.lists(TOKENS, max_size=8).map("".join),
    st.lists(TOKENS, max_size=5).map(lambda tokens: f"a ${{{''.join(tokens)}}} b"),
    st.lists(TOKENS, max_size=5).map(lambda tokens: f"${{{' '.join(tokens)}}}"),
    st.sampled_from(
        ["(" * 4_000, "!" * 4_000, "a." * 4_000 + "a", "[" * 900, "${" + "(" * 4_000 + "}"]
    ),
    SCALARS,
)
MEANING = ("let", "if", "facts", "then", "on_failure", "each")


@EXAMPLES
@given(
    rule=st.sampled_from(DATA), changes=st.lists(st.tuples(PLACES, SAID), min_size=1, max_size=3)
)
def test_meaning(root: Path, rule: Any, changes: list[tuple[float, Any]]) -> None:
    data = copy.deepcopy(rule)
    there = [path for path in paths(data) if path and path[0] in MEANING and is_said(data, path)]
    for place, said in changes:
        data = changed(data, there[int(place * len(there))], said, None)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    compile_all(root, (HEADER + text).encode())


def is_said(data: Any, path: tuple[str | int, ...]) -> bool:
    """Whether a text or a number stands there, and no key that must be one of a few words."""
    for key in path:
        data = data[key]
    return not isinstance(data, dict | list) and path[-1] not in ("do", "id", "as", "on_error")


# The settings.


@EXAMPLES
@given(changes=CHANGES)
def test_settings(root: Path, changes: list[tuple[float, Any, str | None]]) -> None:
    path = root / "rules" / "opsloop.yaml"
    text = (ROOT / "rules" / "opsloop.yaml").read_text()
    data = yaml.safe_load(text)
    for place, value, key in changes:
        there = list(paths(data))
        data = changed(data, there[int(place * len(there))], copy.deepcopy(value), key)
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    try:
        compile_all(root, TEXTS[0].encode())
    finally:
        path.write_text(text)
