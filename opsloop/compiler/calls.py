"""What a step or a fact calls: is there such an action, and does it take these parameters?

Two catalogues behind one face: boto3's operations (`opsloop.aws`) and the curated actions
(`opsloop.actions`). Faults have paths below the step: `do`, or `with` and what follows.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.actions import TABLE, find
from chalicelib.plan import Effect
from opsloop.actions import check_parameters
from opsloop.aws import models
from opsloop.aws.calls import check_call
from opsloop.aws.faults import FaultError
from opsloop.aws.names import listing, nearest
from opsloop.aws.operations import Operation, operation
from opsloop.compiler.secretive import DECRYPTING, REFERENCES, SECRETIVE
from opsloop.expressions.types import Names, there
from opsloop.problems import Fault


class Calls:
    """Checks calls; `channels` are those of the stages, by name."""

    def __init__(self, channels: Names) -> None:
        self._channels = channels

    def check_fact(self, do: str, parameters: Mapping[str, Any]) -> list[Fault]:
        """All that is wrong with a fact's call: what `check_step` finds, and any effect."""
        faults = self.check_step(do, parameters)
        if not faults and self.effect(do)[0] != "read":
            expected = "an action that only reads: a fact changes nothing"
            faults = [Fault(f"{do}, which has an effect", expected, path=("do",))]
        return faults

    def check_step(self, do: str, parameters: Mapping[str, Any]) -> list[Fault]:
        """All that is wrong with a step's call."""
        try:
            faults = self._parameters(do, parameters)
        except FaultError as error:
            return [replace(error.fault, path=("do", *error.fault.path))]
        inside = [replace(fault, path=("with", *fault.path)) for fault in faults]
        return [*inside, *self._channel(do, parameters), *_secretive(do, parameters)]

    def effect(self, do: str) -> tuple[Effect, str | None]:
        """What repeating the call means, and the parameter that takes a client token."""
        try:
            called = _operation(do)
            return (called.effect, called.token) if called else (find(do).effect, None)
        except (FaultError, KeyError):
            return "once", None  # already a fault

    def _parameters(self, do: str, parameters: Mapping[str, Any]) -> list[Fault]:
        called = _operation(do)
        if called is None:
            return check_parameters(find(do), parameters)
        return check_call(called.service, called.method, dict(parameters))

    def _channel(self, do: str, parameters: Mapping[str, Any]) -> Iterator[Fault]:
        to, readable = parameters.get("to"), there(self._channels)
        if do != "notify" or not isinstance(to, str) or "${" in to or to in readable:
            return
        why, expected = "which no stage has", "a channel of the stages in rules/opsloop.yaml"
        if (known := self._channels.get(to)) and known.elsewhere:
            why, expected = known.elsewhere.why, known.elsewhere.expected
        meant = nearest(to, readable)
        if readable:
            expected = meant or f"one of {listing(readable)}"
        yield Fault(f"the channel '{to}', {why}", expected, meant, ("with", "to"))


@functools.cache
def _operation(do: str) -> Operation | None:
    """The operation of boto3; None for a curated action. Raises FaultError for neither."""
    parts = do.split(".")
    if parts[0] == "aws":
        if len(parts) != 3:  # noqa: PLR2004 - aws, service, operation
            raise FaultError(
                Fault(f"'{do}'", "aws.<service>.<operation>, such as aws.ec2.stop_instances")
            )
        return operation(parts[1], parts[2])
    if do not in TABLE:
        raise FaultError(_unknown(do))
    return None


def _unknown(do: str) -> Fault:
    found = f"the action '{do}', which opsloop does not have"
    meant = _of_aws(do) or nearest(do, TABLE)
    return Fault(found, meant or f"{', '.join(TABLE)}, or aws.<service>.<operation>", meant)


def _of_aws(do: str) -> str | None:
    """The operation of boto3 that was meant without its `aws.`; None for no such service."""
    service, _, method = do.partition(".")
    if service not in models.services():
        return None
    called = nearest(method, models.methods(service))
    return called and f"aws.{service}.{called}"


def _secretive(do: str, parameters: Mapping[str, Any]) -> Iterator[Fault]:
    as_it_is = do in DECRYPTING and parameters.get("WithDecryption", False) is False
    if do not in SECRETIVE or as_it_is:
        return
    expected = "a call that answers with none"
    if do in REFERENCES:
        expected = f"secret('{REFERENCES[do]}') where it is used, which leaves no trace"
    found = f"{do}, whose answer is a secret, and would stand in the journal"
    yield Fault(found, expected, path=("do",))
