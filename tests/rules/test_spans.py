"""Each character of a scalar's value is found in the file: PyYAML's reading is the oracle."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.rules.spans import spots

FORMS = (
    "a: {}\n",
    "a: '{}'\n",
    'a: "{}"\n',
    "a: |\n  {}\n",
    "a: >\n  {}\n",
    "a: >-\n  {}\n",
    "a: |2+\n  {}\n",
    "a:\n- |+\n  {}\n- b\n",
    "a:\n  b: >1-\n   {}\nc: 1\n",
)
CHARACTERS = st.text(alphabet="ab \n'\"\\#:x41é😀-|>\t", max_size=14)


@settings(max_examples=1_000, deadline=None)
@given(CHARACTERS, st.sampled_from(FORMS))
def test_every_value_that_yaml_reads_has_its_characters_placed(text: str, form: str) -> None:
    whole = form.format(text.replace("\n", "\n  ") if "|" in form or ">" in form else text)
    for raw, style, value in scalars(whole):
        found = spots(raw, style, value)
        assert len(found) == len(value) + 1
        assert found == sorted(found)


def scalars(text: str) -> list[tuple[str, str | None, str]]:
    """Raw text, style and value of each scalar, none where it is no YAML."""
    try:
        events = list(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return []
    found: list[Any] = [event for event in events if isinstance(event, yaml.ScalarEvent)]
    return [
        (text[one.start_mark.index : one.end_mark.index], one.style or None, one.value)
        for one in found
    ]


@pytest.mark.parametrize(
    ("raw", "style", "value", "expected"),
    [
        ("plain", None, "plain", [0, 1, 2, 3, 4, 5]),
        ("two\n  lines", None, "two lines", [0, 1, 2, 3, 6, 7, 8, 9, 10, 11]),
        ("'it''s'", "'", "it's", [1, 2, 3, 5, 6]),
        (r'"a\x41\n"', '"', "aA\n", [1, 2, 6, 7]),
        ('"a \\\n   b"', '"', "a b", [1, 2, 8, 9]),
        ("|\n  a\n   b\n", "|", "a\n b\n", [4, 5, 8, 9, 10, 11]),
        (">-\n a\n b\n\n c\n", ">", "a b\nc", [4, 5, 7, 9, 11, 12]),
    ],
)
def test_where_each_character_stands(
    raw: str, style: str | None, value: str, expected: list[int]
) -> None:
    assert spots(raw, style, value) == expected


def test_a_text_of_another_value_is_refused() -> None:
    with pytest.raises(ValueError, match="not a scalar of style"):
        spots("plain", None, "other")
