"""Permissions as lines, and the words around them: what terminals and pull requests share. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from opsloop.output import plain
from opsloop.planning.danger import danger
from opsloop.planning.diff import UnitDiff
from opsloop.planning.legible import legible
from opsloop.planning.permissions import Gain
from opsloop.planning.report import Report
from opsloop.planning.safeguards import Loosening
from opsloop.planning.state import Unread


@dataclass(frozen=True, slots=True)
class Told:
    """One permission in words. `danger` is why to look twice, `beside` what else to know."""

    permission: str
    danger: str | None = None
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """What these rules gain, or lose, alike; `ordinary` come and go with every rule."""

    rules: tuple[str, ...]
    told: tuple[Told, ...]
    ordinary: int = 0

    @property
    def title(self) -> str:
        """All their names."""
        return ", ".join(map(plain, self.rules))


@dataclass(frozen=True, slots=True)
class Loosened:
    """What holds these rules back less, alike."""

    rules: tuple[str, ...]
    told: tuple[Loosening, ...]

    @property
    def title(self) -> str:
        """All their names."""
        return ", ".join(map(plain, self.rules))


#: rules that gain the same are told together from so many on
TOGETHER = 3
_ONE_LINE = 100_000


def sections(report: Report, *, more: bool) -> list[Section]:
    """By rule. What is to be looked at twice comes first: no length of list may hide it."""
    rules: dict[Told, list[str]] = {}
    own: Counter[str] = Counter()
    for one, gain in report.gains(more=more):
        if _goes_without_saying(report, one, gain):
            own[one.unit.name] += 1
        else:
            rules.setdefault(told(gain), []).append(one.unit.name)
    return sorted(_sections(rules, own), key=lambda one: all(map(_is_harmless, one.told)))


def _sections(rules: Mapping[Told, list[str]], own: Counter[str]) -> Iterator[Section]:
    """What is to be looked at twice apart from the rest, even of one rule."""
    said: dict[tuple[bool, tuple[str, ...]], list[Told]] = {}
    for one, names in rules.items():
        for key in [tuple(names)] if len(names) >= TOGETHER else [(name,) for name in names]:
            said.setdefault((_is_harmless(one), key), []).append(one)
    for name in own:
        said.setdefault((True, (name,)), [])
    for (harmless, alike), there in said.items():
        yield Section(alike, tuple(there), own[alike[0]] if harmless and len(alike) == 1 else 0)


def _is_harmless(one: Told) -> bool:
    return one.danger is None


def summary(report: Report) -> str:
    """What Terraform ends with."""
    if not report.difference:
        whole = f"No changes: {report.stage['stage']} is as {_whose(report)}."
        return "No changes in what could be read." if report.unread else whole
    count = report.summary()
    renamed = f", {count['rename']} of them renamed" if count["rename"] else ""
    return (
        f"Plan: {count['add']} to add, {count['change']} to change, "
        f"{count['destroy']} to destroy{renamed}."
    )


def permissions_summary(report: Report) -> str:
    """How many permissions are gained and lost, those that every rule has counted apart."""
    gained, dangerous = _counted(sections(report, more=True))
    lost, _ = _counted(sections(report, more=False))
    if not gained and not lost:
        return "No IAM permission changes."
    look = f", {dangerous} to look at twice" if dangerous else ""
    return f"Permissions: {gained} gained{look}; {lost} lost."


def loosenings(report: Report) -> list[Loosened]:
    """What holds rules back less than before, by rule; the same of many rules once."""
    rules: dict[str, tuple[Loosening, list[str]]] = {}
    for one in report.difference.bolder:
        for each in one.loosened:
            rules.setdefault(repr(each), (each, []))[1].append(one.rule)
    told: dict[tuple[str, ...], list[Loosening]] = {}
    for each, names in rules.values():
        for key in [tuple(names)] if len(names) >= TOGETHER else [(name,) for name in names]:
            told.setdefault(key, []).append(each)
    return [Loosened(key, tuple(there)) for key, there in told.items()]


def safeguards_title(report: Report) -> str:
    """What stands above them."""
    kinds = [each.kind for one in report.difference.bolder for each in one.loosened]
    return "Safeguards changed" if set(kinds) == {"changed"} else "Safeguards loosened"


def safeguards_summary(report: Report) -> str | None:
    """How many safeguards hold back less than before; None where none does."""
    kinds = [each.kind for one in report.difference.bolder for each in one.loosened]
    other = kinds.count("changed")
    counted = {"loosened": len(kinds) - other, "changed, maybe loosened": other}
    said = "; ".join(f"{number} {what}" for what, number in counted.items() if number)
    return f"Safeguards: {said}." if said else None


def loosening(one: Loosening) -> tuple[str, str]:
    """What became of a safeguard, and what it was and is."""
    what = legible(f"{one.what} {one.kind}")
    before = "its default" if one.before is None else _inline(one.before)
    if one.kind == "removed":
        return what, f"was {before}"
    after = "its default" if one.after is None else _inline(one.after)
    return what, f"{before} → {after}"


def _inline(value: Any) -> str:
    """A value on one line, as YAML has it."""
    if isinstance(value, str):
        return legible(value)
    text = yaml.safe_dump(value, sort_keys=False, default_flow_style=True, width=_ONE_LINE)
    return legible(text.removesuffix("...\n").strip())


def _counted(there: list[Section]) -> tuple[int, int]:
    """How many permissions, and how many of them to look at twice, rule by rule."""
    dangerous = [sum(not _is_harmless(each) for each in one.told) for one in there]
    return (
        sum(len(one.told) * len(one.rules) for one in there),
        sum(count * len(one.rules) for count, one in zip(dangerous, there, strict=True)),
    )


def ordinary(section: Section) -> str:
    """The permissions that nobody has to review."""
    return f"{section.ordinary} that every rule has: its log, its journal, its dead letters"


def unread(reads: Iterable[Unread]) -> Iterator[str]:
    """What AWS would not tell, the same of many resources once."""
    alike: dict[tuple[str, str], list[Unread]] = {}
    for one in reads:
        # AWS's reasons name the resource; what kind of error it is stands before that
        key = (one.what.partition(" ")[0], one.why.partition(")")[0])
        alike.setdefault(key, []).append(one)
    for first, *others in alike.values():
        more = f" and {len(others)} more" if others else ""
        yield plain(f"{first.what}{more}: {first.why}")


def where(report: Report) -> str:
    """The stage, and what its rules are held against."""
    stage = report.stage
    place = f"{stage['account']} {stage['region']}"
    return plain(f"stage {stage['stage']} ({place}), against {report.base}")


def _whose(report: Report) -> str:
    return "these rules ask for" if report.base.revision is None else f"at {report.base}"


def _goes_without_saying(report: Report, one: UnitDiff, gain: Gain) -> bool:
    """Only where a whole rule comes or goes: to gain or lose one of them alone is news."""
    return one.action in ("add", "destroy") and report.is_ordinary(one, gain)


def told(gain: Gain) -> Told:
    """One permission in words."""
    return Told(
        legible(gain.permission),
        danger(gain.permission) if gain.more else None,
        _beside(gain),
    )


def _beside(gain: Gain) -> str | None:
    """What it takes the place of, and whether it changes anything at all."""
    if gain.within is not None:
        still = "already" if gain.kind in ("gained", "widened") else "still"
        return f"{still} allowed: {legible(gain.within)}"
    if not gain.others:
        return None
    others = "; ".join(_difference(gain, one) for one in gain.others)
    return f"widened, was {others}" if gain.kind == "widened" else f"narrowed to {others}"


def _difference(gain: Gain, other: object) -> str:
    """The other permission, its action left out where that is the same."""
    return legible(str(other).removeprefix(f"{gain.permission.action} on "))
