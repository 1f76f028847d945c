"""What holds a rule back less than before: its mode, its guards, its criteria, who is asked. Pure.

`diff` asks for it rule by rule, `review` tells it. What is looser is decided where arithmetic can
decide it; what is only another, a key or a criterion, is said to be changed. Nothing that got
tighter is ever listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from chalicelib.globs import covers
from chalicelib.plan import Condition, Guard, Mode, Plan, Stage, Step
from opsloop.planning import guarding, loosening, terms

#: `raised` is a mode, `removed` is all of a safeguard, `changed` is what nobody can decide here
Kind = Literal["raised", "removed", "loosened", "changed"]

MODES: tuple[Mode, ...] = ("off", "observe", "approve", "active")
_OPEN: Guard = {
    "key": None,
    "cooldown": None,
    "rate": [],
    "lock": None,
    "blast": None,
    "window": None,
    "deadline": None,
    "breaker": None,
    "allow_self": False,
    "recheck": False,
}


@dataclass(frozen=True, slots=True)
class Held:
    """A rule in a stage: what holds it back is in both."""

    plan: Plan
    stage: Stage

    @property
    def mode(self) -> Mode:
        """The mode in which it runs there."""
        return min(self.plan["mode"], self.stage["max_mode"], key=MODES.index)

    @property
    def guard(self) -> Guard:
        """Its guard; one that holds nothing back where it has none."""
        return self.plan["guard"] or _OPEN


@dataclass(frozen=True, slots=True)
class Loosening:
    """One safeguard, before and after, as rule files spell it; None for what is not there."""

    kind: Kind
    what: str
    before: Any
    after: Any

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {"kind": self.kind, "what": self.what, "before": self.before, "after": self.after}


def loosened(before: Held, after: Held) -> tuple[Loosening, ...]:
    """All that holds the rule back less than before, or may."""
    return tuple(
        chain(
            _mode(before, after),
            _guards(before, after),
            _bounds(before, after),
            _criteria(before, after),
            _definitions(before, after),
            _verify(before, after),
            _approvers(before, after),
            _questions(before, after),
        )
    )


def _mode(before: Held, after: Held) -> Iterator[Loosening]:
    old, new = before.mode, after.mode
    if MODES.index(new) > MODES.index(old):
        by_stage = before.plan["mode"] == after.plan["mode"]
        what = f"max_mode of stage {after.stage['stage']}" if by_stage else "mode"
        yield Loosening("raised", what, old, new)


def _guards(before: Held, after: Held) -> Iterator[Loosening]:
    old = _said(before)
    new = _said(after)
    for name, compare in loosening.GUARDS.items():
        kind = _kind(before.guard, after.guard, name, compare)
        if kind is not None:
            yield Loosening(kind, f"guard.{name}", old.get(name), new.get(name))


def _kind(before: Guard, after: Guard, name: str, compare: loosening.Compare) -> Kind | None:
    one: Any = before.get(name)
    other: Any = after.get(name)
    # what was not there held nothing back; `allow_self` does when it is not set, as `key` does
    if name not in loosening.ALWAYS and not one:
        return None
    if name not in loosening.ALWAYS and not other:
        return "removed"
    return compare(one, other)


def _said(held: Held) -> dict[str, Any]:
    return guarding.guard(held.guard, alarm=held.plan["trigger"] == "alarm")


def _bounds(before: Held, after: Held) -> Iterator[Loosening]:
    old, new = before.guard.get("only"), after.guard.get("only")
    if old and (not new or loosening.only_wider(old, new)):
        said = guarding.bounds(new) if new else None
        kind: Kind = "loosened" if new else "removed"
        yield Loosening(kind, "guard.only", guarding.bounds(old), said)
    spared = [one for one in (after.guard.get("spares"), after.stage.get("spares")) if one]
    stage = f"except of stage {before.stage['stage']}"
    places = (("guard.except", before.guard, after.guard), (stage, before.stage, after.stage))
    for what, was, there in places:
        each: Any = was.get("spares")
        now: Any = there.get("spares")
        if each and loosening.spares_less(each, spared):
            said = guarding.bounds(now) if now else None
            yield Loosening("loosened" if now else "removed", what, guarding.bounds(each), said)


def _criteria(before: Held, after: Held) -> Iterator[Loosening]:
    old, new = (terms.criteria(one.plan["criteria"]) for one in (before, after))
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    if gone and come:
        yield Loosening("changed", "if", _alone(gone), _alone(come))
    else:
        yield from (Loosening("removed", "if", one, None) for one in gone)


def _alone(said: list[Any]) -> Any:
    return said[0] if len(said) == 1 else said


def _definitions(before: Held, after: Held) -> Iterator[Loosening]:
    """What criteria and guards read may have come to mean something else."""
    old, new = _defined(before), _defined(after)
    read = _read(before, old) & _read(after, new)
    for name in old:
        if name in new and name in read and old[name] != new[name]:
            yield Loosening("changed", name, old[name], new[name])


def _defined(held: Held) -> dict[str, Any]:
    facts = {f"facts.{one['name']}": terms.fact(one) for one in held.plan["facts"]}
    params = {f"params.{name}": one for name, one in held.stage["params"].items()}
    lets = {f"let.{name}": one["text"] for name, one in held.plan["let"].items()}
    return {**lets, **facts, **params}


def _read(held: Held, defined: Mapping[str, Any]) -> set[str]:
    """The names that they read, by way of other names as well."""
    texts = [str(terms.criteria(held.plan["criteria"])), str(_said(held))]
    found: set[str] = set()
    while texts:
        text = texts.pop()
        for name in defined.keys() - found:
            if _reads(text, name):
                found.add(name)
                texts.append(str(defined[name]))
    return found


def _reads(text: str, name: str) -> bool:
    bare = name.removeprefix("let.")
    return re.search(rf"(?<![\w.]){re.escape(bare)}(?!\w)", text) is not None


def _verify(before: Held, after: Held) -> Iterator[Loosening]:
    old, new = before.plan["verify"], after.plan["verify"]
    if old is None:
        return
    said = terms.verification(old)
    if new is None:
        yield Loosening("removed", "verify", said, None)
        return
    now = terms.verification(new)
    for key in ("check", "with", "pick", "until"):
        if said.get(key) != now.get(key):
            yield Loosening("changed", f"verify.{key}", said.get(key), now.get(key))
    if new["hold"] < old["hold"]:
        yield Loosening("loosened", "verify.hold", said.get("hold"), now.get("hold"))


def _approvers(before: Held, after: Held) -> Iterator[Loosening]:
    """Of those who answer for a rule of `mode: approve`."""
    if before.mode != "approve" or after.mode != "approve":
        return
    old, new = before.stage["approvers"], after.stage["approvers"]
    if old and new and _wider(old["by"], new["by"]):
        what = f"approvers of stage {after.stage['stage']}"
        yield Loosening("loosened", what, old["by"], new["by"])


def _wider(before: Iterable[str], after: Iterable[str]) -> bool:
    old = list(before)
    return any(not any(covers(one, each) for one in old) for each in after)


def _questions(before: Held, after: Held) -> Iterator[Loosening]:
    old, new = _asked(before.plan), _asked(after.plan)
    for name, step in old.items():
        if name not in new:
            yield Loosening("removed", f"step {name}", terms.question(step["approve"]), None)
        else:
            yield from _question(f"step {name}", step, new[name])
            was, now = _unasked(before.plan, step), _unasked(after.plan, new[name])
            if set(now) - set(was):
                yield Loosening("loosened", f"step {name}, asked after", was, now)


def _unasked(plan: Plan, question: Step) -> list[str]:
    """The actions that come before a question in its list, and change something."""
    for steps in (plan["then"], plan["on_failure"], plan["always"]):
        walked = list(_steps(steps))
        if question in walked:
            ahead = walked[: walked.index(question)]
            return [one["do"] for one in ahead if one["kind"] == "do" and one["effect"] != "read"]
    return []


def _question(what: str, old: Step, new: Step) -> Iterator[Loosening]:
    was, asked = old["approve"], new["approve"]
    if _wider(was["by"], asked["by"]):
        yield Loosening("loosened", f"{what}, by", was["by"], asked["by"])
    if (was["on_timeout"], asked["on_timeout"]) == ("fail", "proceed"):
        yield Loosening("loosened", f"{what}, on_timeout", "fail", "proceed")
    if old["if"] != new["if"] and new["if"] is not None:
        yield Loosening("changed", f"{what}, if", _condition(old["if"]), _condition(new["if"]))


def _condition(one: Condition | None) -> Any:
    return None if one is None else terms.condition(one)


def _asked(plan: Plan) -> dict[str, Step]:
    """Questions to people by their ids; those without one by their place among such."""
    named: dict[str, Step] = {}
    nameless = 0
    for step in _steps([*plan["then"], *plan["on_failure"], *plan["always"]]):
        if step["kind"] == "approve":
            nameless += terms.is_unnamed(step)
            named[f"approve {nameless}" if terms.is_unnamed(step) else step["id"]] = step
    return named


def _steps(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _steps(step.get("steps", []))
