"""Answers to the questions of waiting executions: who may give one, and giving it, once.

Called by `opsloop approve` and `opsloop deny`, with the caller's ARN as STS says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from chalicelib.clock import Clock
from chalicelib.engine.times import iso, seconds
from chalicelib.errors import OpsloopError
from chalicelib.globs import arn_fits, parts
from chalicelib.journal.record import Decision, Execution, decide
from chalicelib.journal.table import Table

_SESSION = ":assumed-role/"
_ARN_PARTS = 6


class NotDecided(OpsloopError):
    """An answer that does not count. `str()` says why."""


def principal(arn: str) -> str:
    """The ARN that IAM knows a caller by: of a session, the role's that it assumed.

    STS tells a role's name but not its path, so there is none in what this gives.
    """
    prefix, session, named = arn.partition(_SESSION)
    if not session:
        return arn
    role = named.split("/")[0]
    return f"{prefix.replace(':sts:', ':iam:')}:role/{role}"


def may(arn: str, patterns: Sequence[str]) -> bool:
    """Whether a caller fits one of the IAM principal patterns.

    A session's name is its caller's own choice: only a pattern that spells `:assumed-role/`
    is held against it.
    """
    known = principal(arn)
    return any(arn_fits(arn if _SESSION in one else known, _whole(one)) for one in patterns)


def _whole(pattern: str) -> str:
    """The pattern with all of an ARN's parts, where a `*` stands for some of them.

    A user's path is its maker's own choice and may hold colons: no part reaches into the next.
    """
    found = parts(pattern)
    place = found.index("*") if "*" in found else len(found) - 1
    return ":".join([*found[:place], *["*"] * (_ARN_PARTS - len(found)), *found[place:]])


class Deciding:
    """Answers of one principal, in one stage's journal."""

    def __init__(self, table: Table, clock: Clock, who: str) -> None:
        """`who` is the caller's ARN."""
        self._table = table
        self._clock = clock
        self._who = who

    def decide(self, rule: str, execution_id: str, *, approved: bool, why: str = "") -> Execution:
        """The execution with its answer. Raises NotDecided where it does not count.

        The waker takes it up with its next tick.
        """
        seen = self._table.one(rule, execution_id)
        if seen is None:
            raise NotDecided(f"there is no execution {execution_id} of {rule}")
        self._answerable(seen)
        decision = Decision(approved, self._who, iso(self._clock.now()), why)
        decided = decide(seen, decision, attempt=uuid4().hex)
        if not self._table.decide(seen, decided):
            raise NotDecided(f"{seen.id}: somebody else was faster, and this answer does not count")
        return decided

    def _answerable(self, seen: Execution) -> None:
        waiting = seen.waiting
        if seen.status != "waiting" or waiting is None or waiting.reason != "approval":
            doing = f"{seen.status}, {waiting.reason}" if waiting else seen.status
            raise NotDecided(f"{seen.id} of {seen.rule} asks nothing: it is {doing}")
        if (there := seen.decision) is not None:
            said = "approved" if there.approved else "denied"
            raise NotDecided(f"{seen.id} was {said} by {there.by} at {there.at}")
        if seconds(waiting.until) <= self._clock.now():
            raise NotDecided(f"{seen.id} could be answered until {waiting.until}")
        patterns = waiting.data["by"]
        if not may(self._who, patterns):
            raise NotDecided(
                f"{seen.id} is not for {self._who} to answer; expected {' or '.join(patterns)}"
            )
