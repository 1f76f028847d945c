"""What `opsloop actions` finds by a name: one action's document, or a list to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.actions import TABLE
from opsloop.actions.doc import ActionDoc, catalogue
from opsloop.actions.operations import describe_operation, first_sentence, operations
from opsloop.aws import models
from opsloop.aws.faults import FaultError
from opsloop.aws.names import listing, nearest
from opsloop.aws.operations import services_with
from opsloop.naming import WrongUsage, alike
from opsloop.rules.steps import as_action

#: so many suggestions are read
_OFFERED = 8
#: dots in the name of an operation: `aws.ec2.stop_instances`
_OPERATION = 2

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list. A service has no effect of its own."""

    name: str
    effect: str
    summary: str


def is_list(name: str | None) -> bool:
    """Whether the name stands for many: none at all, `aws`, `aws.<service>`."""
    return name is None or (name.split(".")[0] == "aws" and name.count(".") < _OPERATION)


def entries(name: str | None) -> list[Entry]:
    """What there is under such a name. Raises WrongUsage."""
    if name is None:
        return [Entry(one.name, one.effect, one.summary) for one in catalogue()]
    return _known(lambda: list(_aws(name)))


def document(name: str) -> ActionDoc:
    """One action. Raises WrongUsage."""
    if name.split(".", maxsplit=1)[0] == "aws":
        _, service, method = name.split(".", _OPERATION)
        return _known(lambda: describe_operation(service, method))
    if name not in TABLE:
        raise _unknown(name)
    return next(one for one in catalogue() if one.name == name)


def _unknown(name: str) -> WrongUsage:
    """With what was meant, by whatever it is called elsewhere."""
    meant = list(dict.fromkeys(_meant(name)))[:_OFFERED]
    listed = "a name that `opsloop actions` or `opsloop actions aws` lists"
    return WrongUsage(f"found the action {name!r}; expected {listing(meant) if meant else listed}")


def _meant(name: str) -> Iterator[str]:
    """Names of actions, of AWS's operations, and of its services."""
    service, _, method = as_action(name).removeprefix("aws.").partition(".")
    known = service in models.services()
    if known and method and (called := nearest(method, models.methods(service))):
        yield f"aws.{service}.{called}"
        return
    if near := nearest(name, TABLE):
        yield near
        return
    yield from (f"aws.{service}",) if known else ()
    yield from alike(name, TABLE)
    yield from (f"aws.{one}.{service}" for one in services_with(service))
    yield from (f"aws.{one}" for one in models.called_otherwise(name))


def _aws(name: str) -> Iterator[Entry]:
    _, _, service = name.partition(".")
    if not service:
        for each, metadata in models.metadata().items():
            yield Entry(f"aws.{each}", "", metadata["serviceFullName"])
        return
    for one in operations(service):
        yield Entry(one.do, one.effect, first_sentence(one.model.documentation))


def _known(look_up: Callable[[], Found]) -> Found:
    try:
        return look_up()
    except FaultError as error:
        raise WrongUsage(str(error)) from error
