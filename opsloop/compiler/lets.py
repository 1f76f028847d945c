"""The `let`s of a rule: what each of them reads in the end, and whether that is a circle.

Called by `names` (is a `let` there?), `lowering` (circles) and `taint` (what does it read?).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from chalicelib.plan import Expr
from opsloop.expressions.check import infer
from opsloop.expressions.references import member_references, references
from opsloop.expressions.types import Names, Type, elsewhere
from opsloop.problems import Fault


@dataclass(frozen=True, slots=True)
class Lets:
    """Compiled `let`s by name."""

    exprs: Mapping[str, Expr] = field(default_factory=dict)
    #: for each of them the names that it reads, once that was asked
    _read: dict[str, set[str]] = field(default_factory=dict, compare=False, repr=False)

    def references(self, name: str) -> set[str]:
        """The names that a `let` reads itself, other `let`s among them."""
        if name not in self._read:
            self._read[name] = references(self.exprs[name]["tree"])
        return self._read[name]

    def beside(self, exprs: Mapping[str, Expr]) -> Lets:
        """These and more names whose values are known to come from expressions."""
        return Lets({**self.exprs, **exprs})

    def reach(self, names: Iterable[str], *, outside: str | None = None) -> set[str]:
        """Every name that is read in the end: these, and those that their `let`s read.

        With `outside`, only what is read anywhere but in the arguments of that function.
        """
        found: set[str] = set()
        open_names = set(names)
        while open_names:
            name = open_names.pop()
            found.add(name)
            if name in self.exprs:
                tree = self.exprs[name]["tree"]
                read = references(tree, outside=outside) if outside else self.references(name)
                open_names |= read - found
        return found

    def reads(self, expr: Expr, *, outside: str | None = None) -> set[str]:
        """The names that an expression reads in the end, other than `let`s."""
        read = self.reach(references(expr["tree"], outside=outside), outside=outside)
        return read - self.exprs.keys()

    def at(self, names: Names) -> Names:
        """The `let`s as names where these are in scope: elsewhere, where they read what is."""
        return {name: self._at(name, names) for name in self.exprs}

    def typed(self, names: Names) -> Names:
        """The same, with what is known of their values where these names are."""
        known = dict(self.at(names))
        read: set[str] = set()

        def visit(name: str) -> None:
            if name in read:
                return  # a circle is told of by itself
            read.add(name)
            for other in self.references(name) & self.exprs.keys():
                visit(other)
            if known[name] is None:
                found = infer(self.exprs[name], {**names, **known})
                # where a `let` could not be compiled, a null stands
                known[name] = found if found and found.kind != "null" else None

        for name in self.exprs:
            visit(name)
        return known

    def _at(self, name: str, names: Names) -> Type | None:
        for read, known in self._reading(name, names):
            if known is not None and known.elsewhere is not None:
                why = f"which reads `{read}`, {known.elsewhere.why}"
                return elsewhere(why, known.elsewhere.expected)
        return None

    def _reading(self, name: str, names: Names) -> Iterator[tuple[str, Type | None]]:
        """Each name that a `let` reads in the end, and each member of one, with its type."""
        for one in sorted(self.reach([name]) & self.exprs.keys()):
            for root in sorted(self.references(one) & names.keys()):
                known = names[root]
                yield root, known
                for member, _ in sorted(member_references(self.exprs[one]["tree"], root)):
                    yield f"{root}.{member}", ((known and known.fields) or {}).get(member)

    def circles(self) -> Iterator[Fault]:
        """A fault for each circle, at the first of its names."""
        for name in self.exprs:
            if circle := self._circle(name):
                found = f"a circle: {' → '.join(circle)}"
                yield Fault(found, "a value that does not need itself", path=(name,))

    def _circle(self, start: str) -> list[str] | None:
        """The shortest way from a `let` back to itself; told once, from its first name."""
        ways: list[list[str]] = [[start]]
        seen: set[str] = set()
        while ways:
            way = ways.pop(0)
            inner = self.references(way[-1]) & self.exprs.keys()
            for name in sorted(inner):
                if name == start:
                    return [*way, start] if start == min(way) else None
                if name not in seen:
                    seen.add(name)
                    ways.append([*way, name])
        return None
