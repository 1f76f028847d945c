"""What EventBridge would do, at the desk: patterns, why they fail, and many of them at once.

docs/patterns.md specifies the language. Imports nothing of the project but its own modules.
"""

from opsloop.patterns.errors import InvalidEvent, InvalidPattern
from opsloop.patterns.explanation import (
    BranchExplained,
    Explanation,
    Failure,
    FieldExplained,
    OperatorExplained,
)
from opsloop.patterns.matcher import Matcher
from opsloop.patterns.pattern import Pattern

__all__ = [
    "BranchExplained",
    "Explanation",
    "Failure",
    "FieldExplained",
    "InvalidEvent",
    "InvalidPattern",
    "Matcher",
    "OperatorExplained",
    "Pattern",
]
