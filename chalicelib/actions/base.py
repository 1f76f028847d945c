"""What an action is: the decorator, its record, and the tools that an action may use.

An action is a function `(tools, *, typed keyword parameters) -> JSON result`. It knows
nothing of rules, of the engine or of other actions: it reaches the world through `Tools`.
Standard library only, so that the desk can read an action without AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from chalicelib.errors import OpsloopError
from chalicelib.plan import Effect


class WouldCall(OpsloopError):
    """A dry run came to its first effect: what would have been called, with what.

    No StepError, so that no action takes it for a failure it knows how to handle.
    """

    def __init__(self, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        super().__init__(f"would call {service}.{operation}")
        self.service = service
        self.operation = operation
        self.parameters = parameters

    def as_dict(self) -> dict[str, Any]:
        """JSON for the journal."""
        return {
            "would_call": f"{self.service}.{self.operation}",
            "parameters": dict(self.parameters),
        }


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
        networks: Sequence[str] = (),
    ) -> Response:
        """One HTTPS request over urllib3, without redirects.

        Raises StepError for a status of 300 and above, with the code `HTTP<status>`, and for
        connection faults; retryable for 429, 5xx and connection faults. Only public addresses
        are connected to, and those of `networks` (CIDR blocks), which may also be spoken to
        in plain HTTP. In a dry run any method but GET and HEAD ends the action as a client's
        effect does. No error holds the URL: its path may be a secret.
        """
        ...

    def announce(self, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        """Say that an effect follows which goes by neither `client` nor `request`.

        Ends the action in a dry run, raises StepError("Timeout") past the deadline.
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
    name (of a list: one ARN for each element), `{name.setting}` for a setting of the channel
    that the parameter names, and `{partition}`, `{account}`, `{region}` for the stage's. What
    is not known when the rule is compiled becomes `*`; a channel without the setting does not
    need the permission. `condition` is an IAM condition block.

    `where` narrows to the rules that need it: those whose parameter has this value, is a
    template, or is left out while this is its default.
    """

    action: str
    resource: str = "*"
    condition: Mapping[str, Mapping[str, str]] | None = None
    where: Mapping[str, str | bool] = field(default_factory=dict)


#: how much of a parameter must be the rule's or the stage's own text, never an event's value:
#: all of it, or of a URL what stands before its path
Own = Literal["value", "origin"]


@dataclass(frozen=True, slots=True)
class Action:
    """One entry of the catalogue."""

    name: str
    function: Callable[..., Any]
    effect: Effect
    permissions: tuple[Permission, ...] = ()
    own: Mapping[str, Own] = field(default_factory=dict)
    #: what `only` and `except` hold it back from, as ARNs like those of permissions: by
    #: default those that its permissions name; none for what touches nothing anybody owns
    touches: tuple[str, ...] | None = None


def action(
    name: str,
    *,
    effect: Effect,
    permissions: tuple[Permission, ...] = (),
    own: Mapping[str, Own] | None = None,
    touches: tuple[str, ...] | None = None,
) -> Callable[[Callable[..., Any]], Action]:
    """Declare a function to be the action `name`."""

    def declare(function: Callable[..., Any]) -> Action:
        return Action(name, function, effect, permissions, own or {}, touches)

    return declare
