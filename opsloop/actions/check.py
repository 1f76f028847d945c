"""Is this `with` one that a curated action takes? Called by the compiler for each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.actions.base import Action
from opsloop.actions.doc import Parameter
from opsloop.actions.doc import parameters as takes
from opsloop.actions.kinds import faults
from opsloop.aws.names import listing, nearest
from opsloop.aws.templates import Splitter, known, pieces
from opsloop.problems import Fault


def check_parameters(
    action: Action, data: Mapping[str, Any] | None, *, templated: Splitter = pieces
) -> list[Fault]:
    """All that is wrong with the parameters; empty when nothing is.

    `templated` tells the literal parts of a text from the expressions in it: what those will
    give is unknown, and passes.
    """
    parameters = {one.name: one for one in takes(action.function)}
    given = known(dict(data or {}), templated)
    unknown = list(_unknown(action, parameters, given))
    meant = {fault.correction for fault in unknown}
    missing = (
        _missing(action, one)
        for one in parameters.values()
        if one.required and one.name not in given and one.name not in meant
    )
    wrong = (
        fault
        for name, value in given.items()
        if name in parameters
        for fault in faults(parameters[name].type, value, (name,))
    )
    return [*unknown, *missing, *wrong]


def _unknown(
    action: Action, parameters: Mapping[str, Parameter], given: Mapping[str, Any]
) -> Iterator[Fault]:
    free = [name for name in parameters if name not in given]
    for name in given:
        if name not in parameters:
            meant = nearest(str(name), free)
            yield Fault(
                found=f"{name}, which {action.name} does not have",
                expected=meant or listing(list(parameters)),
                correction=meant,
                path=(name,),
                key=True,
            )


def _missing(action: Action, one: Parameter) -> Fault:
    return Fault(f"no {one.name}", f"{one.name} ({one.kind}), which {action.name} needs")
