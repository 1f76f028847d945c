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
from opsloop.naming import WrongUsage, named

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
    named(TABLE, name, "action")
    return next(one for one in catalogue() if one.name == name)


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
