"""boto3 clients, kept for the sandbox's life, and the hooks that a step's clients carry.

The hooks sit in botocore's own event system, below every road that a client offers: plain
methods, paginators, waiters. They say whose call it is in the user agent, stop at the
deadline before each attempt, let botocore repeat no effect whose answer was lost, and in a
dry run let nothing out that is not a read. Which
execution a call belongs to is a context variable, because clients outlive executions; a call
from nowhere raises. boto3 is imported when the first client is made.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.actions.base import WouldCall
from chalicelib.actions.reads import is_read
from chalicelib.actions.results import to_json
from chalicelib.clock import Clock
from chalicelib.errors import StepError

if TYPE_CHECKING:
    import boto3

CONNECT_SECONDS = 5
READ_SECONDS = 20
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Call:
    """On whose behalf AWS is called, until when, and whether for real."""

    rule: str
    execution: str
    deadline: float
    dry_run: bool
    clock: Clock
    #: how many executions led to this one
    chain: int = 0

    @property
    def agent(self) -> str:
        """What stands in the user agent: `chalicelib.events.causes` reads it again."""
        return f"opsloop/{self.rule}/{self.execution}/{self.chain}"

    def left(self) -> float:
        """Seconds until the deadline. Raises StepError("Timeout") where there are none."""
        seconds = self.deadline - self.clock.now()
        if seconds <= 0:
            raise StepError("Timeout", "the step's time is up")
        return seconds


_CALL: ContextVar[Call] = ContextVar("opsloop_call")


def new_session() -> boto3.Session:
    """boto3's own idea of credentials and region."""
    import boto3  # noqa: PLC0415 - 150 ms that an event which fails its criteria does not pay

    return boto3.Session()


class Sessions:
    """All clients of a sandbox, each made once."""

    def __init__(self, clock: Clock, session: Callable[[], boto3.Session] = new_session) -> None:
        self.clock = clock
        self._new_session = session
        self._session: boto3.Session | None = None
        self._clients: dict[tuple[str, str | None, bool], Any] = {}

    def client(self, service: str, region: str | None = None) -> Any:
        """A client for opsloop itself: the journal, secrets. It carries no hooks."""
        return self._client(service, region, hooked=False)

    def client_for(self, call: Call, service: str, region: str) -> Any:
        """A client for a step: what is called with it from here on is `call`'s."""
        _CALL.set(call)
        return self._client(service, region, hooked=True)

    def _client(self, service: str, region: str | None, *, hooked: bool) -> Any:
        key = (service, region, hooked)
        if key not in self._clients:
            made = self._make(service, region, validated=hooked)
            if hooked:
                _hook(made.meta.events)
            self._clients[key] = made
        return self._clients[key]

    def _make(self, service: str, region: str | None, *, validated: bool) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - comes with boto3

        if self._session is None:
            self._session = self._new_session()
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            # a quarter of each call; what opsloop itself asks for, only opsloop puts together
            parameter_validation=validated,
        )
        make: Callable[..., Any] = self._session.client
        return make(service, region_name=region, config=config)


def _hook(events: Any) -> None:
    events.register("provide-client-params", _remember)
    events.register("before-call", _before_call)
    # last: botocore writes the user agent anew in a handler of the same event
    events.register_last("request-created", _before_attempt)
    events.register_first("needs-retry", _before_retry)


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Keep what the action asked for: by `before-call` it has been serialised."""
    context["opsloop"] = dict(params)


def _before_call(model: Any, context: dict[str, Any], **_: Any) -> None:
    call = _CALL.get()
    call.left()
    service, operation = _name(model)
    if call.dry_run and not is_read(service, operation):
        raise WouldCall(service, operation, to_json(context["opsloop"]))


def _before_attempt(request: Any, **_: Any) -> None:
    """Each attempt makes its request anew, so that botocore's own retries end in time."""
    call = _CALL.get()
    call.left()
    # Powertools sets it a second time, and of two that are set botocore sends the last
    agent = request.headers.get_all("User-Agent")[-1]
    del request.headers["User-Agent"]
    # not signed, so it may be said after the signature
    request.headers["User-Agent"] = f"{agent} {call.agent}"


def _before_retry(operation: Any, caught_exception: Exception | None, **_: Any) -> None:
    """Stop botocore from repeating an effect whose answer was lost: it may have happened.

    Unless it carries a token that AWS knows it by. Whether to repeat it is for the rule.
    """
    from botocore import exceptions  # noqa: PLC0415 - a client exists

    lost = (exceptions.ReadTimeoutError, exceptions.ConnectionClosedError)
    if (
        caught_exception is not None
        and isinstance(caught_exception, lost)
        and not is_read(*_name(operation))
        and not operation.idempotent_members
    ):
        raise caught_exception


def _name(model: Any) -> tuple[str, str]:
    """Service and operation, as a rule writes them."""
    from botocore import xform_name  # noqa: PLC0415 - a client exists

    return model.service_model.service_name, xform_name(model.name)
