"""What hangs on an observed effect is not known and left out so; all else is an error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.actions.base import WouldCall
from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation
from chalicelib.engine.times import span
from chalicelib.expressions.times import seconds_of
from chalicelib.journal.record import Execution
from chalicelib.plan import Step
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, met, plan, step, value

SNAP = step("snap", "create")
ID = "=steps.snap.result.SnapshotId"
LOOK = step("look", "read", with_=value(id=ID), effect="read")
DELETE = step("delete", "act", with_=value(id="i-1"))
UNKNOWN = "not known: depends on snap"


@pytest.fixture
def world() -> World:
    def create(_tools: Any) -> None:
        raise WouldCall("ec2", "create_snapshot", {})

    def act(_tools: Any, **said: Any) -> None:
        raise WouldCall("ec2", "delete_volume", said)

    made = World()
    made.actions.behaviours |= {"create": create, "act": act}
    made.actions.behaviours["read"] = lambda _tools, **said: said
    return made


def observe(world: World, *then: Step, **more: Any) -> Execution:
    made = plan(mode="observe", then=list(then), **more)
    engine = Engine(made, STAGE, world.ports())
    engine.handle(EVENT, Invocation("r-1", world.clock.now() + 60))
    return world.journal.only()


def came(execution: Execution) -> list[tuple[str, str, str | None]]:
    return [(one.id, one.status, one.note) for one in execution.steps]


def each(text: str, *inner: Step, **more: Any) -> Step:
    """A step over a list, with one call or with inner steps."""
    loop = {"of": expr(text), "as_name": "item"}
    if not inner:
        return step("each", "act", for_each=loop, **more)
    return step("each", kind="steps", steps=list(inner), for_each=loop, effect="read", **more)


def test_a_read_of_what_was_not_made_is_left_out_and_the_rest_goes_on(world: World) -> None:
    found = observe(world, SNAP, LOOK, DELETE, on_failure=[step("tell", "act")])
    assert (found.status, found.error) == ("observed", None)
    assert came(found) == [
        ("snap", "observed", None),
        ("look", "observed", UNKNOWN),
        ("delete", "observed", None),
    ]
    assert [name for name, _ in world.actions.calls] == ["create", "act"]


FURTHER: list[tuple[str, Step, str]] = [
    ("an effect", step("x", "act", with_=value(id=ID)), f"would call act; {UNKNOWN}"),
    ("a let", step("x", "read", with_=value(id="=made"), effect="read"), UNKNOWN),
    (
        "within a function",
        step("x", "read", with_=value(id="=to_string(made)"), effect="read"),
        UNKNOWN,
    ),
    ("a default", step("x", "read", with_=value(id=f"{ID} || 'none'"), effect="read"), UNKNOWN),
    ("a projection", step("x", "read", with_=value(id="=steps.*.result"), effect="read"), UNKNOWN),
    ("an if", DELETE | {"id": "x", "if": met("made != null")}, UNKNOWN),
    ("an if of a stop", step("x", kind="stop", message={"lit": "."}, if_=met("made")), UNKNOWN),
    ("a list", each("made.ids", with_=value(id="=item")) | {"id": "x"}, UNKNOWN),
    ("a list of turns", each("made.ids", DELETE) | {"id": "x"}, UNKNOWN),
]


@pytest.mark.parametrize(
    ("made", "note"), [one[1:] for one in FURTHER], ids=[n for n, *_ in FURTHER]
)
def test_whatever_hangs_on_it_says_so_and_the_rest_goes_on(
    world: World, made: Step, note: str
) -> None:
    found = observe(world, SNAP, made, DELETE, let={"made": expr("steps.snap.result.SnapshotId")})
    assert found.status == "observed"
    assert came(found)[1:] == [("x", "observed", note), ("delete", "observed", None)]


def test_what_hangs_on_what_is_not_known_is_not_known(world: World) -> None:
    after = step("after", "read", with_=value(id="=steps.look.result.id"), effect="read")
    found = came(observe(world, SNAP, LOOK, after))
    assert found[2] == ("after", "observed", "not known: depends on look")


@pytest.mark.parametrize(
    "condition", ["steps.snap.status == 'observed'", "steps.snap.error == null"]
)
def test_its_status_and_error_are_known(world: World, condition: str) -> None:
    found = came(observe(world, SNAP, DELETE | {"if": met(condition)}))
    assert found[1] == ("delete", "observed", None)


def test_what_the_condition_does_not_come_to_decides_nothing(world: World) -> None:
    made = DELETE | {"if": met("event.detail.state == 'running' && steps.snap.result.x")}
    assert came(observe(world, SNAP, made))[1][:2] == ("delete", "skipped")


ENDS = [("stop", "stopped", None), ("fail", "failed", UNKNOWN)]


@pytest.mark.parametrize(("kind", "status", "error"), ENDS)
def test_a_stop_or_fail_that_is_reached_ends_it_whatever_it_says(
    world: World, kind: str, status: str, error: str | None
) -> None:
    end = step("end", kind=kind, message={"join": ["made ", expr(ID[1:])]})
    found = observe(world, SNAP, end, DELETE)
    assert found.status == status
    assert (found.error and found.error.message) == error
    assert error or found.note == UNKNOWN
    assert "delete" not in {one.id for one in found.steps}


def test_finally_is_told_as_well(world: World) -> None:
    found = observe(world, SNAP, always=[step("last", "act", with_=value(id=ID))])
    assert came(found)[1] == ("last", "observed", f"would call act; {UNKNOWN}")
    assert found.status == "observed"


def test_within_a_turn_each_element_knows_its_own(world: World) -> None:
    known = step("known", "read", with_=value(id="=item"), effect="read")
    use = step("use", "read", with_=value(id="=steps.known.result.id"), effect="read")
    found = observe(world, each("event.detail.tries[:1]", SNAP, LOOK, known, use, DELETE))
    (turn,) = found.steps[0].result
    assert (found.status, turn["status"]) == ("observed", "observed")
    assert {name: (one["status"], one.get("note")) for name, one in turn["steps"].items()} == {
        "snap": ("observed", None),
        "look": ("observed", UNKNOWN),
        "known": ("succeeded", None),
        "use": ("succeeded", None),
        "delete": ("observed", None),
    }


def test_a_turn_whose_condition_is_not_known_is_left_out_as_that(world: World) -> None:
    found = observe(world, SNAP, each("event.detail.tries[:1]", DELETE, if_=met(ID[1:])))
    assert found.steps[1].status == "observed"
    assert found.steps[1].result == [
        {"item": 1, "steps": {}, "status": "observed", "note": UNKNOWN}
    ]


WRONG = [
    (LOOK | {"with": value(id="=event.detail.absent")}, "event.detail.absent"),
    (DELETE | {"with": value(id="=event.detail.absent")}, "event.detail.absent"),
    (LOOK | {"with": value(id="=steps.first.result.absent")}, "steps.first.result.absent"),
    (each("event.detail.state", with_=value()), "gave str, not a list"),
]


@pytest.mark.parametrize(("made", "said"), WRONG)
def test_anything_else_stays_an_error(world: World, made: Step, said: str) -> None:
    first = step("first", "read", effect="read")
    found = observe(world, SNAP, first, made)
    assert found.status == "failed"
    assert found.error is not None
    assert found.error.kind == "expression"
    assert said in found.error.message


@given(st.integers(0, 10**7))
def test_a_span_reads_back_as_it_was(seconds: int) -> None:
    assert seconds_of(span(seconds)) == seconds


SPANS = [(0, "0s"), (45.5, "45.5s"), (90, "90s"), (120, "2m"), (5400, "90m"), (172_800, "2d")]


@pytest.mark.parametrize(("seconds", "said"), SPANS)
def test_spans(seconds: float, said: str) -> None:
    assert span(seconds) == said
