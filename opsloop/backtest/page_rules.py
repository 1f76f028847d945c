"""The page's part on each rule: one line for all, and the particulars of those that ran."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opsloop.backtest.axis import Axis
from opsloop.backtest.charts import Series, chart, spark
from opsloop.backtest.page_tables import examples, refusals_table, table
from opsloop.backtest.report import Report, RuleReport
from opsloop.backtest.said import asks_guards, at_least, executions, met, why
from opsloop.backtest.tally import Capped
from opsloop.markup import Child, Markup, element, joined
from opsloop.output import counted

#: bars in a line of the table, and in a rule's own chart
_SMALL, _LARGE = 62, 124
_MOST_RESOURCES = 8


def rules_table(report: Report) -> Markup:
    """All rules, those that ran most first."""
    axis = Axis.over(report.tally.hours.counts, _SMALL)
    guards = (("Met", "number"), ("Refused", "number")) if asks_guards(report) else ()
    columns = (
        ("Rule", "name"),
        ("Events", "number"),
        *guards,
        ("Executions", "number"),
        ("Resources", "number"),
        ("When", None),
        ("Why not more", "wide faint"),
    )
    return table(columns, [_line(report, rule, axis) for rule in report.rules])


def _line(report: Report, rule: RuleReport, axis: Axis | None) -> tuple[Child, ...]:
    runs = rule.runs
    style = "faint" if rule.never else ("open" if rule.needs else "good")
    told = rule.plan["pack"] if rule.plan else "no longer there"
    bars = None
    if axis is not None and rule.tally.fired.executions:
        bars = spark(axis, _bars(rule, axis))
    return (
        joined(rule.rule, element("small", told)),
        "-" if rule.unheard else f"{rule.tally.matched:,}",
        *(_guarded(rule) if asks_guards(report) else ()),
        element("b", "-" if rule.unheard else executions(rule), class_=style),
        "" if rule.never else at_least(len(runs.resources.counts), more=runs.resources.more),
        bars,
        why(rule),
    )


def _guarded(rule: RuleReport) -> tuple[str, str]:
    if rule.unheard:
        return "-", ""
    return met(rule), f"{rule.refused:,}" if rule.guarded else ""


def _bars(rule: RuleReport, axis: Axis) -> list[Series]:
    """What ran, and above it what guards held back."""
    return [Series(rule.rule, "c0", axis.bars(rule.runs.hours.counts)), *refusals([rule], axis)]


def refusals(rules: Iterable[RuleReport], axis: Axis) -> Iterator[Series]:
    """What guards held back, over all of these rules; nothing where they held back nothing."""
    refused = [fired.hours.counts for rule in rules for fired in rule.tally.refused.values()]
    if refused:
        bars = [axis.bars(counts) for counts in refused]
        yield Series("held back", "held", [sum(column) for column in zip(*bars, strict=True)])


def details(report: Report) -> Iterator[Markup]:
    """Each rule whose criteria were met, to be opened."""
    axis = Axis.over(report.tally.hours.counts, _LARGE)
    for place, rule in enumerate(report.rules):
        if axis is not None and rule.tally.fired.executions:
            yield _details(rule, axis, opened=place == 0)


def _details(rule: RuleReport, axis: Axis, *, opened: bool) -> Markup:
    fired, runs = rule.tally.fired, rule.runs
    said = f"{counted(runs.executions, 'execution')}, {fired.first} to {fired.last}"
    return element(
        "details",
        element("summary", rule.rule, element("span", said)),
        element("p", rule.plan["description"] if rule.plan else "", class_="faint"),
        chart(axis, _bars(rule, axis), 150),
        *refusals_table(rule),
        *_counts("Held back by criteria", "Criterion", rule.tally.unmet),
        *_counts("Would have failed", "Reason", rule.tally.failures),
        *_resources(rule),
        *([] if rule.never else [element("h3", "The latest"), examples(runs.examples)]),
        open="" if opened else None,
    )


def _resources(rule: RuleReport) -> Iterator[Markup]:
    """Those that stand out, where any does."""
    top = rule.runs.resources.counts.most_common(_MOST_RESOURCES)
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
