"""Tables of the page, and its sections that are little more. `page` puts them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from opsloop.backtest.report import Report, RuleReport
from opsloop.backtest.said import remarks
from opsloop.backtest.tally import Example, Fired
from opsloop.markup import Child, Markup, element, joined
from opsloop.output import counted


def table(columns: Sequence[tuple[str, str | None]], rows: Iterable[Sequence[Child]]) -> Markup:
    """A table; each column has a title and a class."""
    head = element("tr", *(element("th", title, class_=style) for title, style in columns))
    body = [
        element(
            "tr",
            *(
                element("td", cell, class_=style)
                for cell, (_, style) in zip(row, columns, strict=True)
            ),
        )
        for row in rows
    ]
    return element("table", element("thead", head), element("tbody", *body))


def examples(latest: Iterable[Example], *, held: bool = False) -> Markup:
    """Executions to look at; `held`: with what holds them back in the other version."""
    columns = [("Time", "time"), ("Resource", "wide"), ("By", "by"), ("Event", "wide")]
    if held:
        columns.append(("Held back by", "wide"))
    rows = [
        (
            example.time,
            element("code", example.resource or "-"),
            example.actor or "-",
            _read_from(example),
            *([example.reason] if held else []),
        )
        for example in latest
    ]
    return table(columns, rows)


def _read_from(example: Example) -> Markup:
    """The event's identity and its file; the file's folder shows on hovering."""
    place = f"{example.place}:{example.line}"
    file = element("small", place.rpartition("/")[2], title=place, class_="faint")
    return joined(element("code", example.identity), " ", file)


def refusals_table(rule: RuleReport) -> Iterator[Markup]:
    """What each guard held back, and why the last time."""
    if not rule.tally.refused:
        return
    yield element("h3", "Held back by guards")
    columns = (("Executions", "number"), ("Guard", "name"), ("Last", "time"), ("Why", "wide whole"))
    rows = [
        (f"{fired.executions:,}", guard, one.time, _refusal(one))
        for guard, fired in sorted(rule.tally.refused.items())
        for one in fired.examples[:1]
    ]
    yield table(columns, rows)


def _refusal(example: Example) -> Markup:
    about = element("code", example.resource) if example.resource else None
    return joined(example.reason, " ", about)


def comparison(report: Report) -> Iterator[Markup]:
    """What another version of the rules would have done otherwise."""
    against = report.asked.against
    if against is None:
        return
    yield element("h2", f"Against {against}")
    rules = [rule for rule in report.rules if rule.compared]
    if not rules:
        yield element("p", "The rules are the same.")
        return
    columns = (
        ("Rule", "name"),
        ("Newly", "number good"),
        ("No longer", "number bad"),
        ("", "whole"),
    )
    rows = [
        (rule.rule, f"{rule.tally.newly.executions:,}", f"{rule.tally.no_longer.executions:,}", "")
        for rule in rules
    ]
    yield element("div", table(columns, rows), class_="panel")
    for rule in rules:
        yield from _changes(rule)


def _changes(rule: RuleReport) -> Iterator[Markup]:
    changes: tuple[tuple[str, Fired], ...] = (
        ("would run now", rule.tally.newly),
        ("would no longer run", rule.tally.no_longer),
    )
    for said, fired in changes:
        if fired.executions:
            count = counted(fired.executions, "execution")
            summary = element("summary", rule.rule, element("span", f"{said}: {count}"))
            yield element("details", summary, examples(fired.examples, held=True))


def left_out(report: Report) -> Iterator[Markup]:
    """What was not counted and why."""
    said = [element("li", remark) for remark in remarks(report)]
    if said:
        yield joined(element("h2", "To know"), element("ul", *said, class_="plain"))
    tally = report.tally
    if tally.broken:
        rows = [(f"{one.place}:{one.line}", one.why) for one in tally.breakages]
        more = tally.broken - len(rows)
        yield joined(
            element("h2", f"{counted(tally.broken, 'broken record')}, left out"),
            element("div", table((("Place", "wide"), ("Why", "wide")), rows), class_="panel"),
            element("p", f"and {more:,} more") if more > 0 else None,
        )
