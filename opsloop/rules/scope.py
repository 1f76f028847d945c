"""The names that every rule has in scope, and those that a rule adds.

Called by `checks`, and by whoever needs to know what a bare word may name.
"""

from __future__ import annotations

#: design section 4, "Names in scope"; `result` is what `until` reads
# fmt: off
SCOPE = frozenset({
    "event", "time", "account", "region", "partition", "resource", "actor", "alarm",
    "facts", "steps", "targets", "item", "params", "rule", "execution", "error", "result",
})
# fmt: on
#: words that are values in an expression
LITERALS = frozenset({"true", "false", "null"})
DEFAULT_ITEM = "item"
