"""What can go wrong around a deployment. `str()` says where, what was found and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class DeployError(Exception):
    """AWS, or the state that a deployment is in, does not let it go on."""


class Unidentified(DeployError):
    """There are no credentials, or none that AWS knows."""


class StackMissing(DeployError):
    """The stage's own resources were never made."""

    def __init__(self, stack: str, region: str, stage: str) -> None:
        super().__init__(
            f"no CloudFormation stack {stack!r} in {region}: create it with "
            f"`opsloop infra --stage {stage}`"
        )


@contextmanager
def doing(what: str) -> Iterator[None]:
    """What AWS refuses, or what stands in the way to it, becomes a DeployError."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow, for --help

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise DeployError(f"could not {what}: {error}") from error
