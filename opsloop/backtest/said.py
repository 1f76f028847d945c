"""A report in words: what the terminal and the page say alike. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opsloop.backtest.guards import MOST_KEYS, is_bound
from opsloop.backtest.report import Report, RuleReport
from opsloop.backtest.tally import Capped
from opsloop.output import counted

_MOST_NAMED = 3
ALARMS_UNKNOWN = (
    "alarm history holds no dimensions: what reads alarm.dimensions is not met; "
    "--alarms FILE, the output of `aws cloudwatch describe-alarms`, brings them"
)


def at_least(count: int, *, more: bool) -> str:
    """A number that may be a lower bound."""
    return f"{count:,}{'+' if more else ''}"


def met(report: RuleReport) -> str:
    """How many executions the criteria admit; `up to`, where facts have a say too."""
    count = report.tally.fired.executions
    return f"≤ {count:,}" if report.needs and count else f"{count:,}"


def executions(report: RuleReport) -> str:
    """How often it would have run; about so often, where facts and several guards have a say."""
    return f"{_sign([report])}{report.runs.executions:,}"


def all_executions(report: Report) -> str:
    """The same of all rules together."""
    return f"{_sign(report.rules)}{sum(rule.runs.executions for rule in report.rules):,}"


def _sign(rules: Sequence[RuleReport]) -> str:
    undecided = [rule.plan for rule in rules if rule.plan and rule.needs and not rule.never]
    if not undecided:
        return ""
    return "≤ " if all(map(is_bound, undecided)) else "~ "


def range_of(report: Report) -> str:
    """The time of the events that were counted."""
    hours = report.tally.hours.counts
    if not hours:
        return "none in that time" if report.asked.since or report.asked.until else "no events"
    first, last = (hour.replace("T", " ") for hour in (min(hours), max(hours)))
    return f"{first}:00 to {last}:59 UTC"


def remarks(report: Report) -> Iterator[str]:
    """What to know of the whole: what was left out and why."""
    tally = report.tally
    for reason, count in tally.undelivered.counts.most_common():
        yield f"{count:,} not delivered by EventBridge: {reason}"
    if tally.outside:
        yield f"{counted(tally.outside, 'event')} outside of the time range"
    if tally.duplicates:
        duplicates = at_least(tally.duplicates, more=report.forgetful)
        yield f"{duplicates} duplicate{'' if tally.duplicates == 1 else 's'}, counted once"
    for what, passed in report.passed.items():
        if passed:
            yield f"not read: {passed:,} {what}"
    if "alarm history" in tally.kinds and not report.asked.alarms:
        yield ALARMS_UNKNOWN
    yield from _elsewhere(report)
    yield from _assumed(report)


def asks_guards(report: Report) -> bool:
    """Whether any execution came before guards."""
    return any(rule.guarded and rule.tally.fired.executions for rule in report.rules)


def _assumed(report: Report) -> Iterator[str]:
    """How guards were asked, as far as any rule had to ask them."""
    asked = [rule for rule in report.rules if rule.tally.fired.executions]
    if asks_guards(report):
        yield "guards are asked in the order of the events, and remember nothing from before them"
    said: dict[tuple[str, str], list[str]] = {}
    for rule in asked:
        for assumption in rule.assumed.items():
            said.setdefault(assumption, []).append(rule.rule)
    for (guard, words), rules in said.items():
        yield f"{guard}: {words} ({_some(rules)})"
    if forgetful := [rule.rule for rule in asked if rule.tally.forgetful]:
        yield f"more than {MOST_KEYS:,} keys at a time, some forgotten ({_some(forgetful)})"


def _some(rules: list[str]) -> str:
    shown, more = rules[:_MOST_NAMED], len(rules) - _MOST_NAMED
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _elsewhere(report: Report) -> Iterator[str]:
    count = sum(rule.tally.elsewhere for rule in report.rules)
    if not count:
        return
    asked = report.asked
    place = f"{asked.account} {asked.region}, where stage {asked.stage} is"
    if report.asked.here:
        yield f"{counted(count, 'match', 'matches')} left out: not in {place}"
    else:
        yield f"{counted(count, 'match', 'matches')} not in {place}: --here leaves those out"


def why(report: RuleReport) -> str:
    """Why a rule fired less often than its pattern matched, or never."""
    return "; ".join(_why(report))


def _why(report: RuleReport) -> Iterator[str]:
    tally = report.tally
    if report.plan is None:
        yield "removed"
    elif report.unheard:
        yield f"cannot be told: {report.unheard}"
    elif not tally.matched:
        yield "never: its pattern matched no event" if "pattern" in report.plan["wire"] else "never"
    for guard, fired in sorted(tally.refused.items()):
        yield f"{fired.executions:,} refused by {guard}"
    if report.needs and tally.fired.executions:
        needs = ", ".join(f"facts.{name}" for name in report.needs)
        yield f"undecided: {needs}"
    yield from _reasons(tally.unmet, "not met")
    yield from _reasons(tally.failures, "failed")


def _reasons(capped: Capped, word: str) -> Iterator[str]:
    for text, count in capped.counts.most_common(2):
        yield f"{count:,} {word}: {text}"
    if len(capped.counts) > 2:  # noqa: PLR2004 - what was said above
        yield f"and {len(capped.counts) - 2} other criteria"
