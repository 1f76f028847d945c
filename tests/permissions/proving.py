"""The proof of a policy: all of it is enough, and without any part of it something is refused.

MiniStack plays the subject's scenarios under the whole policy and under the policy without each
statement. The simulator judges what was asked under the whole policy, and then under the policy
without each statement, without each action and without each resource of a statement. What denies
is judged by what it keeps the function from: without it, that is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.permissions.asked import Asked, Call
from tests.permissions.running import Policy, Stagehand, Subject
from tests.permissions.simulator import Question, Statement, allowed


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a policy, and what is left of the policy without it."""

    sid: str
    #: the action or the resource, where it is not the whole statement
    what: str
    rest: tuple[Statement, ...]
    #: the actions that it is about: who asks for another one does not miss it
    actions: frozenset[str]
    denies: bool

    def __str__(self) -> str:
        return f"{self.sid}: {self.what}" if self.what else self.sid


@dataclass
class Played:
    """What MiniStack made of a subject."""

    subject: Subject
    #: what was called and asked under the whole policy
    calls: dict[str, tuple[Call, list[Asked]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    #: IAM actions that were refused under the whole policy
    refused: list[str] = field(default_factory=list)
    #: scenarios that did not end as they should under the whole policy, and how they did
    amiss: list[str] = field(default_factory=list)
    #: calls that were, where MiniStack is known to err
    wrongly: set[str] = field(default_factory=set)
    #: what it asked for, and nobody says that AWS does
    disputed: set[str] = field(default_factory=set)
    #: the first action that was refused without the statement, where one was
    without: dict[str, str] = field(default_factory=dict)


@dataclass
class Judged:
    """What the simulator made of a subject."""

    #: what it refuses under the whole policy
    refused: list[Asked] = field(default_factory=list)
    #: what it should refuse, and does not
    let_through: list[Asked] = field(default_factory=list)
    #: what it answers otherwise without each part, the first of it
    without: dict[str, Asked] = field(default_factory=dict)


def statements(policy: Policy) -> Iterator[Part]:
    """Each statement of a policy."""
    every: list[Any] = policy["Statement"]
    for one in every:
        rest = tuple(other for other in every if other is not one)
        yield Part(one["Sid"], "", rest, frozenset(one["Action"]), one["Effect"] == "Deny")


def parts(policy: Policy) -> Iterator[Part]:
    """Each statement, and each action and each resource of one that has several."""
    yield from statements(policy)
    for part, one in zip(statements(policy), policy["Statement"], strict=True):
        for key in ("Action", "Resource"):
            for value in one[key] if len(one[key]) > 1 else ():
                less = {**one, key: [other for other in one[key] if other != value]}
                about = {value} if key == "Action" else one["Action"]
                yield Part(part.sid, value, (*part.rest, less), frozenset(about), part.denies)


def play(subject: Subject, stagehand: Stagehand) -> Played:
    """Every scenario under the whole policy; then without each statement, until one is refused."""
    played = Played(subject)
    for scenario in subject.scenarios:
        seen = stagehand.play(subject, scenario, subject.policy)
        played.asked += [one for one in seen.asked if one not in played.asked]
        played.calls |= seen.calls
        played.refused += seen.refused
        if seen.ends != {scenario.end}:
            played.amiss.append(f"{', '.join(sorted(seen.ends))} and not {scenario.end}")
        played.wrongly |= seen.wrongly
        played.disputed |= seen.disputed
    for part in statements(subject.policy):
        refused = None if part.denies else next(_refused_without(part, subject, stagehand), None)
        if refused:
            played.without[part.sid] = refused
    return played


def _refused_without(part: Part, subject: Subject, stagehand: Stagehand) -> Iterator[str]:
    policy = {**subject.policy, "Statement": list(part.rest)}
    for scenario in subject.scenarios:
        yield from stagehand.play(subject, scenario, policy).refused


def judge(played: Sequence[Played]) -> list[Judged]:
    """All subjects, in one process."""
    sheets = [list(_sheet(one.subject, one.asked)) for one in played]
    answers = iter(allowed([row.question for sheet in sheets for row in sheet]))
    return [_judged([(row, next(answers)) for row in sheet]) for sheet in sheets]


@dataclass(frozen=True, slots=True)
class _Row:
    """One question, and what part of the policy it is about; None for the whole."""

    part: Part | None
    question: Question
    #: what the answer shows that the part is needed, or that the whole is not right
    telling: bool


def _sheet(subject: Subject, asked: Sequence[Asked]) -> Iterator[_Row]:
    account, whole = subject.stage["account"], tuple(subject.policy["Statement"])
    for one in asked:
        yield _Row(None, Question(whole, one, account), telling=False)
    for one in subject.kept_from:
        yield _Row(None, Question(whole, one, account), telling=True)
    for part in parts(subject.policy):
        for one in subject.kept_from if part.denies else asked:
            if one.action in part.actions:
                yield _Row(part, Question(part.rest, one, account), telling=part.denies)


def _judged(rows: Sequence[tuple[_Row, bool]]) -> Judged:
    judged = Judged()
    for row, is_allowed in rows:
        asked = row.question.asked
        if is_allowed != row.telling:
            continue
        if row.part is not None:
            judged.without.setdefault(str(row.part), asked)
        elif is_allowed:
            judged.let_through.append(asked)
        else:
            judged.refused.append(asked)
    return judged


def faults(played: Played, judged: Judged, beyond: Mapping[str, str]) -> Iterator[str]:
    """Where the proof fails. `beyond` says by IAM action why MiniStack cannot judge it."""
    name, policy = played.subject.name, played.subject.policy
    for action in sorted(set(played.refused)):
        yield f"{name}: MiniStack refuses {action} under the whole policy"
    for end in played.amiss:
        yield f"{name}: ends as {end} under the whole policy"
    for dispute in sorted(played.disputed):
        yield f"{name}: MiniStack asks {dispute}, asked.py does not"
    for asked in judged.refused:
        yield f"{name}: the simulator refuses {asked} under the whole policy"
    for asked in judged.let_through:
        yield f"{name}: the simulator allows {asked} under the whole policy"
    for part in parts(policy):
        if str(part) not in judged.without:
            does = "allows no more" if part.denies else "refuses nothing"
            yield f"{name}: the simulator {does} without {part}"
    for part in statements(policy):
        if part.sid not in played.without and not (part.denies or part.actions <= beyond.keys()):
            yield f"{name}: MiniStack refuses nothing without {part}, and beyond.py has no reason"


def stale(
    played: Sequence[Played], beyond: Mapping[str, str], wrongly: frozenset[str]
) -> Iterator[str]:
    """What MiniStack is said not to judge, and does."""
    unjudged = {
        action
        for one in played
        for part in statements(one.subject.policy)
        if part.sid not in one.without and not part.denies
        for action in part.actions
    }
    for action in sorted(beyond.keys() - unjudged):
        yield f"beyond.py: MiniStack judges {action}, or nothing asks for it"
    refused = {call for one in played for call in one.wrongly}
    for call in sorted(wrongly - refused):
        yield f"beyond.py: MiniStack does not refuse {call}, or nothing calls it"
