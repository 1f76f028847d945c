"""Expressions, criteria and templates of a Plan, evaluated in a scope.

The engine makes one `Evaluator` for an execution. A value is data: nothing that comes out
of the scope is ever evaluated again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jmespath.exceptions import JMESPathTypeError

from chalicelib.clock import Clock
from chalicelib.errors import ExpressionError, NotKnown, NullValue
from chalicelib.expressions.criteria import MET, Verdict, decide
from chalicelib.expressions.explaining import Cause, display, why_failed, why_false
from chalicelib.expressions.functions import Functions
from chalicelib.expressions.interpreter import Interpreter, Scope, Unordered
from chalicelib.expressions.values import Misuse, as_text, fresh, tagged
from chalicelib.expressions.walking import written

if TYPE_CHECKING:
    from chalicelib.plan import Condition, Expr, Value

__all__ = ["Evaluator", "Verdict"]


class Evaluator:
    """`scope` gives a name's value when first asked; `secret` resolves a reference."""

    def __init__(self, scope: Scope, clock: Clock, secret: Callable[[str], str]) -> None:
        self._interpreter = Interpreter(scope, Functions(clock, secret))

    def value(self, expr: Expr, *, strict: bool = False) -> Any:
        """The expression's value. Raises ExpressionError.

        Where `strict`, ordering anything but numbers is such an error; else it is null.
        """
        return self._evaluate(expr, self._interpreter.scope, strict=strict)

    def pick(self, expr: Expr, response: Any) -> Any:
        """The expression's value where bare words are the response's own fields."""
        return self._evaluate(expr, response, strict=False)

    def holds(self, condition: Condition) -> Verdict:
        """Whether the condition is met. What a criterion cannot use makes it unmet.

        Raises NotKnown where it reads what an observed step would have given.
        """
        return decide(condition, self._test)

    def render(self, value: Value, at: str) -> Any:
        """The value with its templates filled in; `at` is the path that errors name.

        Raises NullValue where a template gives null, ExpressionError where it fails.
        """
        match tagged(value):
            case "lit", constant:
                return fresh(constant)
            case "expr", expr:
                return self._present(expr, at)
            case "join", parts:
                return "".join(self._part(part, at) for part in parts)
            case "map", entries:
                return {key: self.render(each, f"{at}.{key}") for key, each in entries.items()}
            case "list", elements:
                return [self.render(each, f"{at}[{n}]") for n, each in enumerate(elements)]
        raise TypeError(f"a value of another schema: {sorted(value)}")

    def _part(self, part: str | Expr, at: str) -> str:
        return part if isinstance(part, str) else as_text(self._present(part, at))

    def _present(self, expr: Expr, at: str) -> Any:
        value = self.value(expr)
        if value is None:
            raise NullValue(expr["text"], at)
        return value

    def _test(self, expr: Expr) -> Verdict:
        """A criterion: met if it is true by JMESPath's truth, failed if it cannot be told."""
        try:
            value = self.value(expr, strict=True)
        except NotKnown:
            raise
        except ExpressionError as error:
            cause = why_failed(self._interpreter, expr["tree"], error)
            return self._unmet(expr, cause, failed=True)
        if self._interpreter.is_true(value):
            return MET
        return self._unmet(expr, why_false(self._interpreter, expr["tree"]))

    def _unmet(self, expr: Expr, cause: Cause, *, failed: bool = False) -> Verdict:
        seen = None if self._interpreter.discreet else cause.value
        return Verdict(
            met=False,
            criterion=expr["text"],
            reason=cause.reason,
            path=cause.path,
            value=seen,
            failed=failed,
        )

    def _evaluate(self, expr: Expr, root: Any, *, strict: bool) -> Any:
        interpreter = self._interpreter
        # a name of the scope may itself be an expression: this is entered again from inside
        outer, interpreter.strict = interpreter.strict, strict
        try:
            return interpreter.visit(expr["tree"], root)
        except ExpressionError:
            raise
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise ExpressionError(expr["text"], self._reason(error)) from error
        finally:
            interpreter.strict = outer

    def _reason(self, error: Exception) -> str:
        match error:
            case Misuse():
                return str(error)
            case Unordered(operand=operand, value=value):
                return f"{written(operand) or 'a side'} is {self._shown(value)}, which has no order"
            case JMESPathTypeError():
                return (
                    f"{error.function_name}() got {self._shown(error.current_value)}; "
                    f"it takes {' or '.join(error.expected_types)}"
                )
            case RecursionError():
                return "nested too deep"
        # Python's own words may quote the value, so only its kind of error is told
        return f"cannot be evaluated ({type(error).__name__})"

    def _shown(self, value: Any) -> str:
        return "absent" if value is None else display(self._interpreter, value)
