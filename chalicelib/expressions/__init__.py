"""The rule language at run time: syntax trees from the Plan are evaluated, nothing is parsed.

`Evaluator` is what the engine uses. Imports the standard library and jmespath only.
"""

from chalicelib.expressions.evaluator import Evaluator, Verdict

__all__ = ["Evaluator", "Verdict"]
