"""Which rules differ between two versions of a project. Called by `run` for `--against`."""

from __future__ import annotations

from opsloop.backtest.ruling import Version


def changed(now: Version, before: Version) -> frozenset[str]:
    """The rules that one of two versions has alone, or that differ."""
    if now.stage != before.stage:
        return frozenset({*now.plans, *before.plans})
    return frozenset(
        rule
        for rule in {*now.plans, *before.plans}
        if rule not in now.plans
        or rule not in before.plans
        or now.plans[rule]["digest"] != before.plans[rule]["digest"]
    )
