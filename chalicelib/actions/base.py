"""What an action is: the decorator, its record, and the tools that an action may use.

An action is a function `(tools, *, typed keyword parameters) -> JSON result`. It knows
nothing of rules, of the engine or of other actions: it reaches the world through `Tools`.
Standard library only, so that the desk can read an action without AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chalicelib.plan import Effect


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to an HTTP request. `body` is parsed where it is JSON, else text."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Tools(Protocol):
    """All that an action may reach. The engine makes one for each step."""

    #: names for messages and tags
    rule: str
    execution: str
    account: str
    region: str
    partition: str
    #: the same for every attempt at this step of this execution: a client request token
    token: str

    def client(self, service: str, *, region: str | None = None) -> Any:
        """A boto3 client, kept for the sandbox's life.

        In a dry run its reads are real, and the first call that is not a read ends the
        action: the engine reports what would have been called, with which parameters.
        """
        ...

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
        timeout: float = 10.0,
    ) -> Response:
        """One HTTPS request over urllib3, without redirects.

        Raises StepError, retryable for 429, 5xx and connection faults. In a dry run any
        method but GET and HEAD ends the action as a client's effect does.
        """
        ...

    def channel(self, name: str) -> Mapping[str, Any]:
        """The settings of a notification channel of this stage, secrets resolved.

        Raises StepError where the stage has no such channel.
        """
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; raises StepError("Timeout") where the step's time would run out meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class Permission:
    """One IAM action that an action needs.

    `resource` is an ARN in which `{name}` stands for the action's own parameter of that
    name, and `{partition}`, `{account}`, `{region}` for the stage's. A parameter that is not
    known when the rule is compiled becomes `*`. `condition` is an IAM condition block.
    """

    action: str
    resource: str = "*"
    condition: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One entry of the catalogue."""

    name: str
    function: Callable[..., Any]
    effect: Effect
    permissions: tuple[Permission, ...]


def action(
    name: str, *, effect: Effect, permissions: tuple[Permission, ...] = ()
) -> Callable[[Callable[..., Any]], Action]:
    """Declare a function to be the action `name`."""

    def declare(function: Callable[..., Any]) -> Action:
        return Action(name, function, effect, permissions)

    return declare
