"""Which IAM actions one call needs, and by which parameters each finds its resources.

Called by `permissions`. The order: a rule of our own for calls that say in their parameters
what they do (`particular`), the table of other names, the action of the operation's own
name, the action whose documentation is the operation's page. There is no guess behind these.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from opsloop.aws import action_names, iam
from opsloop.aws.action_table import ALSO, REFUSED, VERSIONED
from opsloop.aws.calling import Authorization, Call
from opsloop.aws.faults import FaultError
from opsloop.aws.particular import PARTICULAR
from opsloop.aws.prefixes import prefix
from opsloop.problems import Fault


def authorizations(call: Call) -> list[Authorization]:
    """All that IAM asks for the call itself.

    Raises FaultError where neither our tables nor IAM's reference know it.
    """
    if reason := REFUSED.get(call.name):
        raise FaultError(_refused(call, reason))
    if rule := PARTICULAR.get(call.name) or PARTICULAR.get(call.service):
        return rule(call)
    return [Authorization(iam.action(name), call.given) for name in _names(call)]


def _names(call: Call) -> Iterator[str]:
    versioned = "VersionId" in call.given
    for name in _by_name(call):
        yield VERSIONED.get(name, name) if versioned else name
    for name, parameters in ALSO.get(call.name, ()):
        if not call.given.keys().isdisjoint(parameters):
            yield name


def _by_name(call: Call) -> tuple[str, ...]:
    if names := action_names.of(call.service, call.operation.name):
        return names
    raise FaultError(_underivable(call, prefix(call.service)))


def _refused(call: Call, reason: str) -> Fault:
    return Fault(
        found=f"{call.operation.do}, whose permissions cannot be derived",
        expected=reason,
        offset=len(f"aws.{call.service}."),
    )


def _underivable(call: Call, service: str) -> Fault:
    version = metadata.version("policy-sentry")
    return _refused(
        call,
        f"a newer policy-sentry ({version} knows no such action), or an action of your own "
        f"that declares Permission({f'{service}:{call.operation.name}'!r})",
    )
