"""What Chalice cannot say about a function: where an event goes that it could not handle.

EventBridge, SNS and schedules invoke asynchronously: Lambda tries three times, a minute and then
two minutes apart, and then drops the event, unless the function has a destination for failures.
Called by `opsloop wire`, after `chalice deploy`. Idempotent; changes only what is not yet so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import ClientError

from chalicelib.clock import Clock
from opsloop.deploy.errors import DeployError, doing

Change = Literal["wired", "unchanged", "missing"]

#: retries after the first attempt; Lambda's own default, said aloud because redrive counts on it
RETRIES = 2
#: a role's new policy takes some seconds to be seen everywhere: how often to ask, how far apart
ATTEMPTS = 6
PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Wired:
    """One function, and what was done to it."""

    function: str
    change: Change


class Wiring:
    """Gives functions their dead-letter queue."""

    def __init__(self, client: Any, dead_letters: str, clock: Clock) -> None:
        """`dead_letters` is the queue's ARN."""
        self._client = client
        self._dead_letters = dead_letters
        self._clock = clock

    def wire(self, functions: Iterable[str]) -> list[Wired]:
        """Wire each of them; those that are not deployed come back as missing."""
        return [Wired(function, self._one(function)) for function in functions]

    def _one(self, function: str) -> Change:
        with doing(f"wire {function}"):
            found = self._found(function)
            if found is not None and self._is_right(found):
                return "unchanged"
            return self._set(function, self._settings(found or {}))

    def _settings(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Ours, and what others have set beside them: a maximum age, a destination on success."""
        beside = {name: found[name] for name in ("MaximumEventAgeInSeconds",) if name in found}
        destinations = found.get("DestinationConfig", {})
        failures = {"Destination": self._dead_letters}
        return beside | {
            "MaximumRetryAttempts": RETRIES,
            "DestinationConfig": destinations | {"OnFailure": failures},
        }

    def _found(self, function: str) -> Mapping[str, Any] | None:
        """None also where there is no such function: Lambda answers both the same."""
        try:
            found: Mapping[str, Any] = self._client.get_function_event_invoke_config(
                FunctionName=function
            )
        except self._client.exceptions.ResourceNotFoundException:
            return None
        return found

    def _is_right(self, found: Mapping[str, Any]) -> bool:
        failures = found.get("DestinationConfig", {}).get("OnFailure", {})
        return (
            failures.get("Destination") == self._dead_letters
            and found.get("MaximumRetryAttempts") == RETRIES
        )

    def _set(self, function: str, settings: Mapping[str, Any]) -> Change:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._client.put_function_event_invoke_config(FunctionName=function, **settings)
            except self._client.exceptions.ResourceNotFoundException:
                return "missing"
            except self._client.exceptions.InvalidParameterValueException as error:
                if attempt == ATTEMPTS:
                    raise DeployError(self._not_allowed(function, error)) from error
                self._clock.sleep(PAUSE)
            else:
                break
        return "wired"

    def _not_allowed(self, function: str, error: ClientError) -> str:
        return (
            f"could not wire {function}: {error}; its role needs sqs:SendMessage on "
            f"{self._dead_letters}: run `opsloop compile`, then `chalice deploy`"
        )
