"""From `ec2:RunInstances` to the events by which CloudTrail tells of it on EventBridge.

Called by the compiler for `api:` triggers. The names are checked against AWS's models.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from opsloop.aws import models
from opsloop.aws.cloudtrail_table import (
    API_CALL,
    CHANGES_AFTER_ALL,
    DATA_EVENTS,
    DATA_SERVICES,
    EVENTS,
    ONE_REGION,
    RENAMED,
    SOURCES,
)
from opsloop.aws.faults import FaultError
from opsloop.aws.names import nearest, plain
from opsloop.aws.prefixes import other_prefixes
from opsloop.problems import Fault

_READS = re.compile(r"Describe|Get|List")
_VERSION = re.compile(r"/(\d{4})-(\d\d)-(\d\d)/")


@dataclass(frozen=True, slots=True, order=True)
class ApiCall:
    """One name under which CloudTrail tells of a call, and where EventBridge has it."""

    #: `aws.ec2`
    source: str
    #: `ec2.amazonaws.com`
    event_source: str
    event_name: str
    detail_type: str
    #: delivered only to a rule in state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS
    read_only: bool
    #: recorded only where a trail is told to record such data events
    data_event: bool
    #: the one region that has these events; None where each region has its own
    region: str | None = None


def api_calls(name: str) -> list[ApiCall]:
    """The events of an API name: `service:Operation`, where either part may be AWS's or boto3's.

    The service is an IAM prefix, boto3's name or CloudTrail's event source; the operation is
    AWS's name, boto3's method, CloudTrail's own name, or a wildcard over those. Raises
    FaultError, with the nearest name, where it names nothing.
    """
    service, separator, operation = name.partition(":")
    if not separator or not operation:
        raise FaultError(Fault(repr(name), "service:Operation, such as ec2:RunInstances"))
    called = _services(service)
    if "*" in operation or "?" in operation:
        found = [call for one in called for call in _matching(one, operation)]
    else:
        found = list(next(filter(None, (_named(one, operation) for one in called)), ()))
    if not found:
        raise FaultError(_unknown(service, called, operation))
    return sorted(set(found))


def _matching(service: str, pattern: str) -> Iterator[ApiCall]:
    # boto3's methods, `run_*`, are told by their underscores
    method = pattern.replace("_", "").lower() if "_" in pattern else None
    for name, calls in _events(service).items():
        known = fnmatchcase(name, pattern) or (method and fnmatchcase(plain(name), method))
        yield from (call for call in calls if known or fnmatchcase(call.event_name, pattern))


def _named(service: str, operation: str) -> tuple[ApiCall, ...]:
    """The events of one operation; where CloudTrail's own name was written, that one only."""
    index = _index(service)
    return index.get(plain(operation)) or index.get(operation, ())


@functools.cache
def _index(service: str) -> Mapping[str, tuple[ApiCall, ...]]:
    """Operations by their names without case and underscores; events by their exact names."""
    found: dict[str, tuple[ApiCall, ...]] = {}
    for name, calls in _events(service).items():
        for call in calls:
            found[call.event_name] = (*found.get(call.event_name, ()), call)
        found[plain(name)] = calls
    return found


@functools.cache
def _events(service: str) -> Mapping[str, tuple[ApiCall, ...]]:
    """What CloudTrail tells of a service: by operation, then what is no operation, or not only."""
    found: dict[str, tuple[ApiCall, ...]] = {}
    if service in models.services():
        for operation in models.model(service).operation_names:
            found[operation] = tuple(_calls(service, operation))
    for name, detail_type in EVENTS.get(service, {}).items():
        found[name] = (*found.get(name, ()), _call(service, service, name, detail_type))
    return found


def _calls(service: str, operation: str) -> Iterator[ApiCall]:
    data = is_data_event(service, operation)
    reads = bool(_READS.match(operation)) and f"{service}.{operation}" not in CHANGES_AFTER_ALL
    for source in _sources(service):
        for name in _names(service, operation):
            yield _call(service, source, name, API_CALL, reads=reads, data=data)


def _call(
    service: str,
    source: str,
    name: str,
    detail_type: str,
    *,
    reads: bool = False,
    data: bool = False,
) -> ApiCall:
    return ApiCall(
        source=f"aws.{source}",
        event_source=f"{source}.amazonaws.com",
        event_name=name,
        detail_type=detail_type,
        read_only=reads,
        data_event=data,
        region=ONE_REGION.get(service),
    )


def _names(service: str, operation: str) -> tuple[str, ...]:
    """The names of an operation's events, all that it may have where that is not settled."""
    if renamed := RENAMED.get(f"{service}.{operation}"):
        return (renamed,)
    http = models.model(service).operation_model(operation)
    # Lambda's API version stands in the path, and in the name of most events, some with v2
    version = _VERSION.match(http.http["requestUri"]) if service == "lambda" else None
    if version:
        dated = operation + "".join(version.groups())
        return (operation, dated, f"{dated}v2")
    # CloudFront's operations carry the API version in their wire names
    return tuple(dict.fromkeys((operation, http.wire_name)))


def is_data_event(service: str, operation: str) -> bool:
    """Whether CloudTrail records the operation only where a trail asks for data events."""
    if service in DATA_SERVICES or operation in DATA_EVENTS.get(service, ()):
        return True
    shape = models.model(service).operation_model(operation).input_shape
    return service == "s3" and shape is not None and "Key" in shape.members


def _sources(service: str) -> tuple[str, ...]:
    metadata = models.metadata()[service]
    default = metadata.get("signingName") or metadata["endpointPrefix"]
    return SOURCES.get(service, (default,))


def _services(name: str) -> tuple[str, ...]:
    """boto3's services that go by a name, its own first. Raises FaultError for none."""
    found = dict.fromkeys(_by_name().get(name.lower(), ()))
    if not found:
        meant = nearest(name, _by_name())
        expected = "an IAM prefix or boto3's name of a service"
        raise FaultError(
            Fault(
                found=f"the service {name!r}, which AWS does not have",
                expected=meant or expected,
            )
        )
    return tuple(sorted(found, key=lambda service: service != name.lower()))


@functools.cache
def _by_name() -> Mapping[str, tuple[str, ...]]:
    """boto3's services by every name that they go by in IAM, on the wire and in CloudTrail."""
    found: dict[str, dict[str, None]] = {service: {service: None} for service in EVENTS}
    for service, metadata in models.metadata().items():
        names = (
            service,
            metadata.get("signingName"),
            metadata["endpointPrefix"],
            *other_prefixes(service),
            *_sources(service),
        )
        for name in filter(None, names):
            found.setdefault(name.lower(), {})[service] = None
    return {name: tuple(services) for name, services in found.items()}


def _unknown(service: str, called: tuple[str, ...], operation: str) -> Fault:
    known = sorted({name for one in called for name in _event_names(one)})
    meant = nearest(operation, known)
    return Fault(
        found=f"{operation!r}, which {service} does not have",
        expected=meant or f"an operation of {service}, or a wildcard over them",
        correction=f"{service}:{meant}" if meant else None,
        offset=len(service) + 1,
    )


def _event_names(service: str) -> Iterator[str]:
    for name, calls in _events(service).items():
        yield name
        yield from (call.event_name for call in calls)
