"""Asking AWS: what is not there, what may not be read, and what cannot be asked at all.

A refused read is never an answer. It is remembered, the group of facts that it was for is
unknown, and whoever compares says nothing of that group.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from opsloop.deploy.errors import DeployError
from opsloop.planning.state import Unread

#: what services answer for a thing that is not there
_GONE = ("NotFound", "NoSuch", "NonExistent", "QueueDoesNotExist")


class Asking:
    """Reads for one unit, or for the whole stage."""

    def __init__(self) -> None:
        self.unread: list[Unread] = []
        self.unknown: set[str] = set()

    def read(self, group: str, what: str, call: Callable[[], Any]) -> Any:
        """What the call answers; None for a thing that is not there, or not to be read.

        `what` names the IAM action and the resource. Raises DeployError where AWS cannot be
        reached.
        """
        try:
            return call()
        except ClientError as error:
            if not _is_gone(error):
                self.refused(group, what, str(error))
            return None
        except BotoCoreError as error:
            raise DeployError(f"could not ask for {what}: {error}") from error

    def refused(self, group: str, what: str, why: str) -> None:
        """Remember that this could not be read."""
        self.unknown.add(group)
        self.unread.append(Unread(what, why))


def _is_gone(error: ClientError) -> bool:
    code = error.response["Error"].get("Code", "")
    message = error.response["Error"].get("Message", "")
    return any(word in code for word in _GONE) or "does not exist" in message
