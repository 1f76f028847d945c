"""The `let`s of a rule: compiled, free of circles, and what each of them reads in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chalicelib.plan import Expr
from opsloop.expressions.references import member_references, references
from opsloop.problems import Fault


@dataclass
class Lets:
    """Compiled `let`s by name."""

    exprs: Mapping[str, Expr] = field(default_factory=dict)

    def reach(self, names: Iterable[str], *, outside: str | None = None) -> dict[str, str | None]:
        """Every name that is read in the end, with the `let` that it is read through, if any.

        With `outside`, only what is read anywhere but in the arguments of that function.
        """
        found: dict[str, str | None] = {}
        open_names: list[tuple[str, str | None]] = [(name, None) for name in sorted(names)]
        while open_names:
            name, through = open_names.pop()
            if name in found:
                continue
            found[name] = through
            if name in self.exprs:
                inner = references(self.exprs[name]["tree"], outside=outside)
                open_names += [(one, through or name) for one in sorted(inner)]
        return found

    def facts(self, expr: Expr) -> set[str]:
        """The facts that an expression reads, through `let`s too."""
        reached = [name for name in self.reach(references(expr["tree"])) if name in self.exprs]
        trees = [expr["tree"], *(self.exprs[name]["tree"] for name in reached)]
        return {member for tree in trees for member, _ in member_references(tree, "facts")}

    def circles(self) -> dict[str, Fault]:
        """A fault for each `let` that reads itself, by whatever way."""
        return {
            name: Fault(
                f"a circle: {' → '.join(circle)}",
                "a value that does not need itself",
                path=(name,),
            )
            for name in self.exprs
            if (circle := self._circle(name))
        }

    def _circle(self, start: str) -> list[str] | None:
        """The shortest way from a `let` back to itself; told once, from its first name."""
        ways: list[list[str]] = [[start]]
        seen: set[str] = set()
        while ways:
            way = ways.pop(0)
            inner = references(self.exprs[way[-1]]["tree"]) & self.exprs.keys()
            for name in sorted(inner):
                if name == start:
                    return [*way, start] if start == min(way) else None
                if name not in seen:
                    seen.add(name)
                    ways.append([*way, name])
        return None
