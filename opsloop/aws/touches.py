"""What one call touches: ways to put ARNs together, from its literals and its open places.

Called by the compiler for rules that `only` or `except` bind. The kinds of resource, and the
parameters that name them, are those that IAM judges the call by (`arns`): so what the run side
holds against a guard is what AWS would hold against a policy.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.actions.base import Action
from chalicelib.globs import is_open
from chalicelib.guards.naming import EC2_IDS
from chalicelib.plan import Place, Touched, Way
from opsloop.aws import arns, iam
from opsloop.aws.arn_values import as_judged
from opsloop.aws.authorizations import authorizations
from opsloop.aws.bounds import is_effect
from opsloop.aws.calling import Authorization, Call
from opsloop.aws.faults import FaultError
from opsloop.aws.location import Location
from opsloop.aws.marks import MARK, Marks
from opsloop.aws.names import plain
from opsloop.aws.patterns import ANY, Given, patterns, strings
from opsloop.aws.permissions import needed, with_defaults
from opsloop.problems import Fault

Role = Literal["changes", "uses", "makes"]

#: places in the stage stay open: one plan is for all of them
_ANYWHERE = Location("${Partition}", "${Account}", "${Region}")
_LITERAL = re.compile(r"\$\{([*?$])\}")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_BEFORE_ID = re.compile(r"(?<=[/:])[a-z]+-$")
_MAKING = re.compile(r"Allocate|Copy|Create|Import|Launch|Register|Request|Restore|Run")
#: parameters whose value is an ARN of any kind, or of one that the service works on
_ARN = re.compile(r"arns?$|^resources?(?:name|id|list)?s?$", re.IGNORECASE)

#: `arn_values.TURNS` by what the run side calls them; the rest of them it does not need
TURNS: Mapping[str, str] = {
    "ecs:TaskDefinitionFamilyName": "family",
    "ecs:TaskDefinitionRevisionNumber": "revision",
    "kms:Alias": "after the last slash",
    "kms:KeyId": "key",
    "lambda:FunctionName": "function",
    "route53:Id": "after the last slash",
    "secretsmanager:SecretId": "secret",
    "sqs:QueueName": "queue",
    "ssm:ParameterNameWithoutLeadingSlash": "no leading slash",
    "wafv2:Scope": "scope",
}
#: kinds of resource that a name's beginning tells from each other
_BEGINNINGS: Mapping[str, str] = {
    "ssm:instance": "ec2 instance",
    "ssm:managed-instance": "managed instance",
}
#: services that take a name for the same, however it is spelt, and keep it in small letters
_SMALL = frozenset({"elasticache", "memorydb", "rds", "redshift"})
#: kinds that a call only uses where it touches another kind as well
_USED = frozenset(
    {
        "cluster-pg",
        "code signing config",
        "destination",
        "document",
        "image",
        "key-pair",
        "launch-template",
        "og",
        "parametergroup",
        "pg",
        "placement-group",
        "secgrp",
        "security-group",
        "securitygroup",
        "subgrp",
        "subnetgroup",
    }
)
#: what only tells somebody something, and knows no resources
_TELLING = frozenset(
    {
        "cloudwatch:PutMetricData",
        "sns:Publish",
        "support:AddCommunicationToCase",
        "support:CreateCase",
    }
)
_TAGGING = ("ec2:CreateTags", "ec2:DeleteTags")
#: what names instances, in calls that IAM judges by the instances' group alone
BESIDE: Mapping[str, str] = {
    "autoscaling:AttachInstances": "InstanceIds",
    "autoscaling:CompleteLifecycleAction": "InstanceId",
    "autoscaling:DetachInstances": "InstanceIds",
    "autoscaling:EnterStandby": "InstanceIds",
    "autoscaling:ExitStandby": "InstanceIds",
    "autoscaling:SetInstanceHealth": "InstanceId",
    "autoscaling:SetInstanceProtection": "InstanceIds",
    "autoscaling:TerminateInstanceInAutoScalingGroup": "InstanceId",
}


@dataclass(slots=True)
class _Found:
    """The ways found so far: those that end in the same place are ways for the same value."""

    marks: Marks
    touches: dict[Any, Touched] = field(default_factory=dict)

    def add(self, judged: tuple[str, ...], role: Role, turn: str | None = None) -> None:
        """One resource; the first of its ARNs is its own, the others are names it may have."""
        way, *also = (_way(arn, self.marks, turn) for arn in judged)
        last = next((str(part["at"]) for part in reversed(way) if not isinstance(part, str)), None)
        one: Touched = {"role": role, "ways": []}
        one = self.touches.setdefault((last or judged[0], role), one)
        if way not in one["ways"]:
            one["ways"].append(way)
            if also:
                one["also"] = [*one.get("also", []), *also]


def of_call(service: str, method: str, parameters: Mapping[str, Any]) -> list[Touched] | None:
    """What a call of AWS's API touches; None for one that touches nothing anybody owns.

    Raises FaultError where that cannot be told.
    """
    found = _Found(Marks())
    call = Call(service, method, found.marks.marked(parameters))
    effects = [one for one in authorizations(call) if is_effect(str(one.action))]
    telling = [one for one in effects if str(one.action) in _TELLING and not _known(one)]
    for one in effects:
        if one not in telling:
            _add(found, call, one)
            _add_beside(found, call, str(one.action))
    if not found.touches and not (telling and len(telling) == len(effects)):
        raise FaultError(_untold(call.operation.do))
    return list(found.touches.values()) or None


def of_action(action: Action, parameters: Mapping[str, Any]) -> list[Touched] | None:
    """What a curated action touches: what it declares, else what its permissions name."""
    if action.touches == ():
        return None
    found = _Found(Marks())
    marked = found.marks.marked(parameters)
    given = with_defaults(action, patterns(marked))
    for template in templates(action, parameters):
        for arn in _filled(template, given):
            found.add(as_judged(arn), "changes", "an ARN" if MARK.fullmatch(arn) else None)
    if not found.touches:
        raise FaultError(_untold(action.name))
    return list(found.touches.values())


def templates(action: Action, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """What a curated action touches, as it declares it; else what it may do more with than read."""
    if action.touches is not None:
        return action.touches
    effects = [one for one in needed(action, parameters) if is_effect(one.action)]
    return tuple(dict.fromkeys(one.resource for one in effects if one.resource != ANY))


def _filled(template: str, given: Given) -> Iterator[str]:
    names = _PLACEHOLDER.findall(template)
    for chosen in itertools.product(*(_said(name, given) for name in names)):
        put = iter(chosen)
        yield _PLACEHOLDER.sub(lambda _, put=put: next(put), template)  # type: ignore[misc]


def _said(name: str, given: Given) -> tuple[str, ...]:
    if name in ("partition", "account", "region"):
        return (f"${{{name.capitalize()}}}",)
    return strings(given[name]) if given.get(name) is not None else (ANY,)


def _known(one: Authorization) -> bool:
    return bool(one.action.resources) and ANY not in one.resources


def _add(found: _Found, call: Call, one: Authorization) -> None:
    """The resources of one authorization."""
    action = one.action
    if str(action) in _TAGGING:
        _add_by_id(found, call)
    elif one.resources:
        for arn in one.resources:
            found.add((arn,), "changes")
    elif not arns.names_something(action, one.given) and (named := _as_arns(one.given)):
        for mark in named:
            found.add((mark,), "changes", "an ARN")
    else:
        _add_kinds(found, action, one.given)


def _add_kinds(found: _Found, action: iam.Action, given: Given) -> None:
    kinds = list(arns.by_kind(action, given))
    changed = any(kind.name not in _USED for kind, _ in kinds)
    for kind, judged in kinds:
        role = _role(action, kind, judged[0], changed=changed)
        if role is not None:
            here = tuple(arns.located(arn, action, _ANYWHERE) for arn in judged)
            small = "lower case" if action.prefix in _SMALL else None
            found.add(here, role, _BEGINNINGS.get(f"{action.prefix}:{kind.name}", small))


def _role(action: iam.Action, kind: iam.Resource, arn: str, *, changed: bool) -> Role | None:
    """What the call does with it; None for what it makes without a name."""
    if _MAKING.match(action.name):
        if not MARK.search(arn) and is_open(arn):
            return None
        if plain(action.name).endswith(plain(kind.name)):
            return "makes"
    return "uses" if changed and kind.name in _USED else "changes"


def _add_beside(found: _Found, call: Call, action: str) -> None:
    """Nobody who spares an instance wants it to end by way of its group."""
    for text in strings(call.given.get(BESIDE.get(action, ""), [])):
        found.add((f"arn:${{Partition}}:ec2:${{Region}}:${{Account}}:instance/{text}",), "uses")


def _add_by_id(found: _Found, call: Call) -> None:
    """EC2's ids tell by their beginning what they are of; of one that does not, nobody can tell."""
    for text in strings(call.given.get("Resources", ANY)):
        kind = "" if MARK.search(text) else EC2_IDS.get(text.rpartition("-")[0])
        if kind is None:
            raise FaultError(_untold(call.operation.do))
        arn = f"arn:${{Partition}}:ec2:${{Region}}:${{Account}}:{kind and f'{kind}/'}{text}"
        found.add((arn,), "changes", None if kind else "ec2 id")


def takes_an_arn(parameter: str) -> bool:
    """Whether a parameter's value is an ARN, by its name."""
    return _ARN.search(parameter) is not None


def _as_arns(given: Given) -> list[str]:
    """The values that have to be ARNs of whatever the call works on."""
    named = (strings(value) for name, value in given.items() if takes_an_arn(name))
    return [text for texts in named for text in texts if MARK.fullmatch(text)]


def _way(arn: str, marks: Marks, turn: str | None) -> Way:
    """The ARN in parts, with a place for each mark."""
    way: Way = []
    at = 0
    for mark in MARK.finditer(arn):
        # what an id begins with is in the value, too
        before = _BEFORE_ID.sub("", arn[at : mark.start()])
        way += [_LITERAL.sub(r"\1", before), _place(mark, marks, turn)]
        at = mark.end()
    way.append(_LITERAL.sub(r"\1", arn[at:]))
    return [part for part in way if part]


def _place(mark: re.Match[str], marks: Marks, turn: str | None) -> Place:
    place: Place = {"at": list(marks.paths[int(mark[1])])}
    wanted = TURNS[mark[2]] if mark[2] else turn
    if wanted is not None:
        place["turn"] = wanted
    return place


def _untold(do: str) -> Fault:
    return Fault(
        f"{do}, of which nobody can tell beforehand what it touches",
        "an action on resources that IAM knows, or a rule that no `only` and no `except` binds",
    )
