"""Functions that say yes or no: what a pattern asks for either answer.

An argument of a wrong type is no answer but a failure, and a criterion that fails is not met,
also behind `not`: so "does not start with x" is said of texts only. Called by `truth`. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opsloop.compiler.pushdown import texts
from opsloop.compiler.pushdown.asking import Asking, shown
from opsloop.compiler.pushdown.filters import Filter, Place
from opsloop.compiler.pushdown.found import Const, Found, Many, Operand, Other
from opsloop.compiler.pushdown.texts import Said
from opsloop.compiler.pushdown.wanted import ANY_TEXT

_TEXT = Said((ANY_TEXT,), "all that a pattern can ask is that it is a text")
Arguments = list[Operand]
#: asks for a call's answer, `True` or `False`; None where it does not know these arguments
Call = Callable[[Asking, Arguments, bool], Filter | None]


def asked(asking: Asking, name: str, arguments: Arguments, *, met: bool) -> Filter:
    """What to ask for a call to say yes, or no."""
    call = CALLS.get(name)
    found = call(asking, arguments, met) if call else None
    if found is not None:
        return found
    reasons = [each.why for each in arguments if isinstance(each, Other)]
    return asking.nothing_of(reasons[0] if reasons else f"`{name}()` no pattern can work out")


def _simple(say: Callable[[Any], Said], cased: bool = False) -> Call:
    """A function of a text and a constant text."""

    def ask(asking: Asking, arguments: Arguments, met: bool) -> Filter | None:
        match arguments:
            case [Found() as found, Const(str(text))]:
                if found.case:
                    said = texts.cased(text, found.case, whole=False) if cased and met else _TEXT
                else:
                    said = say(text) if met else texts.excluded(say(text))
                return asking.text(found, said)
            case [Found() as found, _] | [_, Found() as found]:
                return asking.text(found, _TEXT)
        return None

    return ask


def _regex(asking: Asking, arguments: Arguments, met: bool) -> Filter | None:
    match arguments:
        case [Found(case=None) as found, Const(dict(program))]:
            said = texts.begins(program)  # type: ignore[arg-type]  # the compiler put it there
            return asking.text(found, said if met else Said((ANY_TEXT,), said.less))
    return None


def _in_cidr(asking: Asking, arguments: Arguments, met: bool) -> Filter | None:
    match arguments:
        case [Found(case=None) as found, Const(str() | list() as networks)]:
            listed = [networks] if isinstance(networks, str) else networks
            if all(isinstance(each, str) for each in listed):
                return asking.text(found, (texts.within if met else texts.outside)(listed))
    return None


def _contains(asking: Asking, arguments: Arguments, met: bool) -> Filter | None:
    match arguments:
        case [Const(list(values)), Found() as found]:
            return _listed(asking, found, values, met=met)
        case [Const(str()), Found() as found]:
            return asking.text(found, _TEXT)
        case [Many(one), Const(value)] if met:
            return asking.member(Found((one,)), [value])
        case [Found() as found, Const(value)]:
            return _holding(asking, found, value, met=met)
    return None


def _listed(asking: Asking, found: Found, values: list[Any], *, met: bool) -> Filter | None:
    """Whether the value is in a list of the rule's own."""
    if met:
        return asking.member(found, values)
    return None if found.case else asking.none_of(found, values)


def _holding(asking: Asking, found: Found, value: Any, *, met: bool) -> Filter:
    """Whether the event's text or list holds a value."""
    certain = found.text or all(asking.known.is_single(each.place) for each in found.alternatives)
    if found.case:
        return asking.text(found, _TEXT)
    if isinstance(value, str) and (certain or met):
        return _part(asking, found, value, met=met)
    if met:
        return asking.member(found, [value], some=True)
    return asking.nothing_of(
        f"{shown(found)} may be a list, of which EventBridge takes any element"
    )


def _part(asking: Asking, found: Found, part: str, *, met: bool) -> Filter:
    """Whether it holds a text: a text as a part of it, a list as an element."""
    if [each.place for each in found.alternatives] == [Place(("resources",))]:
        return asking.member(found, [part], some=True)  # never a text
    said = texts.holds(part)
    if not met:
        return asking.text(found, texts.excluded(said))
    return asking.some(found, said)


CALLS: dict[str, Call] = {
    "contains": _contains,
    "ends_with": _simple(texts.ends),
    "glob": _simple(texts.fits),
    "in_cidr": _in_cidr,
    "regex": _regex,
    "starts_with": _simple(texts.starts, cased=True),
}
