"""One file on the bench: its values become the Plan's, its faults become problems with places.

Called by everything here that looks into a file. A value with a fault leaves a hole, so that
the rest of the file is looked at as well; what has problems is never written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from chalicelib.plan import Condition, Expr, Value
from opsloop.compiler import forgotten
from opsloop.expressions.faults import BadExpression
from opsloop.expressions.templates import compile_condition, compile_expr, compile_value
from opsloop.expressions.types import Names, Type
from opsloop.problems import Fault, Path, Problem
from opsloop.rules.source import Source

T = TypeVar("T")
_NULL: Expr = {"text": "null", "tree": {"type": "literal", "value": None, "children": []}}
_HOLE: Value = {"lit": None}
_UNMET: Condition = {"test": _NULL}


class Bench:
    """Compiles the values of one file; `problems` has what is wrong with them.

    `warnings` has what may be right all the same.
    """

    def __init__(self, source: Source) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._source = source

    def say(self, faults: Iterable[Fault], path: Path) -> None:
        """Note faults of what stands at `path`."""
        for fault in faults:
            told = self.warnings if fault.doubt else self.problems
            told.append(self._source.problem(fault, self._source.own(path)))

    def expr(self, data: Any, path: Path, names: Names | None, *, decides: bool = False) -> Expr:
        """An expression that reads names; without them it is not checked."""
        return self._compiled(
            lambda told: compile_expr(data, names, decides=decides, doubts=told), path, _NULL
        )

    def pick(self, data: Any, path: Path, names: Names, root: Type | None = None) -> Expr:
        """An expression whose bare words are a response's own fields; `root` is its type."""
        return self._compiled(
            lambda told: compile_expr(data, names, rooted=False, root=root, doubts=told),
            path,
            _NULL,
        )

    def condition(self, data: Any, path: Path, names: Names) -> Condition:
        """What `if` holds, or one item of it."""
        return self._compiled(
            lambda told: compile_condition(data, names, doubts=told), path, _UNMET
        )

    def value(self, data: Any, path: Path, names: Names) -> Value:
        """Any value in which texts may hold `${expression}`."""
        self.say(forgotten.find(data, names), path)
        return self._compiled(lambda told: compile_value(data, names, doubts=told), path, _HOLE)

    def _compiled(self, compile_it: Callable[[list[Fault]], T], path: Path, hole: T) -> T:
        doubts: list[Fault] = []
        try:
            return compile_it(doubts)
        except BadExpression as bad:
            doubts += bad.faults
            return hole
        finally:
            self.say(doubts, path)
