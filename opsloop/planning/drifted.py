"""Drift for people at a terminal: by resource, what is expected, what was found, how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from opsloop.output import plain
from opsloop.planning import review
from opsloop.planning.diff import ABSENT, Change
from opsloop.planning.drift import DriftReport, Finding, deploying
from opsloop.planning.lines import PLAIN, differing, is_short, value, written
from opsloop.planning.text import STYLES, hanging, permission, shown

_INDENT = 6


def view(report: DriftReport) -> RenderableType:
    """All of it."""
    stage = report.stage
    place = f"stage {stage['stage']} ({stage['account']} {stage['region']})"
    against = f", against {report.against}" if report.against else ""
    heading = Text.assemble(("opsloop drift", "bold"), (plain(f"  {place}{against}"), "dim"))
    parts: list[RenderableType] = [heading, Text()]
    for resource, there in groupby(report.findings, key=lambda one: one.resource):
        parts.append(Text(f"  {plain(resource)}", "bold"))
        for one in there:
            parts += _finding(one)
        parts.append(Text())
    parts += [Text.assemble(("note ", "cyan"), plain(note)) for note in report.notes]
    for said in review.unread(report.unread):
        parts.append(Text.assemble(("not read ", "bold red"), said))
    parts.append(Text(_summary(report), "bold"))
    if not report.deployed:
        parts.append(Text("Deploy it, from a checkout of what is to run:"))
        parts += [Text(f"  {plain(one)}", "cyan") for one in deploying(report.stage)]
    return Group(*parts)


def _summary(report: DriftReport) -> str:
    stage, count = report.stage["stage"], len(report.findings)
    if not report.deployed:
        return f"Nothing of {stage} is deployed."
    if count:
        return (
            f"Drift: {count} {'setting' if count == 1 else 'settings'} of {stage} changed by hand."
        )
    if report.unread:
        return f"No drift in what of {stage} could be read."
    return f"No drift: {stage} is as it was deployed."


def _finding(one: Finding) -> Iterator[RenderableType]:
    change = one.change
    mark = "+" if change.before is ABSENT else "-" if change.after is ABSENT else "~"
    gone = len(change.path) == 1
    title = "it is gone, or never was deployed" if gone else plain(one.what)
    yield hanging(Text(mark, STYLES[mark]), Text(title), 4)
    if one.permissions:
        yield from _permissions(one)
    elif not gone:
        yield from _sides(change)
    yield hanging(Text("mend    "), Text(plain(one.mend), "cyan"), _INDENT)


def _permissions(one: Finding) -> Iterator[RenderableType]:
    for gain in one.permissions:
        yield from permission(review.told(gain), "+" if gain.kind in ("gained", "widened") else "-")


def _sides(change: Change) -> Iterator[RenderableType]:
    if not is_short(change.before) or not is_short(change.after):
        yield from map(shown, differing(written(change.before), written(change.after)))
        return
    for name, side, style in (("expected", change.before, "green"), ("found", change.after, "red")):
        yield hanging(Text(name.ljust(8)), Text(_said(change, side), style), _INDENT)


def _said(change: Change, side: Any) -> str:
    if side is ABSENT:
        return "nothing"
    return "there" if change.path[0] in PLAIN else plain(value(side))
