"""CloudTrail's records on EventBridge: the fields that all have, and each call's own.

The record is as AWS documents it. What a call was given and what it answered has shapes of
CloudTrail's own, which come from samples; botocore's names only hold an error back.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from opsloop.aws import models
from opsloop.catalogue import samples, schemas
from opsloop.catalogue.shapes import beside, shown
from opsloop.expressions.types import BOOLEAN, OBJECT, STRING, TIME, Type, either

#: with more names than this it is not looked for what all of them have in common
_MOST_CALLS = 50
#: what each call has of its own
PARTS = ("requestParameters", "responseElements", "additionalEventData")


def _texts(*names: str) -> dict[str, Type | None]:
    return dict.fromkeys(names, STRING)


_ISSUER = Type("object", _texts("type", "userName", "principalId", "arn", "accountId"), open=True)
_SESSION = Type(
    "object",
    {
        **_texts("sourceIdentity", "ec2RoleDelivery"),
        "attributes": Type("object", {"creationDate": TIME, "mfaAuthenticated": STRING}, open=True),
        "sessionIssuer": _ISSUER,
        "webIdFederationData": OBJECT,
        "assumedRoot": None,
        "sessionCredentialFromConsole": None,
    },
    open=True,
)
_IDENTITY = Type(
    "object",
    {
        **_texts("type", "userName", "principalId", "arn", "accountId", "accessKeyId"),
        **_texts("invokedBy", "identityProvider", "credentialId", "identityStoreArn"),
        "sessionContext": _SESSION,
        "onBehalfOf": Type("object", _texts("userId", "identityStoreArn"), open=True),
        "inScopeOf": OBJECT,
    },
    open=True,
)
_RESOURCE = Type("object", _texts("ARN", "accountId", "type"), open=True)
_RECORD: dict[str, Type | None] = {
    **_texts("eventVersion", "eventSource", "eventName", "awsRegion", "sourceIPAddress"),
    **_texts("userAgent", "errorCode", "errorMessage", "requestID", "eventID", "eventType"),
    **_texts("eventCategory", "apiVersion", "recipientAccountId", "sharedEventID"),
    **_texts("vpcEndpointId", "vpcEndpointAccountId"),
    "eventTime": TIME,
    "userIdentity": _IDENTITY,
    "managementEvent": BOOLEAN,
    "readOnly": BOOLEAN,
    "resources": Type("array", items=_RESOURCE),
    "tlsDetails": Type(
        "object", _texts("tlsVersion", "cipherSuite", "clientProvidedHostHeader"), open=True
    ),
    "serviceEventDetails": None,
    "addendum": OBJECT,
    "edgeDeviceDetails": None,
    "eventContext": None,
    "insightDetails": None,
    "sessionCredentialFromConsole": None,
}


@functools.cache
def record(source: str, detail_type: str, calls: tuple[str, ...] | None) -> Type:
    """What is known of `detail` where CloudTrail tells of these calls; None is any call."""
    parts = dict.fromkeys(PARTS)
    own: dict[str, Type | None] = {**parts, **_own(source, detail_type, calls)}
    return Type("object", {**own, **_RECORD}, open=True)


def _own(source: str, detail_type: str, calls: tuple[str, ...] | None) -> dict[str, Type | None]:
    """The parts that are each call's own; nothing where one of them is not known."""
    if calls is None or len(calls) > _MOST_CALLS:
        return {}
    shown_of = [samples.of(source, detail_type, call) for call in calls]
    if not all(shown_of):
        return {}
    details = [[sample.envelope["detail"] for sample in each] for each in shown_of]
    schema = schemas.detail(source, detail_type)
    return {name: _part(name, source, calls, details, schema) for name in PARTS}


def _part(
    name: str,
    source: str,
    calls: tuple[str, ...],
    details: list[list[dict[str, Any]]],
    schema: Type | None,
) -> Type | None:
    """One part over all calls, with what a schema knows of it besides: of any call."""
    known = either([shown([one.get(name) for one in each], name) for each in details])
    fields = schema.fields if schema is not None else None
    if known is not None and fields is not None and fields.get(name) is not None:
        known = beside(known, fields[name])
    return _excused(known, lambda: _names(source, calls))


def _excused(known: Type | None, maybe: Any) -> Type | None:
    """The same, open at every depth, where those names may be there after all."""
    if known is None:
        return None
    fields = known.fields
    if fields is not None:
        fields = {name: _excused(each, maybe) for name, each in fields.items()}
    is_map = known.fields is not None
    return replace(
        known,
        fields=fields,
        items=_excused(known.items, maybe),
        open=is_map,
        maybe=maybe if is_map else None,
    )


@functools.cache
def _names(source: str, calls: tuple[str, ...]) -> frozenset[str]:
    """Every name in botocore's shapes of these calls, as CloudTrail would spell it."""
    service = source.removeprefix("aws.")
    known = [service] if service in models.services() else models.called_otherwise(service)
    found: set[str] = set()
    for each in known:
        for call in set(calls) & set(models.model(each).operation_names):
            operation = models.model(each).operation_model(call)
            for shape in (operation.input_shape, operation.output_shape):
                found |= set(_members(shape, set()))
    return frozenset(found)


def _members(shape: Any, seen: set[str]) -> Iterator[str]:
    if shape is None or shape.name in seen:
        return
    seen.add(shape.name)
    if shape.type_name == "structure":
        for name, below in shape.members.items():
            yield f"{name[:1].lower()}{name[1:]}"
            yield from _members(below, seen)
    elif shape.type_name == "list":
        yield from _members(shape.member, seen)
