"""What a person gives a manual rule becomes the payload that its function reads."""

from __future__ import annotations

import pytest

from chalicelib.events.names import actor, asked_by
from chalicelib.events.normalise import normalise
from chalicelib.plan import Plan
from opsloop.local.manual import manual_payload
from opsloop.local.plans import bare_plan, bare_stage
from opsloop.naming import WrongUsage

BY = "arn:aws:sts::123456789012:assumed-role/oncall/maria"
TIME = "2026-11-23T10:00:00.000Z"
TYPES = {"name": "string", "count": "number", "hard": "boolean", "ids": "array", "more": "object"}
PLAN: Plan = {**bare_plan(), "rule": "clean-up", "wire": {"manual": TYPES}}
STAGE = bare_stage("dev")
GIVEN = {"name": "12", "count": "1.5", "hard": "true", "ids": '["a"]', "more": '{"a": 1}'}


def test_texts_become_what_the_rule_asks_for() -> None:
    payload = manual_payload(PLAN, STAGE, GIVEN, "t1", TIME, by=lambda: BY)
    (event,) = normalise(payload)
    assert (event.identity, event.time, event.road) == ("t1", "2026-11-23T10:00:00Z", "manual")
    assert (asked_by(event), actor(event)) == (BY, None)
    assert event.envelope["detail"]["parameters"] == {
        "name": "12",
        "count": 1.5,
        "hard": True,
        "ids": ["a"],
        "more": {"a": 1},
    }


def test_who_it_is_is_asked_once_all_else_fits() -> None:
    asked: list[str] = []

    def by() -> str:
        asked.append(BY)
        return BY

    with pytest.raises(WrongUsage):
        manual_payload(PLAN, STAGE, {"name": "x"}, "t1", TIME, by=by)
    assert asked == []


WRONG = [
    ({"nane": "x"}, "found the parameter 'nane'; expected name"),
    ({"count": "many"}, "found the string 'many' for count; expected: number"),
    ({"count": "true"}, "found the boolean 'true' for count; expected: number"),
    ({"hard": "yes"}, "found the string 'yes' for hard; expected: boolean"),
    ({"ids": "{}"}, "found the object '{}' for ids; expected: array"),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_what_does_not_fit_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        manual_payload(PLAN, STAGE, {**GIVEN, **given}, "t1", TIME, by=lambda: BY)
    assert str(refused.value) == said


def test_what_is_missing_is_named() -> None:
    with pytest.raises(WrongUsage) as refused:
        manual_payload(
            PLAN, STAGE, {"name": "x", "ids": "[]", "more": "{}"}, "t1", TIME, by=lambda: BY
        )
    assert str(refused.value) == (
        "found no count, hard; expected --param name=STRING, --param count=NUMBER, "
        "--param hard=BOOLEAN, --param ids=ARRAY, --param more=OBJECT"
    )


def test_a_rule_that_an_event_wakes_takes_no_parameters() -> None:
    woken: Plan = {**PLAN, "trigger": "api", "wire": {"pattern": {}}}
    with pytest.raises(WrongUsage) as refused:
        manual_payload(woken, STAGE, {}, "t1", TIME, by=lambda: BY)
    assert str(refused.value) == "clean-up is woken by api: give it an --event FILE"
