"""All guards of one rule, in the order in which they cost: known, gates, memory, blast radius.

`look` comes before facts are read, so that a storm does not drain the account's quota of
Describe calls; `admit` comes after them, and is what counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.actions.base import Tools
from chalicelib.engine import admission
from chalicelib.engine.admission import Duplicate
from chalicelib.engine.bounding import Bounding
from chalicelib.engine.pausing import Pauses
from chalicelib.engine.ports import Ports
from chalicelib.engine.redaction import redacted
from chalicelib.engine.refusals import Refusals
from chalicelib.engine.scope import Scope
from chalicelib.errors import ExpressionError
from chalicelib.events.causes import LONGEST_CHAIN
from chalicelib.guards import blast, gate, limits
from chalicelib.guards.limits import Refusal
from chalicelib.journal.memory import Remembered
from chalicelib.journal.record import Execution
from chalicelib.plan import Blast, Guard, Plan


@dataclass(frozen=True, slots=True)
class Look:
    """A first look: the execution as it may go on, or the guard that is closed."""

    execution: Execution
    refusal: Refusal | None = None
    #: the refusal is one that this sandbox knew already: it is counted, not written
    known: bool = False
    read: Remembered | None = None


class Guarding:
    """The guards of one rule in one sandbox."""

    def __init__(self, plan: Plan, ports: Ports, bounding: Bounding) -> None:
        self._plan = plan
        self._guard = plan["guard"]
        self._ports = ports
        self._bounding = bounding
        self._pauses = Pauses(ports)
        rechecks = self._guard is not None and self._guard["recheck"]
        self.refusals = Refusals(plan["rule"], ports, each_key=rechecks)

    def look(self, execution: Execution) -> Look:
        """Ask every guard that can be asked before facts are read; charge none."""
        key = execution.key or ""
        if known := self.refusals.known(key):
            return Look(execution, known, known=True)
        closed = self._caused(execution) or self._gate(execution, self._guard)
        if closed is not None:
            return Look(execution, closed)
        if self._guard is None or not admission.remembers(self._guard):
            return Look(execution)
        read = self._ports.journal.remembered(execution.rule, key)
        now = self._ports.clock.now()
        if closed := limits.peek(self._guard, read.memory, now):
            return Look(execution, closed)
        if why := limits.demoted(self._guard, read.memory, now):
            execution = replace(execution, mode="observe", note=f"breaker: {why}")
        return Look(execution, read=read)

    def admit(
        self, execution: Execution, look: Look, scope: Scope, tools: Tools
    ) -> Execution | Duplicate | Refusal:
        """The execution, admitted, with every guard charged; or why it is not."""
        # facts may have taken their time: what is stale or paused by now is not admitted
        if closed := self._gate(execution, self._guard):
            return closed
        note = execution.note
        if self._guard is not None and self._guard["blast"] is not None:
            allowed = within_radius(self._guard["blast"], scope)
            if isinstance(allowed, Refusal):
                return allowed
            scope.put("targets", allowed.targets)
            execution = replace(execution, targets=allowed.targets, left_out=allowed.left_out)
            note = "; ".join(filter(None, (note, allowed.note))) or None
        # what fails already does not come to its steps
        if execution.pending is None and (out := self._bounding.look(scope, tools)):
            return out
        execution = replace(execution, note=note)
        written = redacted(execution, self._ports.secrets)
        return admission.admit(written, self._guard, look.read, self._ports) or execution

    def take(self, there: Execution, taken: Execution) -> bool | Refusal:
        """Take an execution over, with its lock; False where somebody else was faster.

        What is paused waits until the pause is over, whatever else it waited for.
        """
        if paused := self._gate(there, None):
            return paused
        return admission.take(there, taken, self._guard, self._ports)

    def close(self, execution: Execution) -> None:
        """Write the execution's end, with what its guards get back."""
        admission.close(execution, self._guard, self._ports)

    def suspend(self, execution: Execution) -> None:
        """Write down that the execution waits."""
        assert execution.waiting is not None  # noqa: S101 - it is what is suspended
        until = _seconds(execution.waiting.until)
        admission.suspend(execution, self._guard, self._ports, until)

    def last_moment(self, execution: Execution, deadline: float) -> float:
        """When no step may start any more: the function's end, or the rule's own deadline."""
        if self._guard is None or self._guard["deadline"] is None:
            return deadline
        return min(deadline, _seconds(execution.event_time) + self._guard["deadline"])

    def _caused(self, execution: Execution) -> Refusal | None:
        """An event that this rule made itself, or one at the end of too long a chain.

        A cause is one only by the caller's role, and an execution that is in the journal.
        """
        if execution.chain > LONGEST_CHAIN:
            return Refusal("chain", f"{execution.chain} executions led to this one")
        if execution.caused_by is None or (self._guard and self._guard["allow_self"]):
            return None
        rule, _, there = execution.caused_by.partition("/")
        if rule != execution.rule or self._ports.journal.one(rule, there) is None:
            return None
        return Refusal("self", f"caused by {there} of this rule itself")

    def _gate(self, execution: Execution, guard: Guard | None) -> Refusal | None:
        return gate.closed(
            guard,
            self._pauses.current(),
            rule=execution.rule,
            pack=execution.pack,
            now=self._ports.clock.now(),
            then=_seconds(execution.event_time),
        )


def within_radius(radius: Blast, scope: Scope) -> blast.Allowed | Refusal:
    """The targets that a blast radius allows; one that cannot be told allows none."""
    try:
        targets = scope.evaluator.value(radius["targets"])
        of = None if radius["of"] is None else scope.evaluator.value(radius["of"])
    except ExpressionError as error:
        return Refusal("blast", str(error))
    if not isinstance(targets, list):
        return Refusal("blast", f"{radius['targets']['text']} gave no list")
    if radius["of"] is not None and not blast.countable(of):
        return Refusal("blast", f"{radius['of']['text']} gave no number")
    return blast.bound(radius, targets, of)


def _seconds(iso_time: str) -> float:
    return datetime.fromisoformat(iso_time).timestamp()
