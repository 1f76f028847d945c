"""docs/graph.svg: the picture of the shipped rules, for the generator of docs."""

from __future__ import annotations

from pathlib import Path

from opsloop.graph.drawing import drawn
from opsloop.graph.rules import graph
from opsloop.graph.svg import svg

ROOT = Path(__file__).parents[2]


def render() -> str:
    """The whole picture. Raises Problems where the shipped rules do not compile."""
    return svg(drawn(graph(ROOT)))
