"""A report for people in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from opsloop.backtest.axis import Axis
from opsloop.backtest.report import Report, RuleReport
from opsloop.backtest.said import (
    asks_guards,
    at_least,
    executions,
    met,
    range_of,
    remarks,
    why,
)
from opsloop.backtest.tally import Example, Fired
from opsloop.output import counted, plain
from opsloop.tables import Rows

_BARS = "▁▂▃▄▅▆▇█"
#: bars of a sparkline
_WIDTH = 24
_MOST_BROKEN = 10


def listing(report: Report) -> RenderableType:
    """The whole report."""
    parts: list[RenderableType] = [_heading(report)]
    parts += [Text(plain(remark), "dim") for remark in remarks(report)]
    parts += [Text(""), _rules(report), *_reasons(report)]
    parts += [*_examples(report), *_refused(report), *_compared(report), *_broken(report)]
    return Group(*parts)


def _heading(report: Report) -> Text:
    tally = report.tally
    read = f"{counted(tally.events, 'event')}, {range_of(report)}"
    rate = f" ({tally.records / report.seconds:,.0f}/s)" if report.seconds >= 1 else ""
    records = f"{counted(tally.records, 'record')} in {counted(tally.inputs, 'file')}"
    files = f"{records}, {report.seconds:,.1f} s{rate}"
    return Text.assemble((plain(read), "bold"), (f"  {files}", "dim"))


def _rules(report: Report) -> Rows:
    guards = ("MET", "REFUSED") if asks_guards(report) else ()
    columns = ("RULE", "MATCHED", *guards, "RUNS", "RESOURCES", "WHEN")
    return Rows(columns, [_rule(report, rule) for rule in report.rules])


def _rule(report: Report, rule: RuleReport) -> tuple[str | Text, ...]:
    runs = rule.runs
    style = "dim" if rule.never else ("yellow" if rule.needs else "green")
    resources = at_least(len(runs.resources.counts), more=runs.resources.more)
    return (
        Text(rule.rule, style),
        "-" if rule.unheard else f"{rule.tally.matched:,}",
        *(_guarded(rule) if asks_guards(report) else ()),
        "-" if rule.unheard else executions(rule),
        "" if rule.never else resources,
        sparkline(report, runs),
    )


def _guarded(rule: RuleReport) -> tuple[str, str | Text]:
    """What criteria admit, and what of it guards hold back."""
    if rule.unheard:
        return "-", ""
    return met(rule), Text(
        f"{rule.refused:,}", "red" if rule.refused else ""
    ) if rule.guarded else ""


def _reasons(report: Report) -> Iterator[RenderableType]:
    rows = [(rule.rule, why(rule)) for rule in report.rules if why(rule)]
    if rows:
        yield Text("\nWhy not more often", "bold")
        yield Rows(("RULE", "WHY"), rows)


def sparkline(report: Report, fired: Fired) -> str:
    """Executions over the time of all events; blank where there were none."""
    axis = Axis.over(report.tally.hours.counts, _WIDTH)
    if axis is None or not fired.executions:
        return ""
    bars = axis.bars(fired.hours.counts)
    most = max(bars)
    return "".join(_BARS[(len(_BARS) - 1) * bar // most] if bar else " " for bar in bars)


def _examples(report: Report) -> Iterator[RenderableType]:
    rows = [
        (rule.rule, *_example(example))
        for rule in report.rules
        for example in rule.runs.examples[: _how_many(report)]
    ]
    if rows:
        yield Text("\nThe latest of each", "bold")
        yield Rows(("RULE", "TIME", "RESOURCE", "BY", "READ FROM"), rows)


def _how_many(report: Report) -> int:
    return 5 if len(report.rules) == 1 else 1


def _example(example: Example) -> tuple[str, str, str, str]:
    return (
        example.time,
        example.resource or "-",
        example.actor or "-",
        f"{example.place}:{example.line} ({example.identity})",
    )


def _refused(report: Report) -> Iterator[RenderableType]:
    """Where each guard said no last, with its arithmetic."""
    rows = [
        (rule.rule, guard, example.time, example.resource or "-", example.reason)
        for rule in report.rules
        for guard, fired in sorted(rule.tally.refused.items())
        for example in fired.examples[: _how_many(report)]
    ]
    if rows:
        yield Text("\nHeld back by guards, the latest of each", "bold")
        yield Rows(("RULE", "GUARD", "TIME", "RESOURCE", "WHY"), rows)


def _compared(report: Report) -> Iterator[RenderableType]:
    if report.asked.against is None:
        return
    yield Text(f"\nAgainst {plain(report.asked.against)}", "bold")
    rules = [rule for rule in report.rules if rule.compared]
    if not rules:
        yield Text("the rules are the same")
        return
    yield Rows(
        ("RULE", "CHANGE", "RUNS", "FOR EXAMPLE", "HELD BACK BY"),
        [row for r in rules for row in _changes(r)],
    )


def _changes(rule: RuleReport) -> Iterator[tuple[str | Text, ...]]:
    changes = (("newly", "green", rule.tally.newly), ("no longer", "red", rule.tally.no_longer))
    if not any(fired.executions for _, _, fired in changes):
        yield rule.rule, "none", "0", "it differs, and runs on the same events", ""
    for word, style, fired in changes:
        if fired.executions:
            latest = fired.examples[0]
            about = f"{latest.time} {latest.resource or latest.identity}"
            example = f"{about} ({latest.place}:{latest.line})"
            yield rule.rule, Text(word, style), f"{fired.executions:,}", example, latest.reason


def _broken(report: Report) -> Iterator[RenderableType]:
    tally = report.tally
    if not tally.broken:
        return
    yield Text(f"\n{counted(tally.broken, 'broken record')}, left out", "bold red")
    shown = tally.breakages[:_MOST_BROKEN]
    yield Rows(("PLACE", "WHY"), [(f"{one.place}:{one.line}", one.why) for one in shown])
    if tally.broken > len(shown):
        yield Text(f"and {tally.broken - len(shown):,} more")
