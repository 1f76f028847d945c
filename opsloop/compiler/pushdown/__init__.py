"""Push-down: the part of a rule's criteria that EventBridge can decide, put into its pattern.

`truth` makes filters of criteria, with `operands` (what is read), `calls` and `asking` (what a
pattern can ask for it); `own` and `merging` put a filter into the rule's own pattern; `pushing`
does it for a rule, and says why not for the rest.
"""

from opsloop.compiler.pushdown.pushing import Decided, Pushdown, push

__all__ = ["Decided", "Pushdown", "push"]
