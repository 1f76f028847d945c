"""One operation of AWS's, as boto3 has it: its parameters, its effect, its pages.

Called by the compiler for each `aws.<service>.<operation>`, and by the rest of this package.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.actions.reads import is_read
from chalicelib.plan import Effect
from opsloop.aws import action_names, effects, iam, models
from opsloop.aws.faults import FaultError
from opsloop.aws.names import listing, nearest, plain
from opsloop.aws.prefixes import prefix
from opsloop.problems import Fault

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape, StructureShape


@dataclass(frozen=True, slots=True)
class Paginator:
    """How an operation gives its result in pages."""

    #: the parameters that name the page to read
    tokens: tuple[str, ...]
    #: the parameter that bounds a page, where there is one
    limit: str | None
    #: JMESPath expressions of what the pages add up to
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation of one service."""

    #: boto3's name of the service: `ec2`
    service: str
    #: boto3's method: `stop_instances`
    method: str
    #: AWS's name: `StopInstances`
    name: str
    model: OperationModel

    @property
    def do(self) -> str:
        """As a rule names it: `aws.ec2.stop_instances`."""
        return f"aws.{self.service}.{self.method}"

    @property
    def input(self) -> StructureShape | None:
        """The shape of the parameters; None where there are none."""
        return self.model.input_shape

    @property
    def output(self) -> Shape | None:
        """The shape of the response; None where it is empty."""
        return self.model.output_shape

    @property
    def reads(self) -> bool:
        """Whether it changes nothing: the same answer that the run side gives."""
        return is_read(self.service, self.method)

    @property
    def token(self) -> str | None:
        """The parameter that takes a client token: repeated with it, the call is one call."""
        members = self.input.members if self.input else {}
        marked = (name for name, shape in members.items() if "idempotencyToken" in shape.metadata)
        return next(marked, None)

    @property
    def effect(self) -> Effect:
        """What it means to repeat the call."""
        if self.reads:
            return "read"
        if self.token:
            return "token"
        return effects.of(self.service, self.method)

    @property
    def paginator(self) -> Paginator | None:
        """How it pages; None where it gives everything at once."""
        settings = models.paginators(self.service).get(self.name)
        if settings is None:
            return None
        return Paginator(
            tokens=_tuple(settings["input_token"]),
            limit=settings.get("limit_key"),
            results=_tuple(settings["result_key"]),
        )


@functools.cache
def operation(service: str, method: str) -> Operation:
    """The operation that boto3 calls `method`.

    Raises FaultError, with the nearest name, for a service or operation that boto3 has not.
    """
    methods = models.methods(service)
    if method not in methods:
        raise FaultError(_unknown(service, method))
    name = methods[method]
    return Operation(service, method, name, models.model(service).operation_model(name))


def _unknown(service: str, method: str) -> Fault:
    if permission := _permission_of_that_name(service, method):
        return _permission(service, method, permission)
    meant = nearest(method, models.methods(service))
    others = () if meant else tuple(f"aws.{one}.{method}" for one in services_with(method))
    return Fault(
        found=f"the operation {method!r}, which boto3's {service} does not have",
        expected=meant or listing([f"a method of boto3's {service} client", *others]),
        correction=f"aws.{service}.{meant}" if meant else None,
        offset=len(f"aws.{service}."),
    )


def _permission_of_that_name(service: str, method: str) -> str | None:
    """None where it is an operation's name, but for its case."""
    if plain(method) in map(plain, models.methods(service)):
        return None
    try:
        found = iam.find(f"{prefix(service)}:{plain(method)}")
    except FaultError:
        return None  # IAM's reference does not have the service
    return None if found is None else str(found)


def _permission(service: str, method: str, permission: str) -> Fault:
    """IAM's name in place of an operation's: `lambda:InvokeFunction` is what Invoke needs."""
    methods = models.methods(service).items()
    needing = [one for one, name in methods if permission in action_names.of(service, name)]
    offered = listing(needing) if needing else "the call that needs it, which is then allowed to"
    return Fault(
        found=f"{method!r}, which is a permission of IAM's, {permission}, and no operation",
        expected=offered,
        correction=f"aws.{service}.{needing[0]}" if len(needing) == 1 else None,
        offset=len(f"aws.{service}."),
    )


def services_with(method: str) -> Iterator[str]:
    """The services that have such a method, as far as IAM knows it by that name."""
    known = (one for one in sorted(iam.prefixes()) if iam.find(f"{one}:{plain(method)}"))
    yield from (one for one in known if one in models.services() and method in models.methods(one))


def _tuple(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
