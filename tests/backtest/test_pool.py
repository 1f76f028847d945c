"""Work shared out over processes: nothing lost, nothing twice, whatever its shape."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from opsloop.backtest import pool
from opsloop.backtest.counting import Job
from opsloop.backtest.places import Input
from opsloop.backtest.pool import Meter, count
from opsloop.backtest.ruling import Version
from opsloop.compiler.build import Compiled
from tests.backtest.rules import HERE, report, rubbed
from tests.backtest.test_backtest import everything


@pytest.fixture(scope="module")
def one_file(month: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The month as JSON lines in one gz file."""
    file = tmp_path_factory.mktemp("one") / "all.jsonl.gz"
    text = "".join(f"{json.dumps(record)}\n" for record in everything(month))
    file.write_bytes(gzip.compress(text.encode()))
    return file


def test_a_large_file_is_handed_out_in_batches(
    compiled: Compiled, one_file: Path, month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_LARGE", 1)
    monkeypatch.setattr(pool, "_SMALL", 1)
    plans, stage = compiled.plans, compiled.stages["dev"]
    shared = rubbed(report(plans, stage, one_file, workers=2))
    assert (shared.pop("inputs"), shared.pop("bytes") > 0) == (1, True)
    alone = rubbed(report(plans, stage, month))
    for name in ("inputs", "bytes"):
        alone.pop(name)
    for content in (shared, alone):
        for rule in content["rules"]:
            for example in rule["examples"]:
                example.pop("line")
    assert shared == alone


def test_standard_input_is_read_once_by_one(
    compiled: Compiled, one_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans, stage = compiled.plans, compiled.stages["dev"]
    found = list[object]()
    for workers in (1, 2):
        stdin = io.TextIOWrapper(io.BytesIO(one_file.read_bytes()))
        monkeypatch.setattr(sys, "stdin", stdin)
        found.append(rubbed(report(plans, stage, "-", workers=workers)))
    assert found[0] == found[1]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_damaged_large_file_is_told_with_its_line(
    compiled: Compiled,
    one_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workers: int,
) -> None:
    monkeypatch.setattr(pool, "_LARGE", 1)
    monkeypatch.setattr(pool, "_SMALL", 1)
    file = tmp_path / "cut.jsonl.gz"
    file.write_bytes(one_file.read_bytes()[:100_000])
    found = report(compiled.plans, compiled.stages["dev"], file, workers=workers)
    last, cut = found.tally.breakages
    assert (last.line, cut.why) == (found.tally.records - 1, "gzip data ends too early")
    assert cut.line == last.line > 100


def test_the_meter_reaches_its_total(compiled: Compiled, month: Path) -> None:
    files = sorted(month.rglob("*.gz"))
    inputs = [Input(str(file), file.stat().st_size) for file in files]
    job = Job(Version(compiled.plans, compiled.stages["dev"]), HERE, Path())
    seen = list[tuple[int, int]]()

    def watch(meter: Meter) -> None:
        assert meter.total == total
        seen.append((meter.size, meter.records))

    total = sum(one.size for one in inputs)
    counted = count(job, inputs, 1, watch)
    assert seen[-1] == (total, counted.tally.records)
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("sizes", "workers", "shared", "processes"),
    [
        ([100, 100], 4, [], 1),
        ([3 << 20, 3 << 20], 4, [], 4),
        ([100 << 20, 100, 100], 2, [100 << 20], 2),
        ([100 << 20, 100 << 20], 2, [], 2),
        ([300 << 20] * 2, 4, [300 << 20] * 2, 4),
        ([15 << 20], 4, [], 4),
    ],
)
def test_what_is_handed_out_in_batches(
    sizes: list[int], workers: int, shared: list[int], processes: int
) -> None:
    inputs = [Input(str(place), size) for place, size in enumerate(sizes)]
    plan = pool._plan(iter(inputs), workers)
    assert ([one.size for one in plan.shared], plan.workers) == (shared, processes)
    tasks = [one for task in plan.tasks for one in task]
    assert sorted(one.place for one in [*tasks, *plan.shared]) == [one.place for one in inputs]


def test_small_files_are_grouped() -> None:
    groups = list(pool._grouped(Input(str(place), 10_000) for place in range(200)))
    assert [len(group) for group in groups] == [64, 64, 64, 8]
    groups = list(pool._grouped(Input(str(place), 600_000) for place in range(5)))
    assert [len(group) for group in groups] == [2, 2, 1]


def test_more_inputs_than_can_be_looked_at_are_still_all_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "_LOOKED_AT", 10)
    inputs = [Input(str(place), 1 << 30) for place in range(25)]
    plan = pool._plan(iter(inputs), 2)
    assert ([one for task in plan.tasks for one in task], plan.shared) == (inputs, [])
