"""Each example of docs/patterns.md, by Pattern and by Matcher."""

import re
from pathlib import Path
from typing import Any

import pytest

from opsloop.patterns import InvalidPattern, Matcher, Pattern
from opsloop.patterns.reading import json_text, read_pattern

PAGE = Path(__file__).parents[2] / "docs" / "patterns.md"
OPERATORS = [
    "prefix",
    "suffix",
    "equals-ignore-case",
    "anything-but",
    "numeric",
    "cidr",
    "exists",
    "wildcard",
    "$or",
]


def _examples() -> list[dict[str, Any]]:
    blocks = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [dict(read_pattern(block)) for block in blocks]


ACCEPTED = [example for example in _examples() if "pattern" in example]
REFUSED = [example for example in _examples() if "refused" in example]


@pytest.mark.parametrize("example", ACCEPTED, ids=lambda example: json_text(example["pattern"]))
def test_events_match_as_the_page_says(example: dict[str, Any]) -> None:
    text = json_text(example["pattern"])
    pattern, matcher = Pattern(text), Matcher({"it": text})
    for expected, events in ((True, example["matches"]), (False, example["misses"])):
        for event in map(json_text, events):
            assert pattern.matches(event) is expected, event
            assert matcher.match(event.encode()) == ["it"] * expected, event


@pytest.mark.parametrize("example", REFUSED, ids=lambda example: json_text(example["refused"]))
def test_patterns_are_refused_as_the_page_says(example: dict[str, Any]) -> None:
    with pytest.raises(InvalidPattern) as refusal:
        Pattern(json_text(example["refused"]))
    assert str(refusal.value) == example["because"]


def test_every_example_is_of_one_of_the_two_forms() -> None:
    assert len(ACCEPTED) + len(REFUSED) == len(_examples()) > 60
    assert all(example["matches"] and example["misses"] for example in ACCEPTED)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_has_an_example(operator: str) -> None:
    assert any(f'"{operator}"' in json_text(example["pattern"]) for example in ACCEPTED)
