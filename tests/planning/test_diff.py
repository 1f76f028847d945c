"""The difference of two states, and the laws that it keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.aws.statement import Condition
from opsloop.planning.diff import ABSENT, Change, Difference, applied, difference
from opsloop.planning.permissions import Permission
from opsloop.planning.state import Path, State, Unit, flat, state

PATHS = st.sampled_from(
    [("function", "memory"), ("function", "role"), ("rule", "mode"), ("trigger", "pattern")]
)
VALUES = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "a"])
PERMISSIONS = st.builds(Permission, st.sampled_from("ab"), st.sampled_from("*x"))
POLICIES = st.dictionaries(
    st.sampled_from(["own", "other"]), st.frozensets(PERMISSIONS, max_size=2), max_size=2
)
UNITS = st.builds(
    Unit,
    kind=st.sampled_from(["rule", "waker", "stage"]),
    name=st.sampled_from(["one", "two", "three"]),
    facts=st.dictionaries(PATHS, VALUES, max_size=3),
    policies=POLICIES,
    content=st.none() | st.sampled_from(["x", "y"]),
)
STATES = st.lists(UNITS, max_size=4, unique_by=lambda unit: unit.key).map(state)


@given(STATES)
def test_a_state_does_not_differ_from_itself(one: State) -> None:
    assert difference(one, one) == Difference(())


@given(STATES, STATES)
def test_the_changes_lead_from_one_state_to_the_other(before: State, after: State) -> None:
    before, after = _nameless(before), _nameless(after)
    changed = {one.unit.key: one for one in difference(before, after).units}
    for key in {*before.units, *after.units}:
        old, new = before.units.get(key), after.units.get(key)
        facts = dict(old.facts) if old else {}
        expected = dict(new.facts) if new else {}
        assert applied(facts, changed[key].changes if key in changed else ()) == expected
    assert {key for key, one in changed.items() if one.action == "add"} == (
        after.units.keys() - before.units.keys()
    )
    assert {key for key, one in changed.items() if one.action == "destroy"} == (
        before.units.keys() - after.units.keys()
    )


@given(STATES, STATES)
def test_there_and_back_is_the_same_turned_round(before: State, after: State) -> None:
    before, after = _nameless(before), _nameless(after)
    there, back = difference(before, after), difference(after, before)
    turned = {
        (one.unit.key, change.path, repr(change.after), repr(change.before))
        for one in back.units
        for change in one.changes
    }
    assert turned == {
        (one.unit.key, change.path, repr(change.before), repr(change.after))
        for one in there.units
        for change in one.changes
    }


def _nameless(one: State) -> State:
    """A state of which no rule can have been renamed."""
    return state([replace(unit, content=None) for unit in one.units.values()])


def rule(name: str, *, content: str = "same", memory: int = 256, guard: str = "g") -> Unit:
    """A rule's function, whose name stands wherever it does in AWS."""
    function = f"opsloop-dev-{name}"
    facts: dict[Path, object] = {
        ("function", "role"): function,
        ("function", "handler"): f"app.{name}",
        ("function", "memory"): memory,
        ("environment", "OPSLOOP_RULE"): name,
        ("trigger", "target"): f"arn:aws:lambda:us-east-1:1:function:{function}",
        ("invoker", f"events.amazonaws.com for arn:aws:events:1:rule/{function}-event"): True,
        ("rule", "guard"): [{"key": guard}],
    }
    keys = Condition.of({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": name}})
    permissions = frozenset(
        {
            Permission("logs:PutLogEvents", f"arn:aws:logs:1:log-group:/aws/lambda/{function}"),
            Permission("dynamodb:PutItem", "arn:aws:dynamodb:1:table/opsloop-dev", keys),
        }
    )
    return Unit("rule", name, facts, {function: permissions}, content)


def test_a_rule_under_another_name_was_renamed_and_nothing_else_changed() -> None:
    (found,) = difference(state([rule("old")]), state([rule("new")])).units
    assert (found.action, found.was, found.unit.name) == ("rename", "old", "new")
    assert (found.changes, found.permissions) == ((), ())


def test_what_changed_beside_the_name_is_told() -> None:
    (found,) = difference(state([rule("old")]), state([rule("new", memory=512)])).units
    assert found.changes == (Change(("function", "memory"), 256, 512),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([rule("old")], [rule("new", content="other")]),
        ([rule("old"), rule("older")], [rule("new")]),
        ([rule("old")], [rule("new"), rule("newer")]),
    ],
    ids=["does something else", "two were the same", "two are the same"],
)
def test_where_it_is_not_plain_which_became_which_nothing_was_renamed(
    before: list[Unit], after: list[Unit]
) -> None:
    found = difference(state(before), state(after))
    assert [one.action for one in found.units] == ["add"] * len(after) + ["destroy"] * len(before)
    assert (found.count("add"), found.count("destroy")) == (len(after), len(before))


def test_nothing_is_said_of_what_is_not_known() -> None:
    known = rule("one", memory=512)
    blind = replace(rule("one", guard="h"), policies={}, unknown=frozenset({"rule", "policies"}))
    (found,) = difference(state([blind]), state([known])).units
    assert (found.changes, found.permissions) == ((Change(("function", "memory"), 256, 512),), ())


def test_policies_that_were_added_by_hand_are_not_a_deployment_s_to_take_away() -> None:
    more = replace(
        rule("one"),
        policies={**rule("one").policies, "extra": frozenset({Permission("iam:*", "*")})},
    )
    assert not difference(state([more]), state([rule("one")]))
    (gone,) = difference(state([more]), State({})).units
    assert {str(one.permission) for one in gone.permissions} > {"iam:* on *"}


def test_only_what_is_asked_for_is_compared() -> None:
    before, after = state([rule("one")]), state([rule("one", memory=512)])
    assert not difference(before, after, of=lambda change: change.path[0] != "function")


def test_absent_is_neither_null_nor_false() -> None:
    with_null = state([Unit("stage", "dev", {("settings", "escalate"): None})])
    (found,) = difference(with_null, state([Unit("stage", "dev")])).units
    assert found.changes == (Change(("settings", "escalate"), None, ABSENT),)
    assert repr(ABSENT) == "ABSENT"


def test_flat() -> None:
    nested = {"a": {"b": 1, "c": {}}, "d": [{"e": 2}]}
    assert flat(("x",), nested) == {
        ("x", "a", "b"): 1,
        ("x", "a", "c"): {},
        ("x", "d"): [{"e": 2}],
    }
