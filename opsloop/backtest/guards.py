"""What a rule's guards would have refused: the engine's own arithmetic, in the events' time.

`counting` asks for what one event tells alone (`request`), `simulation` for the rest, in the
order of time. What cannot be known afterwards is assumed, and `assumptions` says what. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.engine.guarding import within_radius
from chalicelib.engine.opening import guard_key
from chalicelib.engine.scope import Scope
from chalicelib.events import names
from chalicelib.events.event import Event
from chalicelib.guards import gate, limits
from chalicelib.guards.limits import Refusal
from chalicelib.guards.state import Memory, State
from chalicelib.plan import Guard, Plan
from opsloop.judging import reads_facts

#: keys of a rule that are remembered at a time; of more, those longest unused are forgotten
MOST_KEYS = 200_000


class Request(NamedTuple):
    """An execution that asks to be admitted: its key, and why its targets are too many."""

    key: str
    blast: str | None = None


def simulated(plan: Plan | None) -> bool:
    """Whether the rule has a guard that can be simulated at all."""
    guard = plan["guard"] if plan else None
    if plan is None or guard is None:
        return False
    return bool(guard["cooldown"] or guard["rate"] or guard["window"] or _bounds(plan))


def request(plan: Plan, event: Event, scope: Scope) -> Request:
    """What the guards need to know of one execution. Raises ExpressionError, SecretError."""
    guard = plan["guard"]
    if guard is None:
        return Request("")
    key = guard_key(plan, scope, names.resource(event).get("id")) or ""
    radius = guard["blast"]
    if radius is None or not _bounds(plan):
        return Request(key)
    allowed = within_radius(radius, scope)
    return Request(key, allowed.reason if isinstance(allowed, Refusal) else None)


def is_bound(plan: Plan) -> bool:
    """Whether fewer executions that ask can never mean more that run.

    So it is with one guard that counts: it admits as many as any choice could. With two, an
    execution that is not there may leave room for several others.
    """
    guard = plan["guard"]
    return guard is None or len(guard["rate"]) + bool(guard["cooldown"]) <= 1


def _bounds(plan: Plan) -> bool:
    """Whether the event alone says how much an execution would touch."""
    blast = plan["guard"]["blast"] if plan["guard"] else None
    asked = [each for each in (blast["targets"], blast["of"]) if each] if blast else []
    return bool(asked) and not any(reads_facts(plan, each) for each in asked)


def assumptions(plan: Plan) -> Iterator[tuple[str, str]]:
    """What is taken for granted where nobody knows: guards, and the words."""
    guard = plan["guard"]
    if guard is None:
        return
    if guard["cooldown"] and guard["cooldown"]["after"] == "success":
        yield "cooldown", "every execution is taken to succeed"
    if guard["lock"]:
        yield "lock", "executions are taken to last no time"
    if guard["blast"] and not _bounds(plan):
        yield "blast", "its targets depend on facts, and are taken to be few enough"
    if guard["deadline"] is not None:
        yield "deadline", "events are taken to arrive at once"
    if guard["breaker"]:
        yield "breaker", "no execution is taken to fail"
    for key, name in (("only", "only"), ("spares", "except")):
        if key in guard:
            yield name, "what it touches is taken to be within its bounds"
    if guard["recheck"] and simulated(plan):
        yield "recheck", "an alarm that was refused is not looked at again"


class Guards:
    """The guards of one version of one rule, asked in the order of time."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rule = State()
        #: by key, the one charged longest ago first
        self._keys: dict[str, State] = {}
        self._period = _period(plan["guard"])
        #: keys were forgotten that still counted: more may be admitted than would have been
        self.forgetful = False

    def ask(self, asked: Request, execution: str, now: float) -> Refusal | None:
        """None where it is admitted; then every guard is charged. In the engine's order."""
        guard = self._plan["guard"]
        if guard is None:
            return None
        memory = Memory(self._rule, self._keys.get(asked.key, State()))
        return self._closed(guard, memory, asked, now) or self._admit(
            guard, memory, asked.key, execution, now
        )

    def _closed(self, guard: Guard, memory: Memory, asked: Request, now: float) -> Refusal | None:
        plan = self._plan
        shut = gate.closed(guard, (), rule=plan["rule"], pack=plan["pack"], now=now, then=now)
        too_many = Refusal("blast", asked.blast) if asked.blast is not None else None
        return shut or limits.peek(guard, memory, now) or too_many

    def _admit(
        self, guard: Guard, memory: Memory, key: str, execution: str, now: float
    ) -> Refusal | None:
        charged = limits.admit(guard, memory, execution, now)
        if isinstance(charged, Refusal):
            return charged
        ended = limits.finish(guard, charged, execution, now, failed=False)
        self._rule = ended.rule
        self._keys.pop(key, None)
        if self._period and ended.key != State():
            self._keys[key] = ended.key
            self._forget(now)
        return None

    def _forget(self, now: float) -> None:
        """What no guard counts any more; and more, where there is no room."""
        while True:
            oldest = next(iter(self._keys))
            spent = _last(self._keys[oldest]) + self._period <= now
            if not spent and len(self._keys) <= MOST_KEYS:
                return
            self.forgetful = self.forgetful or not spent
            del self._keys[oldest]


def _period(guard: Guard | None) -> float:
    """How long a key's state counts, in seconds."""
    if guard is None:
        return 0.0
    cooldown = guard["cooldown"]["seconds"] if guard["cooldown"] else 0.0
    rates = (rate["seconds"] for rate in guard["rate"] if rate["per"] == "key")
    return max(cooldown, *rates, 0.0)


def _last(state: State) -> float:
    """When a key was charged last."""
    used = (time for times in state.used.values() for time in times)
    return max((*used, state.cooldown.since if state.cooldown else 0.0))
