"""The report as a page: one file, no scripts, nothing fetched from anywhere.

`page` is what the command writes; `page_rules` has the part on each rule. What comes from
events is escaped by `markup`, and the page's own policy forbids everything but its style.
"""

from __future__ import annotations

from collections.abc import Iterator

from opsloop.backtest.axis import Axis
from opsloop.backtest.charts import Series, chart
from opsloop.backtest.page_rules import details, refusals, rules_table
from opsloop.backtest.page_style import STYLE
from opsloop.backtest.page_tables import comparison, left_out
from opsloop.backtest.report import Report, RuleReport
from opsloop.backtest.said import all_executions, at_least, range_of
from opsloop.markup import Markup, element, joined
from opsloop.output import counted

#: bars of the chart over all rules
_MOST_BARS = 124
#: rules that have a colour of their own there; the others share the last one
_COLOURS = 6
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(report: Report) -> str:
    """The whole page."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "opsloop backtest"),
        element("style", Markup(STYLE)),
    )
    body = element("body", element("main", *_sections(report)))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _sections(report: Report) -> Iterator[Markup]:
    axis = Axis.over(report.tally.hours.counts, _MOST_BARS)
    yield _heading(report)
    yield _figures(report)
    if axis is not None:
        yield _over_time(report, axis)
    yield from comparison(report)
    yield joined(element("h2", "Rules"), element("div", rules_table(report), class_="panel"))
    yield from details(report)
    yield from left_out(report)
    yield _footer(report)


def _heading(report: Report) -> Markup:
    asked = report.asked
    where = ", ".join(asked.places)
    return joined(
        element("h1", "What the rules would have done"),
        element(
            "p",
            element("b", range_of(report)),
            f", stage {asked.stage} ({asked.account} {asked.region}), events from {where}",
            class_="lead wide",
        ),
    )


def _figures(report: Report) -> Markup:
    tally = report.tally
    refused = sum(rule.refused for rule in report.rules)
    open_ = any(rule.needs and not rule.never for rule in report.rules)
    fired = sum(not rule.never for rule in report.rules)
    figures = [
        (f"{tally.events:,}", f"events, of {counted(tally.records, 'record')} read"),
        (
            all_executions(report),
            "executions" + (", facts permitting" if open_ else ""),
        ),
        (f"{refused:,}", "executions held back by guards"),
        (f"{fired} of {len(report.rules)}", "rules would have run"),
        (at_least(tally.duplicates, more=report.forgetful), "duplicates, counted once"),
        (f"{tally.broken:,}", "broken records"),
    ]
    made = [
        element("div", element("b", figure), element("span", said), class_="figure")
        for figure, said in figures
    ]
    return element("div", *made, class_="figures")


def _over_time(report: Report, axis: Axis) -> Markup:
    fired = [rule for rule in report.rules if not rule.never]
    series = [*_series(fired, axis), *refusals(report.rules, axis)]
    runs = chart(axis, series, 240) if series else element("p", "No rule would have run.")
    legend = [
        element("li", element("i", class_=one.colour), f"{one.name} {sum(one.bars):,}")
        for one in series
    ]
    events = Series("events", "c6", axis.bars(report.tally.hours.counts))
    return joined(
        element("h2", "Executions over time"),
        element(
            "div",
            runs,
            element("ul", *legend, class_="legend"),
            element("h3", "All events"),
            chart(axis, [events], 110),
            class_="panel",
        ),
    )


def _series(fired: list[RuleReport], axis: Axis) -> Iterator[Series]:
    own, others = fired[:_COLOURS], fired[_COLOURS:]
    for place, rule in enumerate(own):
        yield Series(rule.rule, f"c{place}", axis.bars(rule.runs.hours.counts))
    if others:
        bars = [axis.bars(rule.runs.hours.counts) for rule in others]
        sums = [sum(column) for column in zip(*bars, strict=True)]
        yield Series(counted(len(others), "other rule"), f"c{_COLOURS}", sums)


def _footer(report: Report) -> Markup:
    tally = report.tally
    rate = f", {tally.records / report.seconds:,.0f} records a second" if report.seconds else ""
    said = f"{tally.size / 1e6:,.1f} MB of JSON in {counted(tally.inputs, 'file')}{rate}"
    facts = "Nothing was looked up and nothing ran."
    return element(
        "footer", element("p", facts), element("p", f"opsloop backtest, {report.made}: {said}.")
    )
