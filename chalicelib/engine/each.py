"""A step over a list: one call for each element, or for each element a turn of inner steps.

Called by `Run` (`steps`), by which everything is done that an element does. `at_once` elements
are worked on side by side; all of them have done one step before any begins the next, so that
one write says how far they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.engine.acting import Done, unknown
from chalicelib.engine.outcomes import Failed, Stopped
from chalicelib.engine.standing import APPROVAL, begun
from chalicelib.engine.tally import Tally
from chalicelib.engine.turns import Turn
from chalicelib.journal.record import Error, StepRecord

if TYPE_CHECKING:
    from chalicelib.engine.scope import Scope
    from chalicelib.engine.steps import Run
    from chalicelib.plan import Step


def each(run: Run, step: Step, record: StepRecord) -> StepRecord:
    """The step's record once all elements are through, or one has ended it."""
    elements = _elements(run, step)
    tally = Tally(record, len(elements), step["on_error"])
    size = step.get("at_once", 1)
    go = _turns if step["kind"] == "steps" else _calls
    try:
        while not tally.over:
            places = range(tally.at, min(tally.at + size, len(elements)))
            done = go(run, step, elements, places, tally)
            tally.add(done)
            _not_refused(done)
            if not tally.over:
                run.so_far(tally.so_far())
    except Failed as failed:
        return tally.cut_short(failed.error)
    return tally.finished()


def _elements(run: Run, step: Step) -> list[Any]:
    loop = step["for_each"]
    assert loop is not None  # noqa: S101 - `Run` asked
    elements = run.evaluated(step["id"], lambda: run.scope.evaluator.value(loop["of"]))
    if not isinstance(elements, list):
        found = f"for_each: {loop['of']['text']} gave {type(elements).__name__}, not a list"
        raise Failed(Error("expression", step["id"], "NotAList", found))
    return elements


def _not_refused(done: Sequence[Done]) -> None:
    """What people refused is refused for every element."""
    for one in done:
        if one.error is not None and one.error.step == APPROVAL:
            raise Failed(one.error)


def _scope(run: Run, step: Step, element: Any) -> Scope:
    loop = step["for_each"]
    assert loop is not None  # noqa: S101 - `Run` asked
    return run.scope.child(loop["as_name"], element)


def _together(calls: Sequence[Callable[[], Done]]) -> list[Done]:
    """Each call in a thread and a context of its own: whose call it is goes with it."""
    if len(calls) == 1:
        return [calls[0]()]
    with ThreadPoolExecutor(len(calls)) as pool:
        jobs = [pool.submit(copy_context().run, call) for call in calls]
        return [job.result() for job in jobs]


# One call for each element.


def _calls(run: Run, step: Step, elements: list[Any], places: range, _: Tally) -> list[Done]:
    marks = [f"[{place}]" for place in places]
    run.enough_time(step)
    run.known(step, marks)
    run.ready(step, marks)
    scopes = [_scope(run, step, elements[place]) for place in places]
    pairs = zip(scopes, marks, strict=True)
    return _together([partial(_call, run, step, scope, mark) for scope, mark in pairs])


def _call(run: Run, step: Step, scope: Scope, mark: str) -> Done:
    return run.skipped(step, scope) or _acted(run, step, scope, mark)


def _acted(run: Run, step: Step, scope: Scope, mark: str) -> Done:
    try:
        return run.act(step, scope, mark)
    except Failed as failed:
        return Done("failed", error=failed.error)


# A turn of inner steps for each element.


def _turns(run: Run, step: Step, elements: list[Any], places: range, tally: Tally) -> list[Done]:
    turns = [
        Turn(place, elements[place], _scope(run, step, elements[place]), tally.under_way(place))
        for place in places
    ]
    for turn in turns:
        if turn.is_new and (skipped := run.skipped(step, turn.scope)):
            turn.leave_out(skipped)
    for inner in step["steps"]:
        if due := [turn for turn in turns if turn.is_due(inner)]:
            run.enough_time(inner)
            _Round(run, inner, lambda: run.so_far(tally.so_far(turns))).go(due)
    return [turn.done() for turn in turns]


class _Round:
    """One inner step of the elements that are under way together."""

    def __init__(self, run: Run, step: Step, keep: Callable[[], None]) -> None:
        self._run = run
        self._step = step
        self._keep = keep

    def go(self, due: list[Turn]) -> None:
        """Do it for all of them; the next write says what became of each.

        So it does of those for which nothing is to be done, before anything is for the others.
        """
        begun_before = self._run.begun_once(self._step)
        for turn in due:
            if settled := self._settled(turn, begun_before):
                turn.add(self._step, settled, 0)
        self._keep()
        if left := [turn for turn in due if turn.is_due(self._step)]:
            began = self._run.clock.now()
            done = self._done(left)
            ms = round((self._run.clock.now() - began) * 1000)
            for turn, one in zip(left, done, strict=True):
                turn.add(self._step, one, ms)
            self._keep()

    def _settled(self, turn: Turn, begun_before: set[str]) -> Done | None:
        """What became of it already: it may have happened, or its `if` does not hold.

        A wait that has begun is not asked for its condition again.
        """
        if turn.mark in begun_before:
            return Done("failed", error=unknown(self._step))
        if begun(self._run.execution, self._step) is not None:
            return None
        return self._run.skipped(self._step, turn.scope)

    def _done(self, turns: list[Turn]) -> list[Done]:
        step, run = self._step, self._run
        try:
            if step["kind"] == "do":
                run.ready(step, [turn.mark for turn in turns])
                return _together(
                    [partial(_acted, run, step, turn.scope, turn.mark) for turn in turns]
                )
            if step["kind"] == "wait":
                return [run.stand(step)] * len(turns)
        except Failed as failed:
            return [Done("failed", error=failed.error)] * len(turns)
        return [self._said(turn) for turn in turns]

    def _said(self, turn: Turn) -> Done:
        """How `stop` or `fail` ends an element's turn."""
        try:
            return self._run.say(self._step, turn.scope)
        except Stopped as stopped:
            return Done("succeeded", note=str(stopped))
        except Failed as failed:
            return Done("failed", error=failed.error)
