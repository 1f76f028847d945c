"""docs/backtest.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from cfnlint.api import lint_all  # type: ignore[import-untyped]  # it publishes no types

from chalicelib.plan import Guard
from opsloop.backtest import tally
from opsloop.backtest.cloudtrail import DETAIL_TYPES
from opsloop.backtest.gathering import MOST_ROWS
from opsloop.backtest.guards import MOST_KEYS
from opsloop.backtest.reading import LONGEST
from opsloop.backtest.seen import PARTS, PLACES

PAGE = (Path(__file__).parents[2] / "docs" / "backtest.md").read_text()


def rows(title: str) -> list[list[str]]:
    """The table below a heading or a row of titles."""
    table = PAGE.split(title, 1)[1].split("\n\n", 1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in table.splitlines()
        if line.startswith("| ")
    ]


def test_the_template_for_recording_is_sound() -> None:
    [template] = re.findall(r"```yaml\n(Resources:.*?)```", PAGE, re.DOTALL)
    found = [match for match in lint_all(template) if match.rule.severity != "informational"]
    assert [str(match) for match in found] == []


def test_every_event_type_is_listed() -> None:
    listed = {kind: said.split(",")[0] for kind, said in rows("| eventType | detail-type |")}
    assert listed == DETAIL_TYPES


def test_the_limits_are_the_codes() -> None:
    said = {row[0]: row[1] for row in rows("## Limits\n\n| what | how much |")}
    assert said["one record"].startswith(f"{LONGEST >> 20} MiB")
    assert said["resources told apart"].startswith(f"{tally.MOST_RESOURCES:,} for each rule")
    assert said["examples"] == f"the latest {tally.MOST_EXAMPLES} of each rule"
    assert said["broken records told"] == f"the first {tally.MOST_BROKEN}"
    assert PARTS * PLACES * 0.75 == 1_572_864
    assert "1,500,000" in said["duplicates"]
    assert said["executions that wait for their guards"].startswith(f"{MOST_ROWS:,} in memory")
    assert said["keys that a guard remembers"].startswith(f"{MOST_KEYS:,} for each rule")


def test_every_guard_is_listed() -> None:
    """`spares` is what the plan makes of `only` and `except`."""
    listed = {name for row in rows("| guard | in a backtest |") for name in row[0].split(", ")}
    planned = set(Guard.__annotations__) - {"key", "allow_self", "spares"}
    assert listed == planned | {"only", "except", "pause"}
