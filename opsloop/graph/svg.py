"""The graph as a picture: SVG, legible by day and by night, without script or font of its own.

`layout` says where boxes go; each group of rules that wake each other is laid out by itself, and
the groups stand below each other on common columns. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from opsloop.graph.drawing import Box, Drawing, Link
from opsloop.graph.layout import Placed, placed
from opsloop.graph.svg_style import STYLE
from opsloop.markup import Markup, element
from opsloop.naming import WrongUsage
from opsloop.output import plain

#: a letter's width at the size of each class of the style
_TITLE, _LINE = 7.9, 7.25
_HIGH, _PAD_X, _PAD_Y = 17.0, 12.0, 8.0
_LEAST = 84.0
_ROW_GAP, _COLUMN_GAP, _GROUP_GAP = 10.0, 64.0, 30.0
_MARGIN, _HEAD = 28.0, 34.0
#: how far a link that leads back keeps from boxes
_LANE = 16.0
#: links among rules; of more no picture can be read, and it takes long to draw
MOST_WAKES = 500
_COLUMNS = ("triggers", "rules", "actions", "what they cause")


@dataclass(frozen=True, slots=True)
class _Group:
    """Boxes that links join, with their places; `top` is the group's own."""

    boxes: Mapping[str, Box]
    links: Sequence[Link]
    places: Placed
    top: float

    @property
    def bottom(self) -> float:
        """Below its boxes, and the links that lead back under them."""
        return self.top + self.places.height + _LANE * len(self.places.back)


def svg(drawing: Drawing) -> str:
    """The whole picture. Raises WrongUsage where nobody could read it."""
    triggers = {box.id for box in drawing.boxes if box.kind == "trigger"}
    if (wakes := sum(link.end in triggers for link in drawing.links)) > MOST_WAKES:
        raise WrongUsage(
            f"found {wakes:,} links that wake rules; expected at most {MOST_WAKES:,} "
            "in a picture: choose by --rule or --pack, or take --format text"
        )
    groups = list(_groups(drawing))
    lefts = _lefts(groups)
    width = lefts[-1] - _COLUMN_GAP + _MARGIN
    height = (groups[-1].bottom if groups else _HEAD + _MARGIN) + _MARGIN
    return f"{_picture(groups, lefts, width, height)}\n"


def _picture(groups: list[_Group], lefts: list[float], width: float, height: float) -> Markup:
    return element(
        "svg",
        element("title", "Triggers, rules, actions, and the events that they cause"),
        element("style", Markup(STYLE)),
        element("defs", *map(_arrowhead, ("causes", "may", "failure", "would"))),
        element("rect", class_="paper", width=_n(width), height=_n(height), rx=10),
        *_heads(lefts),
        *(line for group in groups for line in _links(group, lefts)),
        *(_box(group, box, lefts) for group in groups for box in group.boxes.values()),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_n(width)} {_n(height)}",
        width=_n(width),
        height=_n(height),
        role="img",
    )


def _groups(drawing: Drawing) -> Iterator[_Group]:
    top = _MARGIN + _HEAD
    for boxes in _joined(drawing):
        links = [link for link in drawing.links if link.start in boxes]
        heights = {name: _height(box) for name, box in boxes.items()}
        places = placed(heights, [(link.start, link.end) for link in links], _ROW_GAP)
        group = _Group(boxes, links, places, top)
        top = group.bottom + _GROUP_GAP
        yield group


def _joined(drawing: Drawing) -> list[dict[str, Box]]:
    """Boxes that any link joins, in the order of the first of each."""
    leader = {box.id: box.id for box in drawing.boxes}

    def lead(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for link in drawing.links:
        leader[lead(link.end)] = lead(link.start)
    groups: dict[str, dict[str, Box]] = {}
    for box in drawing.boxes:
        groups.setdefault(lead(box.id), {})[box.id] = box
    return list(groups.values())


def _lefts(groups: Sequence[_Group]) -> list[float]:
    """Where each column begins, and where one more would."""
    widths: dict[int, float] = dict.fromkeys(range(len(_COLUMNS)), _LEAST)
    for group in groups:
        for name, box in group.boxes.items():
            column = group.places.column[name]
            widths[column] = max(widths.get(column, _LEAST), _width(box))
    lefts = [_MARGIN]
    for column in range(len(widths)):
        lefts.append(lefts[-1] + widths[column] + _COLUMN_GAP)
    return lefts


def _heads(lefts: Sequence[float]) -> Iterator[Markup]:
    for word, left in zip(_COLUMNS, lefts, strict=False):
        yield element("text", word, x=_n(left), y=_n(_MARGIN + 8), class_="head")


def _width(box: Box) -> float:
    longest = max((_LINE * cell_len(line) for line in box.lines), default=0.0)
    return max(_LEAST, 2 * _PAD_X + max(longest, _TITLE * cell_len(box.title)))


def _across_of(group: _Group, box: Box, lefts: Sequence[float]) -> float:
    """As wide as its column; but events end where their names do, as they say so differing much."""
    column = group.places.column[box.id]
    return _width(box) if box.kind == "event" else lefts[column + 1] - _COLUMN_GAP - lefts[column]


def _height(box: Box) -> float:
    return 2 * _PAD_Y + _HIGH * (len(box.lines) + bool(box.title)) - 3


def _box(group: _Group, box: Box, lefts: Sequence[float]) -> Markup:
    left = lefts[group.places.column[box.id]]
    top = group.top + group.places.top[box.id]
    round_ = {"trigger": 14, "rule": 5, "action": 5, "event": 14}[box.kind]
    frame = element(
        "rect",
        x=_n(left),
        y=_n(top),
        width=_n(_across_of(group, box, lefts)),
        height=_n(_height(box)),
        rx=round_,
        class_=f"{box.kind}{' quiet' if box.quiet else ''}",
    )
    return element("g", frame, *_said(box, left + _PAD_X, top + _PAD_Y))


def _said(box: Box, left: float, top: float) -> Iterator[Markup]:
    said = [(box.title, f"title {box.kind}-ink")] if box.title else []
    said += [(line, "said faint" if box.kind == "rule" else "said") for line in box.lines]
    for place, (text, style) in enumerate(said):
        base = top + _HIGH * place + 11
        yield element("text", plain(text), x=_n(left), y=_n(base), class_=style)


def _links(group: _Group, lefts: Sequence[float]) -> Iterator[Markup]:
    lane = group.top + group.places.height
    for link in group.links:
        back = (link.start, link.end) in group.places.back
        lane += _LANE if back else 0
        path = _under(group, link, lefts, lane) if back else _across(group, link, lefts)
        yield element(
            "path",
            element("title", plain(link.why)) if link.why else None,
            d=path,
            class_=f"link {link.style}",
            marker_end=f"url(#{link.style})",
        )
        if link.why:
            yield _why(group, link, lefts, lane if back else None)


def _why(group: _Group, link: Link, lefts: Sequence[float], lane: float | None) -> Markup:
    """What the link hangs on: above the lane in full, else a word before the arrow's head."""
    x, y = _left(group, link.end, lefts)
    if lane is not None:
        return element("text", plain(link.why), x=_n(x), y=_n(lane - 5), class_="why")
    return element("text", "maybe", x=_n(x - 12), y=_n(y - 6), class_="why", text_anchor="end")


def _across(group: _Group, link: Link, lefts: Sequence[float]) -> str:
    """From the right side of a box to the left one of another, by way of the bends."""
    x, y = _right(group, link.start, lefts)
    path = [f"M{_n(x)} {_n(y)}"]
    first = group.places.column[link.start] + 1
    bends = group.places.bends.get((link.start, link.end), ())
    for column, bend in enumerate(bends, first):
        over, level = lefts[column], group.top + group.places.top[bend] + 4
        path += [_curve(x, y, over, level), f"H{_n(lefts[column + 1] - _COLUMN_GAP)}"]
        x, y = lefts[column + 1] - _COLUMN_GAP, level
    end_x, end_y = _left(group, link.end, lefts)
    return "".join([*path, _curve(x, y, end_x, end_y)])


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (x + to_x) / 2
    return f"C{_n(half)} {_n(y)} {_n(half)} {_n(to_y)} {_n(to_x)} {_n(to_y)}"


def _under(group: _Group, link: Link, lefts: Sequence[float], lane: float) -> str:
    """Out to the right, back below everything, and in from the left, with round corners."""
    x, y = _right(group, link.start, lefts)
    end_x, end_y = _left(group, link.end, lefts)
    out, back, r = x + _LANE, end_x - _LANE, 8
    return (
        f"M{_n(x)} {_n(y)}H{_n(out - r)}q{r} 0 {r} {r}V{_n(lane - r)}q0 {r} {-r} {r}"
        f"H{_n(back + r)}q{-r} 0 {-r} {-r}V{_n(end_y + r)}q0 {-r} {r} {-r}H{_n(end_x)}"
    )


def _right(group: _Group, name: str, lefts: Sequence[float]) -> tuple[float, float]:
    left, middle = _left(group, name, lefts)
    return left + _across_of(group, group.boxes[name], lefts), middle


def _left(group: _Group, name: str, lefts: Sequence[float]) -> tuple[float, float]:
    top = group.top + group.places.top[name]
    return lefts[group.places.column[name]], top + _height(group.boxes[name]) / 2


def _arrowhead(style: str) -> Markup:
    return element(
        "marker",
        element("path", d="M0 0L8 4L0 8z", class_=f"{style}-head"),
        id=style,
        viewBox="0 0 8 8",
        refX=7.5,
        refY=4,
        markerWidth=7,
        markerHeight=7,
        orient="auto",
    )


def _n(number: float) -> str:
    """A number as short as it is exact enough."""
    return f"{number:.1f}".removesuffix(".0")
