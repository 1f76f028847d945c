"""The graph as a Mermaid flowchart, which GitHub and others draw. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from opsloop.graph.drawing import Box, Drawing

_SHAPES = {
    "trigger": ('("', '")'),
    "rule": ('["', '"]'),
    "action": ('["', '"]'),
    "event": ('("', '")'),
}
#: lines are as long as they are
_WIDE = '%%{init: {"flowchart": {"wrappingWidth": 480}}}%%'
_ARROWS = {"causes": "-->", "may": "-.->|maybe|", "failure": "-.->", "would": "-.->|would|"}
#: fill, line and ink of each kind: dark on light, wherever it is shown
_CLASSES = {
    "trigger": "fill:#efe6f7,stroke:#8e5ea8,color:#1c2024",
    "rule": "fill:#dbe8f6,stroke:#2f6fb3,color:#1c2024",
    "action": "fill:#e0f0e7,stroke:#3a9a6d,color:#1c2024",
    "event": "fill:#fbebd9,stroke:#d9822b,color:#1c2024",
    "quiet": "fill:#efefec,stroke:#8a8f94,color:#1c2024",
}
#: what means something within a quoted text of Mermaid's, or to HTML
_SPECIAL = re.compile(r"[^\w .,:/→·…()*@+=-]")


def mermaid(drawing: Drawing) -> str:
    """The text of a flowchart, each pack a frame."""
    return "\n".join(_lines(drawing)) + "\n"


def _lines(drawing: Drawing) -> Iterator[str]:
    yield _WIDE
    yield "flowchart LR"
    for place, (pack, boxes) in enumerate(groupby(drawing.boxes, key=attrgetter("pack"))):
        yield f'  subgraph p{place}["{_escaped(pack)}"]'
        yield "    direction LR"
        yield from (f"    {_box(box)}" for box in boxes)
        yield "  end"
    for link in drawing.links:
        yield f"  {link.start} {_ARROWS[link.style]} {link.end}"
    yield from (f"  classDef {name} {style}" for name, style in _CLASSES.items())


def _box(box: Box) -> str:
    opens, closes = _SHAPES[box.kind]
    said = [f"<b>{_escaped(box.title)}</b>"] if box.title else []
    said += map(_escaped, box.lines)
    name = "quiet" if box.quiet else box.kind
    return f"{box.id}{opens}{'<br/>'.join(said)}{closes}:::{name}"


def _escaped(text: str) -> str:
    """Mermaid's own escapes, which no HTML and no syntax of its own can be made of."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
