"""What a rule's criteria claim of single values, and which of them contradict each other.

Called by `matching`. Only what is certain: `path == 'text'`, `contains(['a', 'b'], path)`, and
what reads nothing at all. A path is followed through `let`s, as the run side follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.expressions import Evaluator
from chalicelib.expressions.values import as_text, tagged
from chalicelib.plan import Condition, Expr, Node
from opsloop.aws.names import listing
from opsloop.compiler.pushdown.narrowing import listed
from opsloop.compiler.pushdown.pushing import parts
from opsloop.expressions.references import references
from opsloop.lint.base import Seen
from opsloop.patterns.tokens import token_of
from opsloop.problems import Path

#: names of the same values, where the trigger is an alarm
_ALARM = {
    ("alarm", "state"): ("event", "detail", "state", "value"),
    ("alarm", "previous"): ("event", "detail", "previousState", "value"),
    ("alarm", "name"): ("event", "detail", "alarmName"),
}
#: functions whose value is not in the text
_OF_THE_MOMENT = frozenset({"now", "age", "secret"})
Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a rule; `path` is where it stands in the file."""

    text: str
    path: Path
    #: None: it is always met
    why_never: str | None


@dataclass(frozen=True, slots=True)
class _Claim:
    """A value that has to be one of these, and who says so."""

    by: str
    values: tuple[object, ...]


class _Nothing:
    """Neither names nor time nor secrets: a constant needs none."""

    def get(self, name: str) -> object:
        raise AssertionError(f"a constant reads {name}")

    def now(self) -> float:
        raise AssertionError("a constant has no time")

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"a constant slept {seconds} s")


def criteria(seen: Seen) -> Iterator[Criterion]:
    """The criteria of which something certain can be said, in their order."""
    claimed: dict[Steps, _Claim] = {}
    for condition in _conditions(seen):
        for test in parts(condition):
            match tagged(test):
                case "test", expr:
                    yield from _said(seen, expr, claimed)


def _conditions(seen: Seen) -> Iterator[Condition]:
    """All that have to hold: the trigger's own first, which is what it promises."""
    criteria = seen.plan["criteria"]
    yield from listed(criteria["event"])
    yield from listed(criteria["facts"])


def _said(seen: Seen, expr: Expr, claimed: dict[Steps, _Claim]) -> Iterator[Criterion]:
    text, path = expr["text"], _path(seen, expr["text"])
    if path and _decides_itself(expr["tree"]):
        return  # told where it is read: `expressions.truths`
    if path and _is_constant(expr["tree"]):
        met = Evaluator(_Nothing(), _Nothing(), str).holds({"test": expr}).met
        yield Criterion(text, path, None if met else "it reads nothing")
        return
    for steps, values in _claims(expr["tree"], seen.plan["let"]):
        said = _Claim(f"`{text}` has to hold as well" if path else _promised(values), values)
        before = claimed.setdefault(steps, said)
        both = tuple(value for value in before.values if _among(value, values))
        if path and not both:
            yield Criterion(text, path, before.by)
        elif path and (let_through := _let_through(seen, steps, values)):
            yield Criterion(text, path, f"the pattern lets only {let_through} through")
        claimed[steps] = _Claim(said.by if path else before.by, both or values)


def _promised(values: tuple[object, ...]) -> str:
    return f"the trigger lets only {listing([str(value) for value in values])} through"


def _path(seen: Seen, text: str) -> Path:
    """Where a criterion stands; nowhere for what the trigger promises."""
    data = seen.rule.if_
    if not isinstance(data, list):
        return ("if",) if data is not None and text in _texts(data) else ()
    places = (place for place, item in enumerate(data) if text in _texts(item))
    return next((("if", place) for place in places), ())


def _texts(data: object) -> Iterator[str]:
    """Every expression of `if`, or of an item of it."""
    if isinstance(data, dict | list):
        for below in data.values() if isinstance(data, dict) else data:
            yield from _texts(below)
    else:
        yield as_text(data).strip()


def _decides_itself(tree: Node) -> bool:
    """A text or a number that stands for a condition."""
    value = tree.get("value")
    return tree["type"] == "literal" and bool(value) and isinstance(value, str)


def _is_constant(tree: Node) -> bool:
    return not references(tree) and not any(name in _OF_THE_MOMENT for name in _functions(tree))


def _functions(node: Node) -> Iterator[str]:
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node["children"]:
        if isinstance(child, dict):
            yield from _functions(child)


def _claims(tree: Node, lets: Mapping[str, Expr]) -> Iterator[tuple[Steps, tuple[object, ...]]]:
    """The value, and what it has to be, where a test says just that."""
    if tree["type"] == "comparator" and tree["value"] == "eq":
        for side, other in (tree["children"], tree["children"][::-1]):
            if other["type"] == "literal" and (steps := _steps(side, lets)):
                yield steps, (other["value"],)
    elif tree["type"] == "function_expression" and tree["value"] == "contains":
        among, side = tree["children"]
        values = _literals(among)
        if values and (steps := _steps(side, lets)):
            yield steps, values


def _literals(node: Node) -> tuple[object, ...]:
    """The values of a list that is written out."""
    if node["type"] == "literal" and isinstance(node["value"], list):
        return tuple(node["value"])
    if node["type"] != "multi_select_list":
        return ()
    if any(child["type"] != "literal" for child in node["children"]):
        return ()
    return tuple(child["value"] for child in node["children"])


def _steps(node: Node, lets: Mapping[str, Expr], depth: int = 0) -> Steps:
    """The names that lead to a value of the event; none for anything else."""
    nodes = node["children"] if node["type"] == "subexpression" else [node]
    if any(each["type"] != "field" for each in nodes) or depth > len(lets):
        return ()
    first, *rest = (each["value"] for each in nodes)
    if first in lets:
        before = _steps(lets[first]["tree"], lets, depth + 1)
        return (*before, *rest) if before else ()
    steps = (first, *rest)
    return _ALARM.get(steps, steps)


def _among(value: object, values: Iterable[object]) -> bool:
    """Equality of JSON, in which 1 is not true."""
    return any(
        isinstance(value, bool) is isinstance(other, bool) and value == other for other in values
    )


def _let_through(seen: Seen, steps: Steps, values: tuple[object, ...]) -> str | None:
    """What the pattern wants in this place, where it wants none of these values."""
    name, tokens = ".".join(steps[1:]), [token_of(value) for value in values]
    if seen.pattern is None or steps[0] != "event" or None in (*tokens, *values):
        return None
    wanted: dict[str, None] = {}
    for branch in seen.pattern.branches:
        here = [field for field in branch.fields if field.name == name]
        if not here or any(op.holds(str(token)) for op in here[0].operators for token in tokens):
            return None
        wanted |= dict.fromkeys(op.wanted for op in here[0].operators)
    return listing(list(wanted))
