"""A rule under fire: it reads all that it can, repeats it, and fails in every way.

`Embedded` is Lambda's runtime with a strict journal, actions and parameters in memory; all
else in it is what ships.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.actions.aws_errors import in_our_words
from chalicelib.engine.ports import Ports
from chalicelib.errors import StepError
from chalicelib.plan import Plan
from chalicelib.runtime import Runtime
from tests.engine.fakes import FakeActions, FakeBus, FakeClock, FakeToolBox
from tests.engine.plans import STAGE, expr, met, plan, step, value
from tests.guards.making import guard
from tests.proof.strict import StrictJournal

#: with all that JSON, URLs and Python write in another way; no part of it may be seen
SECRET = 'p"4/K4N4RY\\+\u00fc&%'
CORE = "K4N4RY"
TOKEN = "=secret('ssm:/canary')"


class Parameters:
    """SSM with one secret in it, and a memory of what was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def get_parameter(self, **asked: Any) -> Any:
        self.asked.add(asked["Name"])
        return {"Parameter": {"Value": SECRET}}


class Embedded(Runtime):
    """The runtime of one rule."""

    journal: StrictJournal
    parameters: Parameters

    def __init__(self, made: Plan) -> None:
        self._now = FakeClock(1_795_428_000.0)
        super().__init__(made, STAGE, "opsloop-dev", self._now)
        self.journal, self.parameters = StrictJournal(), Parameters()
        self.bus, self._actions = FakeBus(), FakeActions(ACTIONS)

    def ports(self) -> Ports:
        return replace(
            super().ports(),
            journal=self.journal,
            actions=self._actions,
            toolbox=FakeToolBox(self._now),
            bus=self.bus,
        )

    def tick(self) -> None:
        """Cooldowns end between two events."""
        self._now.at += 2.0

    def forget(self) -> None:
        """What was looked at already."""
        self.journal.writes.clear()
        self.bus.put_so_far.clear()
        self._actions.calls.clear()

    def _client(self, service: str) -> Any:
        assert service == "ssm"
        return self.parameters


def echo(_tools: Any, **parameters: Any) -> Any:
    return parameters


def refuse(_tools: Any, **parameters: Any) -> Any:
    """AWS says no, and repeats what it was asked, after a long speech."""
    speech = "x" * (960 + len(str(parameters)) % 40)
    answer: Any = {"Error": {"Code": "Denied", "Message": f"{speech}{parameters['token']}"}}
    with in_our_words():
        raise ClientError(answer, "Refuse")


def break_down(_tools: Any, **parameters: Any) -> Any:
    raise ValueError(f"no number: {parameters!r}")


def fail(_tools: Any, **parameters: Any) -> Any:
    raise StepError(f"E{parameters['token']}", f"{parameters}")


ACTIONS = {"echo": echo, "refuse": refuse, "break": break_down, "fail": fail}
ALL = value(
    token=TOKEN,
    whole="=event.detail",
    name="=event.detail.name || 'none'",
    tags="=tag(event.detail.tags, 'Name') || 'none'",
)
SAYING = {
    "join": [
        expr("actor.name || 'nobody'"),
        " did ",
        expr("event.detail.name || 'nothing'"),
        " to ",
        expr("resource || `{}`"),
        " with ",
        expr("secret('ssm:/canary')"),
    ]
}
EACH = {"of": expr("event.detail.list || `[]`"), "as_name": "item"}


def under_fire() -> Plan:
    """The rule."""
    made = guard(
        key="resource.id",
        cooldown="1s",
        lock="key",
        deadline="3650d",
        breaker={"failures": 1_000_000, "within": "1s"},
        blast={"targets": "facts.all", "percent": 50, "of": "facts.all", "over": "trim"},
    )
    assert made["blast"] is not None
    made["blast"]["targets"] = expr("event.detail.targets || ['one', 'two']")
    made["blast"]["of"] = expr("event.detail.of || `10`")
    made["key"] = expr("event.detail.key || resource.id || 'none'")
    more: dict[str, Any] = {"on_error": "continue"}
    return plan(
        rule="under-fire",
        let={
            "text": expr("to_string(event.detail)"),
            "parsed": expr("json(event.detail.json)"),
            "much": expr("mul(event.detail.number, `3`)"),
        },
        criteria={
            "event": {"any": [met("text != 'x'"), {"not": met("event.detail.number > `5`")}]},
            "facts": {"any": [met("facts.look.name != 'arn:::::'"), met("much < `5`")]},
        },
        guard=made,
        facts=[{"name": "look", "do": "echo", "with": ALL, "pick": None, "or": None}],
        then=[
            step("echo", "echo", with_=ALL, **more),
            step("each", "echo", with_=value(token=TOKEN, it="=item"), for_each=EACH, **more),
            step("parsed", "echo", with_=value(it="=parsed", much="=much"), **more),
            step("refuse", "refuse", with_=ALL, **more),
            step("break", "break", with_=ALL, **more),
            step("much", "echo", if_=met("much > `5`"), with_=value(much="=much"), **more),
            step("stop", kind="stop", message=SAYING, if_=met("event.detail.text == 'null'")),
            step("say", kind="fail", message=SAYING, if_=met("event.detail.name")),
            step("fail", "fail", with_=ALL),
        ],
        on_failure=[
            step("tell", "echo", with_=value(error="=error", token=TOKEN), **more),
            step("again", "echo", with_=value(text="=error.message"), **more),
        ],
    )
