"""Bars over time as SVG inside the page: they scale, take its colours, tell on hovering. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsloop.backtest.axis import Axis
from opsloop.markup import Markup, element, joined

WIDTH = 1000
_GAP = 0.18
_UNDER = 22
_ABOVE = 14
#: room for a date
_LABEL = 40


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of one thing by bar; `colour` is a class of the page's style."""

    name: str
    colour: str
    bars: Sequence[int]


def chart(axis: Axis, series: Sequence[Series], height: int) -> Markup:
    """Stacked bars with dates under them and the highest number above."""
    sums = [sum(column) for column in zip(*(one.bars for one in series), strict=True)]
    top = max(sums, default=0) or 1
    room = height - _UNDER - _ABOVE
    parts = [_columns(axis, series, room, top), _grid(top, room), _dates(axis, height)]
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH} {height}",
        class_="chart",
        role="img",
        aria_label=f"Bars over time, at most {top:,}",
    )


def spark(axis: Axis, series: Sequence[Series]) -> Markup:
    """Small stacked bars without words, for a line of a table."""
    sums = [sum(column) for column in zip(*(one.bars for one in series), strict=True)]
    wordless = [Series("", one.colour, one.bars) for one in series]
    columns = _columns(axis, wordless, 24, max(sums, default=0) or 1, above=0)
    # many narrow bars in a small place: stretched to fit
    return element(
        "svg",
        columns,
        viewBox=f"0 0 {WIDTH} 24",
        class_="spark",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _columns(
    axis: Axis, series: Sequence[Series], room: float, top: int, above: int = _ABOVE
) -> Markup:
    rects = list[Markup]()
    for bar in range(axis.count):
        base = above + room
        for one in series:
            if one.bars[bar]:
                tall = max(1.0, room * one.bars[bar] / top)
                base -= tall
                rects.append(_rect(axis, one, bar, top=base, tall=tall))
    return joined(*rects)


def _rect(axis: Axis, one: Series, bar: int, *, top: float, tall: float) -> Markup:
    step = WIDTH / axis.count
    named = f"{one.name}: " if one.name else ""
    return element(
        "rect",
        element("title", f"{named}{one.bars[bar]:,}, {axis.label(bar)}"),
        x=f"{bar * step + step * _GAP / 2:.2f}",
        y=f"{top:.2f}",
        width=f"{step * (1 - _GAP):.2f}",
        height=f"{tall:.2f}",
        class_=one.colour,
    )


def _grid(top: int, room: float) -> Markup:
    lines = [
        joined(
            element("line", x1=0, x2=WIDTH, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid"),
            element("text", f"{count:,}", x=0, y=f"{y - 3:.1f}", class_="tick"),
        )
        for count, y in ((top, _ABOVE), (top / 2, _ABOVE + room / 2))
        if float(count).is_integer()
        for count in (int(count),)
    ]
    base = _ABOVE + room
    return joined(*lines, element("line", x1=0, x2=WIDTH, y1=base, y2=base, class_="base"))


def _dates(axis: Axis, height: int) -> Markup:
    step = WIDTH / axis.count
    return joined(
        *(
            element("text", label, x=f"{bar * step:.1f}", y=height - 6, class_="tick")
            for bar, label in axis.ticks(most=12)
            if bar * step < WIDTH - _LABEL
        )
    )
