"""What holds wherever a function is cut off. Each law gives what broke it, in words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.journal.record import Execution, StepRecord
from tests.proof.crash_world import Story

#: calls that only read
_READS = (
    "cloudwatch.DescribeAlarms",
    "resource-groups-tagging-api.GetResources",
    "sqs.ListQueueTags",
)
#: calls that must not happen twice
_ONCE = ("sqs.SendMessage",)
UNKNOWN = "OutcomeUnknown"


def broken(base: Story, story: Story, *, unknown: bool, crashes: int = 1) -> list[str]:
    """Every law that the story breaks, held against the life without a crash.

    `unknown` says whether a crash came where the outcome of a `once` step is unknown.
    """
    marked = any(_is_unknown(one) for one in story.journal)
    calls = _calls(base, story, marked=marked, crashes=crashes)
    found = [*_ended(base, story), *calls, *_guards(base, story)]
    if marked != unknown:
        found.append(f"an unknown outcome is {'marked' if marked else 'not marked'}")
    if not unknown:
        found += _same(base, story)
    return found


def unknown_points(base: Story) -> set[int]:
    """The points at which a `once` step has begun, by the journal, and is not yet on record.

    From behind the write that precedes its call to before the one that follows it.
    """
    found: set[int] = set()
    for number, point in enumerate(base.points):
        if point.split()[1:] in [["before", call] for call in _ONCE]:
            begin = _nearest(base.points, range(number, -1, -1), "after")
            end = _nearest(base.points, range(number, len(base.points)), "before")
            found |= set(range(begin + 1, end + 2))
    return found


def _nearest(points: list[str], places: Iterable[int], moment: str) -> int:
    writes = {
        f"rule {moment} dynamodb.{name}" for name in ("PutItem", "UpdateItem", "TransactWriteItems")
    }
    return next(place for place in places if points[place] in writes)


def _ended(base: Story, story: Story) -> Iterator[str]:
    if story.unfinished:
        yield f"never ended: {story.unfinished}"
    if story.raised:
        yield f"raised {story.raised}"
    if story.again:
        yield f"a second delivery did {story.again}"
    if len(story.journal) != len(base.journal):
        yield f"{len(story.journal)} executions, not {len(base.journal)}"
    for one in story.journal:
        left = [name for name in ("waiting", "pending", "intent", "lease") if getattr(one, name)]
        if left:
            yield f"ended with {left}"
    if Counter(story.told) - Counter(base.told) and story.journal == base.journal:
        yield "an end was told twice"


def _calls(base: Story, story: Story, *, marked: bool, crashes: int) -> Iterator[str]:
    """Idempotent and token: at most one call more for each crash. Once: never one more."""
    expected = Counter(_asked(base))
    made = Counter(_asked(story))
    for call in made | expected:
        more = made[call] - expected[call]
        allowed = 0 if call[0] in _ONCE else crashes
        # what an unknown outcome is answered with is no part of the life without a crash
        if more > allowed + (marked and not expected[call]):
            yield f"{more} calls too many: {call}"
        if more < 0 and not marked:
            yield f"{-more} calls too few: {call}"
    for call, tokens in _tokens(story).items():
        if len(tokens) != 1:
            yield f"{len(tokens)} tokens for {call}"


def _asked(story: Story) -> list[tuple[str, str]]:
    return [(call, body) for call, body, _ in story.calls if call not in _READS]


def _tokens(story: Story) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for call, body, token in story.calls:
        if token:
            found.setdefault((call, body), set()).add(token)
    return found


def _guards(base: Story, story: Story) -> Iterator[str]:
    """Locks are free; what was charged is charged once, what was given back is given back."""
    for name in ("rule_state", "key_state"):
        there, expected = getattr(story, name), getattr(base, name)
        if there.lock is not None:
            yield f"{name}: the lock is held by {there.lock.by}"
        counts = [
            {limit: len(times) for limit, times in one.used.items()} for one in (there, expected)
        ]
        if counts[0] != counts[1]:
            yield f"{name}: rates count {counts[0]}, not {counts[1]}"


def _same(base: Story, story: Story) -> Iterator[str]:
    """The same end, for each element; the same memory of it."""
    for there, expected in zip(_told(story.journal), _told(base.journal), strict=False):
        if there != expected:
            yield f"ended as {there}, not {expected}"
    for name in ("rule_state", "key_state"):
        there, expected = getattr(story, name), getattr(base, name)
        if (there.cooldown is None) != (expected.cooldown is None):
            yield f"{name}: cooldown {there.cooldown}, not {expected.cooldown}"
        if len(there.failures) != len(expected.failures):
            yield f"{name}: {len(there.failures)} failures, not {len(expected.failures)}"


def _told(journal: list[Execution]) -> list[str]:
    return [_shown(one) for one in sorted(journal, key=lambda one: (one.event_time, one.element))]


def _shown(one: Execution) -> str:
    """All of it that does not depend on when it happened, how often it was tried, and names."""
    return json.dumps(
        {
            "status": one.status,
            "loop": one.loop,
            # what came of a second look may be a duplicate, where the first one was cut off
            "note": one.note and one.note.partition("; looked again")[0],
            "error": None
            if one.error is None
            else [one.error.kind, one.error.step, one.error.code],
            "targets": one.targets,
            "steps": {step.id: _step(step) for step in one.steps},
        },
        sort_keys=True,
        default=str,
    )


def _step(step: StepRecord) -> list[Any]:
    error = None if step.error is None else step.error.code
    return [step.status, step.items, error, _shape(step.result)]


def _shape(result: Any) -> Any:
    """How many results there are; of turns, what became of each and of each of its steps."""
    if not isinstance(result, list):
        return type(result).__name__
    return [_turn(one) if isinstance(one, dict) and "steps" in one else None for one in result]


def _turn(turn: dict[str, Any]) -> list[Any]:
    steps = {name: step["status"] for name, step in turn["steps"].items()}
    return [turn.get("item"), turn["status"], steps]


def _is_unknown(one: Execution) -> bool:
    codes = [one.error, *(step.error for step in one.steps)]
    return any(error is not None and error.code == UNKNOWN for error in codes)
