"""Verdicts on criteria: met or not, and which value decided."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expressions import Verdict
from opsloop.expressions import compile_condition
from tests.expressions.evaluating import evaluator

SCOPE: dict[str, Any] = {
    "event": {
        "detail": {
            "state": "stopped",
            "count": 3,
            "zero": 0,
            "empty": "",
            "nothing": None,
            "list": [{"n": 1}, {"n": "x"}, {"n": 9}],
            "a-b": True,
        }
    },
    "db": "orders",
    "limit": 5,
}

VERDICTS: list[tuple[Any, Verdict]] = [
    ("event.detail.state == 'stopped'", Verdict(met=True)),
    ("event.detail.zero", Verdict(met=True)),
    (
        "event.detail.state == 'running'",
        Verdict(
            met=False,
            criterion="event.detail.state == 'running'",
            reason='event.detail.state is "stopped"',
            path="event.detail.state",
            value="stopped",
        ),
    ),
    (
        "'running' == event.detail.state",
        Verdict(
            met=False,
            criterion="'running' == event.detail.state",
            reason='event.detail.state is "stopped"',
            path="event.detail.state",
            value="stopped",
        ),
    ),
    (
        "event.detail.stat == 'stopped'",
        Verdict(
            met=False,
            criterion="event.detail.stat == 'stopped'",
            reason="event.detail.stat is absent",
            path="event.detail.stat",
        ),
    ),
    (
        "event.detail.list[0].x.y",
        Verdict(
            met=False,
            criterion="event.detail.list[0].x.y",
            reason="event.detail.list[0].x.y is absent",
            path="event.detail.list[0].x.y",
        ),
    ),
    (
        "event.detail.size < 5",
        Verdict(
            met=False,
            criterion="event.detail.size < 5",
            reason="event.detail.size is absent, which has no order",
            path="event.detail.size",
            failed=True,
        ),
    ),
    (
        "!(5 > event.detail.state)",
        Verdict(
            met=False,
            criterion="!(5 > event.detail.state)",
            reason='event.detail.state is "stopped", which has no order',
            path="event.detail.state",
            value="stopped",
            failed=True,
        ),
    ),
    (
        "starts_with(event.detail.name, 'x')",
        Verdict(
            met=False,
            criterion="starts_with(event.detail.name, 'x')",
            reason="starts_with() got absent; it takes string",
            path="event.detail.name",
            failed=True,
        ),
    ),
    (
        "starts_with(event.detail.state, 'x')",
        Verdict(
            met=False,
            criterion="starts_with(event.detail.state, 'x')",
            reason='event.detail.state is "stopped"',
            path="event.detail.state",
            value="stopped",
        ),
    ),
    (
        "db && event.detail.count == 4 && missing",
        Verdict(
            met=False,
            criterion="db && event.detail.count == 4 && missing",
            reason="missing is absent",
            path="missing",
        ),
    ),
    (
        "db && event.detail.count == 4",
        Verdict(
            met=False,
            criterion="db && event.detail.count == 4",
            reason="event.detail.count is 3",
            path="event.detail.count",
            value=3,
        ),
    ),
    (
        "length(event.detail.list) == 2",
        Verdict(
            met=False,
            criterion="length(event.detail.list) == 2",
            reason="the value is 3",
            value=3,
        ),
    ),
    (
        "event.detail.list[?n > 50]",
        Verdict(
            met=False,
            criterion="event.detail.list[?n > 50]",
            reason='event.detail.list is [{"n":1},{"n":"x"},{"n":9}]',
            path="event.detail.list",
            value=[{"n": 1}, {"n": "x"}, {"n": 9}],
        ),
    ),
    (
        ["db", "event.detail.count == 4"],
        Verdict(
            met=False,
            criterion="event.detail.count == 4",
            reason="event.detail.count is 3",
            path="event.detail.count",
            value=3,
        ),
    ),
    (
        {"not": "db"},
        Verdict(met=False, criterion="not: db", reason="it is met"),
    ),
    (
        {"not": {"any": ["db", {"not": "x"}]}},
        Verdict(met=False, criterion="not: any: [db, not: x]", reason="it is met"),
    ),
    (
        {"not": "event.detail.size < 5"},
        Verdict(
            met=False,
            criterion="not: event.detail.size < 5",
            reason="event.detail.size is absent, which has no order",
            path="event.detail.size",
            failed=True,
        ),
    ),
    (
        {"any": ["missing", "event.detail.count > 4"]},
        Verdict(
            met=False,
            criterion="any: [missing, event.detail.count > 4]",
            reason="missing is absent; event.detail.count is 3",
            path="missing",
        ),
    ),
    (
        False,
        Verdict(met=False, criterion="false", reason="the value is false", value=False),
    ),
]


@pytest.mark.parametrize(("condition", "verdict"), VERDICTS, ids=lambda each: str(each)[:40])
def test_a_verdict(condition: Any, verdict: Verdict) -> None:
    assert evaluator(SCOPE).holds(compile_condition(condition)) == verdict


LEAVES = {"true": True, "false": False, "missing < 1": None}


def _kleene(condition: Any) -> bool | None:
    """The same rules, from the book: None is unknown."""
    if not isinstance(condition, dict):
        return LEAVES[condition]
    [(key, inner)] = condition.items()
    if key == "not":
        decided = _kleene(inner)
        return None if decided is None else not decided
    wanted: bool = key == "any"
    values = [_kleene(each) for each in inner]
    if wanted in values:
        return wanted
    return None if None in values else not wanted


_CONDITIONS = st.recursive(
    st.sampled_from(list(LEAVES)),
    lambda inner: st.one_of(
        inner.map(lambda one: {"not": one}),
        st.lists(inner, min_size=1, max_size=3).map(lambda many: {"any": many}),
        st.lists(inner, min_size=1, max_size=3).map(lambda many: {"all": many}),
    ),
    max_leaves=8,
)


@given(_CONDITIONS)
def test_conditions_follow_kleene_and_only_true_is_met(condition: Any) -> None:
    verdict = evaluator().holds(compile_condition(condition))

    assert (verdict.met, verdict.failed) == (
        _kleene(condition) is True,
        _kleene(condition) is None,
    )
    assert verdict.met or verdict.reason


def test_a_verdict_never_shows_a_secret() -> None:
    verdict = evaluator({"a": "x"}).holds(compile_condition("secret('ssm:/a') == a"))

    assert verdict == Verdict(
        met=False,
        criterion="secret('ssm:/a') == a",
        reason="the value is string",
    )
