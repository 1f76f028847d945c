"""Writes expressions about one event, of which a good part is met.

Paths and literals are the event's own as often as not; where it looked and what it named is
remembered, so that a test can put the one where the other is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from opsloop.compiler.pushdown.known import SINGLE
from tests.compiler.pushdown.places import Steps, literal, path_of, places

T = TypeVar("T")

OFTEN = ["a", "b", "items", "state", "tags"]
KEYS = OFTEN * 3 + ["Key", "Value", "a.b", "prefix", "é", "", "c d"]
TEXTS = [
    *("", "a", "A", "ab", "abc", "prod", "running", "RUNNING", "i-0", "true", "null", "5"),
    *("10.0.0.1", "10.1.2.3", "192.168.0.9", "010.0.0.1", "::1", "fe80::1%eth0"),
    *(
        "::ffff:10.0.0.1",
        'a"',
        '"',
        "*",
        "a*b",
        "\\",
        "K",
        "\u212a",
        "\u017f",
        "ß",
        "İ",
        "😀",
        "a\nb",
    ),
]
NUMBERS: list[Any] = [0, 1, -1, 5, 5.0, 0.1, 0.5, -0.0, 7.5, 100, 10**12]
SIGNS = ["==", "!=", "<", "<=", ">", ">="]
LETS = {
    "l": "event.detail.a",
    "m": "event.detail.items[?a == 'a'].b",
    "n": "event.detail.state == 'a'",
}
PARAMS = {"p": "a", "q": 5}

_NAMED = [
    *("account", "region", "event.source", 'event."detail-type"', "event.version", "event.time"),
    *("alarm.name", "alarm.state", "alarm.previous", "alarm.arn", "alarm.reason", "resource.id"),
    *("alarm.dimensions.a", "alarm.dimensions.b", "alarm.dimensions.Key", "actor.name"),
    *("actor.type", "actor.arn", "actor.role", "actor.service", "actor.ip", "params.p", "params.q"),
    *(f"event.detail.{name}" for name in " ".join(SINGLE.values()).split() if "-" not in name),
]
_REGEXES = ["'^a'", "'^ab*'", "'^(a|b)'", "'prod$'", "'^10[.]'", "'(?i)^a'", "'(?m)^a'"]
_NETWORKS = ["10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "::/0", "192.168.0.0/255.255.0.0", "::1/128"]

texts = st.sampled_from(TEXTS)
keys = st.sampled_from(KEYS)
scalars = texts | st.sampled_from(NUMBERS) | st.booleans() | st.none()


class Writer:
    """`fanned` is where the rule's `each` lies, and one of its elements."""

    def __init__(self, draw: st.DrawFn, event: dict[str, Any], fanned: tuple[Steps, Any]) -> None:
        self.draw = draw
        self.fanned, self.element = fanned
        self.seen = [place for place in places({"event": event}) if len(place[0]) > 2]
        self.ways: list[Steps] = []
        self.literals: list[Any] = []
        self.last: tuple[str, Any] | None = None

    def pick(self, options: Sequence[T]) -> T:
        """One of them."""
        return self.draw(st.sampled_from(options))

    def condition(self, depth: int = 2) -> Any:
        """What `if` may hold."""
        match self.pick(["text"] * 4 + ["any", "all", "not"] * bool(depth)):
            case "not":
                return {"not": self.condition(depth - 1)}
            case ("any" | "all") as key:
                return {key: [self.condition(depth - 1) for _ in range(self.pick([1, 2]))]}
        return self.expression()

    def expression(self, depth: int = 2) -> str:
        """Atoms joined."""
        match self.pick(["atom"] * (4 if depth else 1) + ["&&", "||", "!", "is"] * bool(depth)):
            case ("&&" | "||") as joint:
                return f"({self.expression(depth - 1)} {joint} {self.expression(depth - 1)})"
            case "!":
                return f"!({self.expression(depth - 1)})"
            case "is":
                sign, word = self.pick(["==", "!="]), self.pick(["true", "false"])
                return f"({self.expression(depth - 1)}) {sign} {word}"
        return self.pick(_ATOMS)(self, *self.place())

    # Where an expression looks, with what stands there as far as that is known.

    def place(self) -> tuple[str, Any]:
        """A path; the last one again, now and then."""
        if self.last is None or self.draw(st.integers(0, 2)):
            self.last = self._another()
        return self.last

    def _another(self) -> tuple[str, Any]:
        sort = self.pick(["there"] * 6 + ["filter", "each", "named", "named", "let", "wild"])
        if sort == "each" and self.element is not None:
            way, value = self.pick([*places(self.element, ("e",))])
            self.ways.append((*self.fanned, *way[1:]))
            return path_of(way), value
        if sort == "filter" and self.seen:
            return self._filtered()
        if sort == "there" and self.seen:
            way, value = self.pick(self.seen)
            return self._path(way), value
        if sort in ("named", "let"):
            return self.pick(_NAMED if sort == "named" else [*LETS]), self.pick(TEXTS)
        way = ("event", "detail", *self.draw(st.lists(keys, min_size=1, max_size=3)))
        return self._path(way), None

    def _path(self, way: Steps) -> str:
        self.ways.append(way[2:])
        return path_of(way)

    def _filtered(self) -> tuple[str, Any]:
        """An element of a list that is there, or its elements."""
        lists = [place for place in self.seen if isinstance(place[1], list) and place[1]]
        if not lists:
            return "event.detail.items[]", None
        way, value = self.pick(lists)
        inner, leaf = self.pick([*places(self.pick(value), ("@",))])
        key, path = self.pick(OFTEN), path_of(way)
        self.ways += [(*way[2:], *inner[1:]), (*way[2:], key)]
        self.literals.append(leaf)
        condition = f"{path_of(inner)} {self.pick(SIGNS)} {literal(leaf)}"
        ends = [f"[?{condition}]", f"[?{condition}] | [0]", f"[?{condition}][].a", f"[].{key}"]
        ends += [f"[*].{key} | [0]", "[:1]", "[-1]"]
        return f"({path}{self.pick(ends)})", leaf

    # What it is held against.

    def value(self, near: Any) -> Any:
        """What stands there, or something like it."""
        new = isinstance(near, dict | list) or self.draw(st.booleans())
        self.literals.append(self.draw(scalars) if new else near)
        return self.literals[-1]

    def text(self, near: Any) -> str:
        """A text, or a part of the one that stands there."""
        whole: str = near if isinstance(near, str) else self.draw(texts)
        self.literals.append(whole)
        begin = self.draw(st.integers(0, len(whole)))
        part = whole[begin : self.draw(st.integers(begin, len(whole)))]
        return self.pick([whole, part])


def _compare(to: Writer, path: str, near: Any) -> str:
    sides = [path, literal(to.value(near))]
    if to.draw(st.integers(0, 9)) == 0:
        sides[1] = to.place()[0]
    if to.draw(st.integers(0, 5)) == 0:
        sides.reverse()
    return f"{sides[0]} {to.pick(SIGNS)} {sides[1]}"


def _truth(to: Writer, path: str, _near: Any) -> str:
    return to.pick([path, f"!{path}", f"{path} == null", f"{path} != null"])


def _elements(to: Writer, _path: str, _near: Any) -> str:
    """Two elements of one list."""
    one, other = to.pick(OFTEN), to.pick(OFTEN)
    to.ways += [("items", one), ("items", other)]
    first, second = literal(to.value("a")), literal(to.value("b"))
    path = "event.detail.items"
    forms = [
        (f"{path}[0].{one} == {first}", f"{path}[1].{other} == {second}"),
        (f"contains({path}[].{one}, {first})", f"contains({path}[].{other}, {second})"),
        (f"{path}[?{one} == {first}]", f"{path}[?{other} == {second}]"),
    ]
    return f"({' && '.join(to.pick(forms))})"


def _part(to: Writer, path: str, near: Any) -> str:
    name = to.pick(["starts_with", "ends_with", "contains"])
    return f"{name}({path}, {literal(to.text(near))})"


def _glob(to: Writer, path: str, near: Any) -> str:
    begin, end = to.pick(["", "*", "?"]), to.pick(["*", "?", "", "*?*", "a*"])
    return f"glob({path}, {literal(begin + to.text(near) + end)})"


def _listed(to: Writer, path: str, near: Any) -> str:
    values = [to.value(near) for _ in range(to.draw(st.integers(0, 3)))]
    return f"contains({literal(values)}, {path})"


def _holds(to: Writer, path: str, near: Any) -> str:
    return f"contains({path}, {literal(to.value(near))})"


def _network(to: Writer, path: str, _near: Any) -> str:
    one = to.pick(_NETWORKS)
    networks: list[Any] = [one, [one, to.pick(_NETWORKS)], []]
    return f"in_cidr({path}, {literal(to.pick(networks))})"


def _cased(to: Writer, path: str, near: Any) -> str:
    case = to.pick(["lower", "upper"])
    text = to.text(near)
    text = literal(text.lower() if case == "lower" else text.upper())
    forms = [f"{case}({path}) == {text}", f"{case}({path}) != {text}"]
    forms += [f"starts_with({case}({path}), {text})", f"contains([{text}], {case}({path}))"]
    return to.pick(forms)


def _tag(to: Writer, path: str, near: Any) -> str:
    return f"tag({path}, 'a') {to.pick(SIGNS[:2])} {literal(to.value(near))}"


def _regex(to: Writer, path: str, _near: Any) -> str:
    return f"regex({path}, {to.pick(_REGEXES)})"


_OTHER = [_elements, _part, _glob, _listed, _holds, _network, _cased, _tag, _regex]
_ATOMS: list[Callable[[Writer, str, Any], str]] = [*[_compare] * 4, *[_truth] * 3, *_OTHER]
