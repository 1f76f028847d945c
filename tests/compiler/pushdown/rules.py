"""A rule for a test: its own pattern, its criteria, and what push-down makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.errors import EventError
from chalicelib.events.normalise import normalise
from chalicelib.plan import Plan, Stage
from opsloop.compiler.pushdown import Pushdown, push
from opsloop.expressions import compile_condition, compile_expr
from opsloop.judging import Unanswerable, judge
from opsloop.local.plans import bare_plan, bare_stage

CUSTOM = {"source": ["my.app"]}
GUARDDUTY = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"]}
CLOUDTRAIL = {"source": ["aws.ec2"], "detail-type": ["AWS API Call via CloudTrail"]}
ALARM = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}
STATE = {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]}


@dataclass(frozen=True)
class Rule:
    """As much of a rule as push-down looks at."""

    criteria: Sequence[Any]
    own: Mapping[str, Any] = field(default_factory=lambda: CUSTOM)
    let: Mapping[str, str] = field(default_factory=dict)
    #: `each`: its list and the name of its element
    each: tuple[str, str] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan, with the rule's own pattern."""
        plan = bare_plan()
        plan["wire"] = {"pattern": dict(self.own)}
        plan["let"] = {name: compile_expr(text) for name, text in self.let.items()}
        if self.each is not None:
            plan["each"] = {"of": compile_expr(self.each[0]), "as_name": self.each[1]}
        conditions = [compile_condition(each) for each in self.criteria]
        plan["criteria"] = {"event": {"all": conditions}, "facts": None}
        return plan

    @property
    def stage(self) -> Stage:
        """A stage with the parameters."""
        return {**bare_stage("dev"), "params": dict(self.params)}

    def pushed(self) -> Pushdown:
        """What push-down makes of it."""
        conditions = [compile_condition(each) for each in self.criteria]
        return push(self.plan, self.own, conditions, self.params)

    def asked(self) -> Any:
        """The narrower pattern without what the rule's own has."""
        return _without(self.pushed().pattern, self.own)


def taken(plan: Plan, stage: Stage, event: dict[str, Any]) -> bool:
    """Whether the function would go on with an event: by the very evaluator of Lambda."""
    try:
        [normal] = normalise(event)
        return any(one.verdict.met for one in judge(plan, stage, normal))
    except (EventError, Unanswerable):
        return False


def event_of(own: Mapping[str, Any], detail: Any, **envelope: Any) -> dict[str, Any]:
    """An event of the kind that a pattern asks for."""
    return {
        "version": "0",
        "id": "1",
        "detail-type": own.get("detail-type", ["Something"])[0],
        "source": own["source"][0],
        "account": "123456789012",
        "time": "2026-03-01T12:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": detail,
        **envelope,
    }


def _without(pattern: Any, own: Any) -> Any:
    left = {key: value for key, value in pattern.items() if own.get(key) != value}
    both = {
        key: _without(value, own[key])
        for key, value in left.items()
        if key in own and isinstance(value, dict)
    }
    return {**left, **both}
