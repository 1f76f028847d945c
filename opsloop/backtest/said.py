"""A report in words: what the terminal and the page say alike. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from opsloop.backtest.report import Report, RuleReport
from opsloop.backtest.tally import Capped

ALARMS_UNKNOWN = (
    "alarm history holds no dimensions: what reads alarm.dimensions is not met; "
    "--alarms FILE, the output of `aws cloudwatch describe-alarms`, brings them"
)


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 event`, `2,000 events`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def at_least(count: int, *, more: bool) -> str:
    """A number that may be a lower bound."""
    return f"{count:,}{'+' if more else ''}"


def executions(report: RuleReport) -> str:
    """How often it would have run; `up to`, where facts have a say too."""
    count = report.tally.fired.executions
    return f"≤ {count:,}" if report.needs and count else f"{count:,}"


def range_of(report: Report) -> str:
    """The time of the events that were counted."""
    hours = report.tally.hours.counts
    if not hours:
        return "no events"
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
