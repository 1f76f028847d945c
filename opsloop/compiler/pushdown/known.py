"""What is known of the events that wake a rule: where a value is never a list or a map.

Of most fields nothing is: a pattern looks into lists, an expression does not, so "is not x" and
"is absent" can only be asked where neither a list nor a dotted name can be in the way. AWS alone
may send events whose source begins with `aws.`, so that what it documents of them holds.
Called by `truth` and `merging`. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from opsloop.compiler.pushdown.filters import Place
from opsloop.patterns.branches import Branch

#: what EventBridge itself puts around every event
ALWAYS = ("id", "detail-type", "source", "account", "time", "region")
ENVELOPE = (*ALWAYS, "replay-name")
_PARTNERS = "aws.partner/"

_RECORD = """
eventVersion eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode
errorMessage requestID eventID eventType eventCategory apiVersion managementEvent readOnly
recipientAccountId sharedEventID vpcEndpointId
userIdentity.type userIdentity.principalId userIdentity.arn userIdentity.accountId
userIdentity.accessKeyId userIdentity.userName userIdentity.invokedBy
userIdentity.sessionContext.attributes.mfaAuthenticated
userIdentity.sessionContext.attributes.creationDate
userIdentity.sessionContext.sessionIssuer.type
userIdentity.sessionContext.sessionIssuer.principalId
userIdentity.sessionContext.sessionIssuer.arn
userIdentity.sessionContext.sessionIssuer.accountId
userIdentity.sessionContext.sessionIssuer.userName
"""
_ALARM = """
alarmName state.value state.reason state.timestamp previousState.value previousState.reason
previousState.timestamp
"""
#: detail-type → fields of the detail that hold one value, or none, by AWS's documentation
SINGLE: Mapping[str, str] = {
    "AWS API Call via CloudTrail": _RECORD,
    "AWS Console Sign In via CloudTrail": _RECORD,
    "AWS Service Event via CloudTrail": _RECORD,
    "AWS Health Event": "eventArn service eventTypeCode eventTypeCategory eventScopeCode"
    " communicationId statusCode startTime endTime eventRegion affectedAccount",
    "CloudWatch Alarm Contributor State Change": _ALARM,
    "CloudWatch Alarm State Change": _ALARM,
    "EC2 Instance State-change Notification": "instance-id state",
    "ECS Deployment State Change": "eventType eventName deploymentId updatedAt reason",
    "GuardDuty Finding": "schemaVersion accountId region partition id arn type severity createdAt"
    " updatedAt title description resource.resourceType service.archived service.count",
}


@dataclass(frozen=True, slots=True)
class Known:
    """`by_aws`: only AWS sends such events. `single`: names that hold one value, or none."""

    by_aws: bool
    single: frozenset[str]

    @classmethod
    def of(cls, branches: Iterable[Branch]) -> Known:
        """Of the events that a pattern lets through."""
        each = [(_texts(branch, "source"), _texts(branch, "detail-type")) for branch in branches]
        by_aws = all(sources and all(map(_is_aws, sources)) for sources, _ in each)
        types = [kind for _, kinds in each for kind in kinds or ("",)]
        documented = [_names(SINGLE.get(kind, "")) for kind in types if by_aws]
        fields = frozenset.intersection(*documented) if documented else frozenset[str]()
        return cls(by_aws, fields.union(ENVELOPE))

    def is_single(self, place: Place) -> bool:
        """Whether one value stands there, or none: never a list, never a map."""
        return (
            not place.elements
            and len(place.steps) == len(place.name.split("."))
            and (place.name in self.single)
        )

    def is_sure(self, place: Place) -> bool:
        """Whether EventBridge finds a value there only where an expression does.

        Below `detail`, which is a map, nothing but the key itself has its name.
        """
        plain = not place.elements and "." not in place.steps[-1] and place.name != "resources"
        shallow = len(place.steps) == 1 or (len(place.steps) == 2 and place.steps[0] == "detail")  # noqa: PLR2004 - detail and its key
        return self.is_single(place) or (plain and shallow)


def _names(fields: str) -> frozenset[str]:
    return frozenset(f"detail.{field}" for field in fields.split())


def _is_aws(source: str) -> bool:
    return source.startswith("aws.") and not source.startswith(_PARTNERS)


def _texts(branch: Branch, name: str) -> list[str]:
    """The texts one of which the field must be; none where it may be another."""
    values = [json.loads(each) for each in _wanted(branch, name)]
    return values if all(isinstance(value, str) for value in values) else []


def _wanted(branch: Branch, name: str) -> Iterator[str]:
    for field in branch.fields:
        if field.name == name:
            yield from (operator.wanted for operator in field.operators)
