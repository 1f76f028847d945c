"""Which of two guards of a kind holds back less: arithmetic on compiled guards. Pure.

Called by `safeguards`, for guards that are there before and after. A comparison says `loosened`
where the second lets something through that the first held back, `changed` where that cannot be
told, and nothing where the second is as tight or tighter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, Literal

from chalicelib.globs import arn_covers
from chalicelib.guards.windows import WEEK, is_open_at
from chalicelib.plan import Blast, Bounds, Breaker, Cooldown, Expr, Lock, Rate, Window

Verdict = Literal["loosened", "changed"] | None
Compare = Callable[[Any, Any], Verdict]


def _cooldown(before: Cooldown, after: Cooldown) -> Verdict:
    """One that failures give back rests less."""
    gives = (before["after"], after["after"]) == ("any", "success")
    return _if(gives or after["seconds"] < before["seconds"])


def _rates(before: Sequence[Rate], after: Sequence[Rate]) -> Verdict:
    """Each bound has to be kept by one of the new ones."""
    return _worst([_best([_rate(old, new) for new in after]) for old in before])


def _rate(before: Rate, after: Rate) -> Verdict:
    """A bound for the rule binds each key; one for each key does not bind the rule."""
    if before["per"] == "rule" and after["per"] == "key":
        return "loosened"
    if after["limit"] <= before["limit"] and after["seconds"] >= before["seconds"]:
        return None
    most = after["limit"] * ceil(before["seconds"] / after["seconds"])
    return "loosened" if most > before["limit"] else "changed"


def _lock(before: Lock, after: Lock) -> Verdict:
    """A lock that ends sooner may end before its holder does."""
    fewer = (before["per"], after["per"]) == ("rule", "key")
    return _if(fewer or after["lease"] < before["lease"])


def _blast(before: Blast, after: Blast) -> Verdict:
    """More of the same; of other things nobody knows."""
    more = any(
        bound is not None and (now is None or now > bound)
        for bound, now in (
            (before["max"], after["max"]),
            (before["percent"], after["percent"]),
        )
    )
    if more or (before["over"], after["over"]) == ("refuse", "trim"):
        return "loosened"
    of = before["percent"] is not None and _text(before["of"]) != _text(after["of"])
    return "changed" if of or _text(before["targets"]) != _text(after["targets"]) else None


def _window(before: Window, after: Window) -> Verdict:
    """Minute by minute of a week; of another zone nobody knows."""
    if before["zone"] != after["zone"]:
        return "changed"
    return _if(
        any(is_open_at(after, each) and not is_open_at(before, each) for each in range(WEEK))
    )


def _deadline(before: float, after: float) -> Verdict:
    return _if(after > before)


def _breaker(before: Breaker, after: Breaker) -> Verdict:
    """More failures, or such as have to come in a shorter time."""
    return _if(after["failures"] > before["failures"] or after["within"] < before["within"])


def _key(before: Expr | None, after: Expr | None) -> Verdict:
    return "changed" if _text(before) != _text(after) else None


def _allow_self(before: bool, after: bool) -> Verdict:
    return _if(after and not before)


#: by the guard's name in a rule
GUARDS: Mapping[str, Compare] = {
    "key": _key,
    "cooldown": _cooldown,
    "rate": _rates,
    "lock": _lock,
    "blast": _blast,
    "window": _window,
    "deadline": _deadline,
    "breaker": _breaker,
    "allow_self": _allow_self,
}
#: what means something also where a rule does not say it
ALWAYS = frozenset({"key", "allow_self"})


def only_wider(before: Bounds, after: Bounds) -> bool:
    """Whether the second lets a resource through that the first held back: all of it has to fit."""
    by_arn = before["arns"] and (
        not after["arns"]
        or any(not any(arn_covers(one, each) for one in before["arns"]) for each in after["arns"])
    )
    return bool(by_arn) or bool(before["tags"].items() - after["tags"].items())


def spares_less(before: Bounds, after: Sequence[Bounds]) -> bool:
    """Whether none of these spares a resource that was spared: any of it has to fit."""
    arns = [arn for one in after for arn in one["arns"]]
    tags = {tag for one in after for tag in one["tags"].items()}
    by_arn = any(not any(arn_covers(one, each) for one in arns) for each in before["arns"])
    return by_arn or bool(before["tags"].items() - tags)


def _if(looser: bool) -> Verdict:
    return "loosened" if looser else None


def _text(expr: Expr | None) -> str | None:
    return None if expr is None else expr["text"]


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    order: tuple[Verdict, ...] = ("loosened", "changed", None)
    return min(verdicts, key=order.index)


def _best(verdicts: Sequence[Verdict]) -> Verdict:
    order: tuple[Verdict, ...] = (None, "changed", "loosened")
    return min(verdicts, key=order.index)
