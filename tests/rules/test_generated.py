"""What is made from the models: the schemas for editors, and docs/rules.md. Committed as made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.jsonschema import StandardValidator  # type: ignore[import-untyped]

from opsloop.rules import docs, schema
from opsloop.rules.later import NOT_YET
from opsloop.rules.source import load, read
from tests.rules.projects import BROKEN, RULE, SETTINGS

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*/*.yaml"))
RULES = sorted(
    path
    for path in (ROOT / "rules").glob("*/*.yaml")
    if path.name != "pack.yaml" and not path.name.endswith(".test.yaml")
)


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("rules/rule.schema.json", schema.render),
        ("rules/opsloop.schema.json", schema.render_settings),
        ("docs/rules.md", docs.render),
    ],
    ids=["rule", "settings", "docs"],
)
def test_the_committed_file_is_what_the_models_make(path: str, made: Any) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == made()


def errors(text: str, made: str) -> list[str]:
    validator = StandardValidator(json.loads(made))
    return [error.message for error in validator.iter_errors(read(text, "f").data)]


@pytest.mark.parametrize("path", [*EXAMPLES, *RULES], ids=lambda path: path.stem)
def test_the_schema_takes_every_rule(path: Path) -> None:
    assert errors(load(path).text, schema.render()) == []


def test_the_schema_takes_settings() -> None:
    assert errors(SETTINGS, schema.render_settings()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("severity: high", "severity: hihg"),
        ("severity: high", "severity: high\nzebra: 1"),
        ("description: ", "descr: "),
        ("then:", "saves: 5 minutes\nthen:"),
        ("then:", "let: {a-b: c}\nthen:"),
        ("then:", "let: {b: [c]}\nthen:"),
        ("then:", "if: []\nthen:"),
        ("then:", "if: {some: [a]}\nthen:"),
        ("to: ALARM}", "to: ALARM}\n  schedule: rate(1 hour)"),
        ('alarm: {names: ["status-*"], to: ALARM}', "errors: only"),
        ("    do: aws.ec2.reboot_instances\n", ""),
        ("    with:", "    stop: Enough\n    with:"),
        ("    with:", "    retry: {attempts: 11}\n    with:"),
        ("owner: team-platform", "owner:"),
    ],
)  # fmt: skip
def test_the_schema_refuses(old: str, new: str) -> None:
    text = RULE.replace(old, new)
    assert text != RULE
    assert errors(text, schema.render()) != []


def test_what_comes_later_is_marked_in_the_schema() -> None:
    made = schema.render()
    marks = [
        row.mark for (model, _), row in NOT_YET.items() if model.__name__ not in ("Pack", "Stage")
    ]
    assert made.count("Not yet") == len(marks)
    assert all(mark in made for mark in marks)


@pytest.mark.parametrize("made", [schema.render, schema.render_settings])
def test_every_key_is_described(made: Any) -> None:
    whole = json.loads(made())
    models = {"the file": whole, **whole["$defs"]}
    models.pop("Criteria", None)
    bare = [
        f"{name}.{key}"
        for name, model in models.items()
        for key, one in model.get("properties", {}).items()
        if "description" not in one and "$ref" not in one
    ]
    assert bare == []


def test_the_reference_has_no_broken_links() -> None:
    page = docs.render()
    titles = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#(.*?)\)", page)) <= anchors


def test_the_rules_in_the_introduction_are_rules() -> None:
    page = docs.render()
    rule, manual, steps, guard = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    head, _ = rule.split("then:\n")
    for text in (rule, head.split("when:\n")[0] + manual, head + steps, guard + rule):
        assert errors(text, schema.render()) == []


def test_every_broken_file_has_a_number_of_its_own() -> None:
    numbers = [path.name[:2] for path in BROKEN.iterdir() if path.suffix == ".txt"]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    "row",
    [
        "| `within` | duration | `15m` | By when",
        "| `every` | duration | `1m` |",
        "| `hold` | duration | `0` |",
        "| `lease` | duration | `15m` |",
        "| `at_once` | whole number | `1` |",
        "| `within` | duration | `1h` | How long a question",
        "`22:00-06:00` is every night",
    ],
)
def test_the_reference_says_what_holds_where_a_rule_says_nothing(row: str) -> None:
    assert row in docs.render()
