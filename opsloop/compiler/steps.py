"""What a rule looks up and what it does: facts and steps, with what they call. For `lowering`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.plan import Approve, Condition, Fact, ForEach, Retry, Step, Value
from opsloop.compiler import forgotten, given
from opsloop.compiler.bench import Bench
from opsloop.compiler.calls import Calls
from opsloop.compiler.flow import answer_of
from opsloop.compiler.names import Scope
from opsloop.compiler.taint import Taint
from opsloop.expressions.types import Names
from opsloop.problems import Fault, Path
from opsloop.rules import steps as model


class Steps:
    """Lowers the facts and steps of one rule."""

    def __init__(self, bench: Bench, scope: Scope, calls: Calls, taint: Taint) -> None:
        self._bench = bench
        self._scope = scope
        self._calls = calls
        self._taint = taint

    def fact(self, name: str, fact: model.Fact) -> Fact:
        """One look-up; it may read the facts above it."""
        path: Path = ("facts", name)
        names = self._scope.in_fact(name)
        self._checked(self._calls.check_fact(fact.do, fact.with_), fact, path, names)
        return {
            "name": name,
            "do": fact.do,
            "with": self._parameters(fact.do, fact.with_, path, names, self._taint),
            "pick": (
                None
                if fact.pick is None
                else self._bench.pick(fact.pick, (*path, "pick"), names, answer_of(fact.do))
            ),
            "or": {"value": fact.or_} if fact.has_or else None,
        }

    def step(self, path: Path, step: model.Step) -> Step:
        """The step at this path of the rule, with those inside of it."""
        return self._step(path, step, self._taint)

    def _step(self, path: Path, step: model.Step, taint: Taint) -> Step:
        names = self._scope.in_step(path, step)
        made: Step = {
            "id": step.id or default_id(path),
            "kind": step.kind,
            "if": self._condition(step, (*path, "if"), names),
            "for_each": self._loop(step, path),
            "retry": _retry(step.retry),
            "timeout": step.timeout,
            "on_error": step.on_error,
            "effect": "read",
        }
        taint = taint.within(made["for_each"])
        if step.do is not None:
            self._checked(self._calls.check_step(step.do, step.with_), step, path, names)
            self._action(step.do, made)
            made["with"] = self._parameters(step.do, step.with_, path, names, taint)
        elif step.wait is not None:
            made["wait"] = step.wait
        elif step.steps:
            inner = enumerate(step.steps)
            made["steps"] = [self._step((*path, "steps", at), one, taint) for at, one in inner]
        elif step.approve is not None:
            made["approve"] = self._question(step.approve, (*path, "approve"), names)
        else:
            text = step.stop if step.stop is not None else step.fail
            made["message"] = self._bench.value(text, (*path, step.kind), names)
        if "at_once" in step.model_fields_set:
            made["at_once"] = step.at_once
        return made

    def _question(self, asked: model.Approve, path: Path, names: Names) -> Approve:
        prompt = asked.prompt
        return {
            "by": list(asked.by),
            "within": asked.within,
            "prompt": None
            if prompt is None
            else self._bench.value(prompt, (*path, "prompt"), names),
            "on_timeout": asked.on_timeout,
        }

    def _condition(self, step: model.Step, path: Path, names: Names) -> Condition | None:
        return None if step.if_ is None else self._bench.condition(step.if_, path, names)

    def _loop(self, step: model.Step, path: Path) -> ForEach | None:
        if step.for_each is None:
            return None
        names = self._scope.in_loop(path, step)
        of = self._bench.expr(step.for_each, (*path, "for_each"), names)
        self._bench.say(given.check_list(of, names), (*path, "for_each"))
        return {"of": of, "as_name": step.as_}

    def _action(self, do: str, made: Step) -> None:
        made["do"] = do
        effect, token = self._calls.effect(do)
        made["effect"] = effect
        if token is not None:
            made["token"] = token

    def _checked(
        self, faults: list[Fault], called: model.Fact | model.Step, path: Path, names: Names
    ) -> None:
        """Say what is wrong with a call; a text that is a name was meant as its value."""
        data = {"do": called.do, "with": called.with_}
        self._bench.say((forgotten.meant(fault, data, names) for fault in faults), path)

    def _parameters(
        self, do: str, data: Mapping[str, Any], path: Path, names: Names, taint: Taint
    ) -> Value:
        value = self._bench.value(data, (*path, "with"), names)
        self._bench.say(taint.check(do, data, value), (*path, "with"))
        self._bench.say(given.check(do, data, value, names), (*path, "with"))
        return value


def default_id(path: Path) -> str:
    """What the journal calls a step without an id: its list and its places, from 1."""
    prefix = "" if path[0] == "then" else f"{path[0]}-"
    places = "-".join(str(part + 1) for part in path if isinstance(part, int))
    return f"{prefix}step-{places}"


def _retry(retry: model.Retry | None) -> Retry | None:
    if retry is None:
        return None
    return {"attempts": retry.attempts, "backoff": retry.backoff, "on": list(retry.on)}
