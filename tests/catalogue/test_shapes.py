"""What values show of their place, and what is left of it beside a schema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expressions.values import kind
from opsloop.catalogue.shapes import beside, shown
from opsloop.expressions.types import BOOLEAN, NUMBER, OBJECT, STRING, STRINGS, TIME, Type

SHOWN: list[tuple[list[Any], Type | None]] = [
    (["a", "b"], STRING),
    (["2026-11-02T09:30:00Z"], TIME),
    (["2026-11-02T09:30:00.123+0000", "2026-11-02T09:30Z"], TIME),
    (["2026-11-02T09:30:00Z", "soon"], STRING),
    ([1, 2.5], NUMBER),
    ([True], BOOLEAN),
    ([True, 1], None),
    ([None], None),
    ([None, "a"], STRING),
    ([""], None),
    (["", "a"], STRING),
    (["", ["a"]], STRINGS),
    ([], None),
    ([[]], Type("array")),
    ([["a"], ["b"]], Type("array", items=STRING)),
    ([["a"], [1]], Type("array")),
    ([{}], OBJECT),
    ([{"b": 1, "a": "x"}], Type("object", {"a": STRING, "b": NUMBER}, open=True)),
    (
        [{"a": 1}, {"a": None, "b": [{"c": 1}, {"d": 2}]}],
        Type(
            "object",
            {
                "a": NUMBER,
                "b": Type("array", items=Type("object", {"c": NUMBER, "d": NUMBER}, open=True)),
            },
            open=True,
        ),
    ),
    # keys that are data
    ([{"tags": {"env": "dev"}}], Type("object", {"tags": OBJECT}, open=True)),
    (
        [{"tags": [{"key": "env"}]}],
        Type(
            "object",
            {"tags": Type("array", items=Type("object", {"key": STRING}, open=True))},
            open=True,
        ),
    ),
]


@pytest.mark.parametrize(("values", "known"), SHOWN)
def test_what_values_show(values: list[Any], known: Type | None) -> None:
    assert shown(values) == known


def _said(known: str, **fields: Type | None) -> Type:
    """As a schema says it."""
    return Type(known, fields or None, open=bool(fields), doubtful=True)


DOUBT = _said("string")
BESIDE = [
    (STRING, DOUBT, STRING),
    (TIME, DOUBT, TIME),
    # who says "anything" is right; of two kinds neither is sure
    (STRING, None, None),
    (None, DOUBT, None),
    (NUMBER, DOUBT, None),
    (OBJECT, _said("object", a=DOUBT), _said("object", a=DOUBT)),
    (Type("object", {"a": STRING}, open=True), _said("object"), OBJECT),
    (
        Type("object", {"a": STRING, "b": NUMBER}, open=True),
        _said("object", a=DOUBT, c=DOUBT),
        Type("object", {"a": STRING, "b": NUMBER, "c": DOUBT}, open=True),
    ),
    (
        Type("array", items=STRING),
        Type("array", items=DOUBT, doubtful=True),
        Type("array", items=STRING),
    ),
    (
        Type("array"),
        Type("array", items=DOUBT, doubtful=True),
        Type("array", items=DOUBT),
    ),
]


@pytest.mark.parametrize(("sample", "schema", "known"), BESIDE)
def test_what_a_schema_leaves_of_it(
    sample: Type | None, schema: Type | None, known: Type | None
) -> None:
    assert beside(sample, schema) == known


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
)


@given(st.lists(JSON, min_size=1))
def test_no_value_contradicts_what_it_shows(values: list[Any]) -> None:
    known = shown(values)
    for value in values:
        assert known is None or value in (None, "") or kind(value) == known.kind
