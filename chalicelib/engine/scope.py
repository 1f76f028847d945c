"""The names that a rule's expressions read, each computed when it is first read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.clock import Clock
from chalicelib.events import names
from chalicelib.events.event import Event
from chalicelib.expressions import Evaluator

if TYPE_CHECKING:
    from chalicelib.plan import Expr, Plan, Stage

Source = Callable[[], Any]


class Scope:
    """Names to values, lazily. `let`s may read each other in any order."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        lets: Mapping[str, Expr],
        clock: Clock,
        secret: Callable[[str], str],
    ) -> None:
        self._sources = dict(sources)
        self._lets = lets
        self._clock = clock
        self._secret = secret
        self._values: dict[str, Any] = {}
        self._let_values: dict[str, Any] = {}
        self.evaluator = Evaluator(self, clock, secret)

    def get(self, name: str) -> Any:
        """The value of a name; None for a name that is not there (yet)."""
        if name in self._lets:
            return self._let(name)
        if name not in self._values:
            source = self._sources.get(name)
            self._values[name] = source() if source else None
        return self._values[name]

    def put(self, name: str, value: Any) -> None:
        """Set a name. Every `let` is computed anew when it is next read."""
        self._values[name] = value
        self._let_values.clear()

    def child(self, name: str, value: Any) -> Scope:
        """The same names and one more, for one element of a list."""
        scope = Scope(self._sources, self._lets, self._clock, self._secret)
        scope._values = {**self._values, name: value}
        return scope

    def _let(self, name: str) -> Any:
        if name not in self._let_values:
            # strict, or `not:` would turn an ordering of what is absent into met
            self._let_values[name] = self.evaluator.value(self._lets[name], strict=True)
        return self._let_values[name]


def event_scope(
    plan: Plan, stage: Stage, event: Event, clock: Clock, secret: Callable[[str], str]
) -> Scope:
    """The scope of a rule for one event: the same names by whichever road it came."""
    sources: dict[str, Source] = {
        "event": lambda: event.envelope,
        "time": lambda: event.time,
        "account": lambda: event.account,
        "region": lambda: event.region,
        "partition": lambda: event.partition,
        "resource": lambda: names.resource(event),
        "actor": lambda: names.actor(event),
        "alarm": lambda: names.alarm(event),
        "params": lambda: stage["params"],
        "rule": lambda: _rule(plan),
        "facts": dict,
        "steps": dict,
    }
    return Scope(sources, plan["let"], clock, secret)


def _rule(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan["rule"],
        "pack": plan["pack"],
        "owner": plan["owner"],
        "severity": plan["severity"],
        "description": plan["description"],
    }
