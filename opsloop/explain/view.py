"""An explanation for people: one line for each rule, or one rule in full."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from chalicelib.expressions.values import shown
from opsloop.explain.explaining import EventExplained
from opsloop.explain.records import Criterion, Miss, RuleExplained
from opsloop.output import plain
from opsloop.patterns import FieldExplained
from opsloop.tables import Rows

_STYLES = {
    "runs": "bold green",
    "undecided": "yellow",
    "not here": "yellow",
    "fails": "bold red",
    "not met": "cyan",
    "no match": "dim",
}
_HELD, _MISSED = Text("yes", "green"), Text("no", "red")


def listing(explained: EventExplained) -> RenderableType:
    """All rules, nearest first."""
    columns = ("OUTCOME", "MODE", "RULE", "WHY")
    return Group(_heading(explained), Rows(columns, map(_row, explained.rules)))


def details(explained: EventExplained) -> RenderableType:
    """One rule in full: each field of its pattern, each criterion."""
    parts: list[RenderableType] = [_heading(explained)]
    for rule in explained.rules:
        parts.append(Rows(("", "", "", ""), [_row(rule)], header=False))
        parts += _pattern(rule)
        parts += _criteria(rule)
    return Group(*parts)


def _heading(explained: EventExplained) -> Text:
    event = explained.event
    said = f"{event.envelope['detail-type']} from {event.envelope['source']}"
    by = f" by SNS {explained.topic}" if explained.topic else ""
    where = f"{event.time}, {event.account} {event.region}{by}"
    heading = Text.assemble((plain(said), "bold"), (plain(f"  {where}"), "dim"))
    if explained.elsewhere is not None:
        heading.append(f"\n{plain(explained.elsewhere)}", "yellow")
    return heading


def _row(rule: RuleExplained) -> tuple[Text, str, str, str]:
    outcome = Text(rule.outcome, _STYLES[rule.outcome])
    return outcome, rule.mode, rule.rule, "; ".join(filter(None, (rule.absent, _why(rule))))


def _why(rule: RuleExplained) -> str:
    if rule.miss is not None:
        return f"{_missed(rule, rule.miss)}{_beside(rule)}"
    count = f"{rule.executions} execution{'' if rule.executions == 1 else 's'}"
    if rule.executions < rule.elements:
        count += f" of {rule.elements} elements"
    if rule.needs:
        needs = ", ".join(f"facts.{name}" for name in rule.needs)
        return f"{count}, if {needs} say so: facts are not looked up here"
    return count


def _beside(rule: RuleExplained) -> str:
    """What of the pattern, where the event came by another road than the rule's."""
    if rule.pattern is None or rule.miss is None or rule.miss.part != "trigger":
        return ""
    failure = rule.pattern.first_failure
    return f"; and {failure}" if failure else "; but for that its pattern matches"


def _missed(rule: RuleExplained, miss: Miss) -> str:
    more = f", and {miss.more} more" if miss.more else ""
    if rule.outcome == "fails":
        return miss.seen
    if miss.part == "criteria":
        return f"{miss.wanted}: {miss.seen}{more}"
    return f"{miss.path}: wanted {miss.wanted}, found {miss.seen}{more}"


def _pattern(rule: RuleExplained) -> Iterator[RenderableType]:
    if rule.pattern is None:
        return
    branches = len(rule.pattern.branches)
    of = f", the nearest of {branches} alternatives" if branches > 1 else ""
    yield Text(f"\nPattern{of}", "bold")
    fields = rule.pattern.nearest.fields
    yield Rows(("HELD", "FIELD", "WANTED", "FOUND"), [_field(field) for field in fields])


def _field(field: FieldExplained) -> tuple[Text, str, str, str]:
    wanted = " or ".join(operator.wanted for operator in field.operators)
    if field.apart:
        wanted += f" in the same array element as {', '.join(field.apart)}"
    seen = ", ".join(field.seen) or "nothing"
    return _HELD if field.held else _MISSED, field.path, wanted, seen


def _criteria(rule: RuleExplained) -> Iterator[RenderableType]:
    if not rule.criteria:
        return
    yield Text("\nCriteria on the event", "bold")
    fanned = any(criterion.element is not None for criterion in rule.criteria)
    columns = (
        ("MET", "ELEMENT", "CRITERION", "BECAUSE") if fanned else ("MET", "CRITERION", "BECAUSE")
    )
    yield Rows(columns, [_criterion(criterion, fanned=fanned) for criterion in rule.criteria])


def _criterion(criterion: Criterion, *, fanned: bool) -> tuple[str | Text, ...]:
    met = _HELD if criterion.met else _MISSED
    element = (str(criterion.element),) if fanned else ()
    return (met, *element, criterion.text, "" if criterion.met else _because(criterion))


def _because(criterion: Criterion) -> str:
    if criterion.reason:
        return criterion.reason
    return f"{criterion.path} is {shown(criterion.value)}"
