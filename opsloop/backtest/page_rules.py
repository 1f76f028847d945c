"""The page's part on each rule: one line for all, and the particulars of those that ran."""

from __future__ import annotations

from collections.abc import Iterator

from opsloop.backtest.axis import Axis
from opsloop.backtest.charts import Series, chart, spark
from opsloop.backtest.markup import Child, Markup, element, joined
from opsloop.backtest.page_tables import examples, table
from opsloop.backtest.report import Report, RuleReport
from opsloop.backtest.said import at_least, counted, executions, why
from opsloop.backtest.tally import Capped

#: bars in a line of the table, and in a rule's own chart
_SMALL, _LARGE = 62, 124
_MOST_RESOURCES = 8


def rules_table(report: Report) -> Markup:
    """All rules, those that ran most first."""
    axis = Axis.over(report.tally.hours.counts, _SMALL)
    columns = (
        ("Rule", "name"),
        ("Events", "number"),
        ("Executions", "number"),
        ("Resources", "number"),
        ("When", None),
        ("Why not more", "wide faint"),
    )
    return table(columns, [_line(rule, axis) for rule in report.rules])


def _line(rule: RuleReport, axis: Axis | None) -> tuple[Child, ...]:
    fired = rule.tally.fired
    style = "faint" if rule.never else ("open" if rule.needs else "good")
    told = rule.plan["pack"] if rule.plan else "no longer there"
    bars = None
    if axis is not None and not rule.never:
        bars = spark(axis, axis.bars(fired.hours.counts), "c0")
    return (
        joined(rule.rule, element("small", told)),
        "-" if rule.unheard else f"{rule.tally.matched:,}",
        element("b", "-" if rule.unheard else executions(rule), class_=style),
        "" if rule.never else at_least(len(fired.resources.counts), more=fired.resources.more),
        bars,
        why(rule),
    )


def details(report: Report) -> Iterator[Markup]:
    """Each rule that ran, to be opened."""
    axis = Axis.over(report.tally.hours.counts, _LARGE)
    for place, rule in enumerate(report.rules):
        if axis is not None and not rule.never:
            yield _details(rule, axis, opened=place == 0)


def _details(rule: RuleReport, axis: Axis, *, opened: bool) -> Markup:
    fired = rule.tally.fired
    said = f"{counted(fired.executions, 'execution')}, {fired.first} to {fired.last}"
    bars = Series(rule.rule, "c0", axis.bars(fired.hours.counts))
    return element(
        "details",
        element("summary", rule.rule, element("span", said)),
        element("p", rule.plan["description"] if rule.plan else "", class_="faint"),
        chart(axis, [bars], 150),
        *_counts("Held back by criteria", "Criterion", rule.tally.unmet),
        *_counts("Would have failed", "Reason", rule.tally.failures),
        *_resources(rule),
        element("h3", "The latest"),
        examples(fired.examples),
        open="" if opened else None,
    )


def _resources(rule: RuleReport) -> Iterator[Markup]:
    """Those that stand out, where any does."""
    top = rule.tally.fired.resources.counts.most_common(_MOST_RESOURCES)
    if not top or top[0][1] == 1:
        return
    yield element("h3", "Resources it would have run for most often")
    columns = (("Executions", "number"), ("Resource", "wide whole"))
    yield table(columns, [(f"{count:,}", element("code", name)) for name, count in top])


def _counts(title: str, column: str, capped: Capped) -> Iterator[Markup]:
    if not capped.counts:
        return
    yield element("h3", title)
    rows = [(f"{count:,}", element("code", text)) for text, count in capped.counts.most_common()]
    yield table((("Executions", "number"), (column, "wide whole")), rows)
