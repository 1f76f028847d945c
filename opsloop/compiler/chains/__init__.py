"""Rules that wake rules: what their steps cause, and whom that wakes.

`edges` for whoever draws or judges them, `circles` for the lint.
"""

from opsloop.compiler.chains.caused import Caused, caused, escalations, topics_of
from opsloop.compiler.chains.circles import Circle, chain, circles
from opsloop.compiler.chains.edges import Edge, Woken, edges
from opsloop.compiler.chains.happenings import Happening

__all__ = [
    "Caused",
    "Circle",
    "Edge",
    "Happening",
    "Woken",
    "caused",
    "chain",
    "circles",
    "edges",
    "escalations",
    "topics_of",
]
