"""What a source cannot contain, so that a rule which never fired is not taken for a quiet one.

CloudTrail's files hold calls and sign-ins, and nothing that a service tells EventBridge itself:
no findings of GuardDuty, no state changes, no alarms. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from chalicelib.events.alarms import CONTRIBUTOR_TYPE, DETAIL_TYPE, SOURCE
from chalicelib.plan import Plan
from opsloop.backtest.cloudtrail import DETAIL_TYPES, reads_only
from opsloop.backtest.records import Kind
from opsloop.patterns import Pattern
from opsloop.patterns.branches import Branch, Field
from opsloop.patterns.operators import Exactly
from opsloop.patterns.tokens import quoted


class _Holds(NamedTuple):
    """What may be in a source of a kind; no detail-types: anything."""

    said: str
    detail_types: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


_KINDS: Mapping[Kind, _Holds] = {
    "cloudtrail": _Holds("CloudTrail's records", tuple(DETAIL_TYPES.values())),
    "alarm history": _Holds("alarm history", (DETAIL_TYPE, CONTRIBUTOR_TYPE), (SOURCE,)),
    "events": _Holds("recorded events"),
    "sns": _Holds("messages of SNS"),
}
_ON_BUS: frozenset[Kind] = frozenset({"cloudtrail", "alarm history", "events"})


def unheard(plan: Plan, kinds: Collection[Kind]) -> str | None:
    """Why events of these kinds can never wake the rule; None: they can."""
    if not kinds or any(_may_wake(plan, kind) for kind in kinds):
        return None
    said = " and ".join(_KINDS[kind].said for kind in sorted(kinds))
    return f"{said} cannot hold {_awaited(plan)}"


def _may_wake(plan: Plan, kind: Kind) -> bool:
    wire = plan["wire"]
    if "topic" in wire:
        return kind == "sns" or (kind == "alarm history" and plan["trigger"] == "alarm")
    if "pattern" not in wire or kind not in _ON_BUS:
        return False
    return any(_may_match(branch, kind) for branch in Pattern(wire["pattern"]).branches)


def _may_match(branch: Branch, kind: Kind) -> bool:
    fields, holds = _by_name(branch), _KINDS[kind]
    for name, values in (("detail-type", holds.detail_types), ("source", holds.sources)):
        if name in fields and values and not _takes_one(fields[name], values):
            return False
    return kind != "cloudtrail" or not _reads_only(fields)


def _takes_one(field: Field, values: Collection[str]) -> bool:
    tokens = [quoted(value) for value in values]
    return any(operator.holds(token) for operator in field.operators for token in tokens)


def _reads_only(fields: Mapping[str, Field]) -> bool:
    """Whether a branch waits for nothing but calls that EventBridge keeps to itself."""
    names = list(_literals(fields.get("detail.eventName")))
    sources = list(_literals(fields.get("source"))) or [""]
    return bool(names) and all(
        reads_only(source.removeprefix("aws."), name) for name in names for source in sources
    )


def _literals(field: Field | None) -> Iterator[str]:
    """The texts of a field that asks for nothing else."""
    operators = field.operators if field else ()
    if all(isinstance(operator, Exactly) for operator in operators):
        yield from (operator.token[1:-1] for operator in operators if isinstance(operator, Exactly))


def _awaited(plan: Plan) -> str:
    wire = plan["wire"]
    if "pattern" not in wire:
        return {"schedule": "ticks of a schedule", "topic": "messages of SNS"}.get(
            next(iter(wire)), "manual runs"
        )
    branches = [_by_name(branch) for branch in Pattern(wire["pattern"]).branches]
    said = _listed(branches, "detail-type") or "such events"
    if all(map(_reads_only, branches)):
        said = f"{_listed(branches, 'detail.eventName')}, which only read,"
    sources = _listed(branches, "source")
    return f"{said} from {sources}" if sources else said


def _by_name(branch: Branch) -> dict[str, Field]:
    return {field.name: field for field in branch.fields}


def _listed(branches: Iterable[Mapping[str, Field]], name: str) -> str:
    texts = [text for fields in branches for text in _literals(fields.get(name))]
    return " or ".join(dict.fromkeys(texts))
