"""A million records in gz files against a hundred rules: workers, memory, and another engine.

`make bench` prints the figures; docs/performance.md says what they taught.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.backtest.generate import write_month
from tests.benchmarks import rulebook_source
from tests.benchmarks.backtest_rules import rulebook

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
RECORDS = 1_000_000
WORKERS_GOAL, MEBIBYTES_GOAL, RULEBOOK_GOAL = 1.6, 400, 50
#: two processes that want a processor each get less than this of it: the machine is not ours alone
QUIET = 0.9
SPIN = "import time\nwhile time.process_time() < 0.5: pass"
RULEBOOK = "1.3.2"
RULEBOOK_EVENTS = 10_000
TYPES = {
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
    "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
}


def _say(line: str) -> None:
    sys.stdout.write(f"\n  {line}\n")


@pytest.fixture(scope="module")
def measure() -> str:
    """`seconds`; on a machine that others use too, `processor`: each process's own time on it.

    There two workers wait for the same processors as everybody else, and seconds tell nothing.
    """
    command = [sys.executable, "-c", SPIN]
    start = time.perf_counter()
    spinning = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]  # noqa: S603
    for one in spinning:
        one.communicate()
    share = 0.5 / (time.perf_counter() - start)
    quiet = share > QUIET
    _say(f"two processes at once get {share:.0%} of a processor: {'quiet' if quiet else 'busy'}")
    return "seconds" if quiet else "processor"


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("month")
    write_month(folder, RECORDS)
    yield folder
    shutil.rmtree(folder)


def _run(place: Path, workers: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.backtest_run", str(place), str(workers)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_two_workers_against_one(month: Path, measure: str) -> None:
    runs = {1: [_run(month, 1)], 2: [_run(month, 2)]}
    for workers in (2, 1):
        runs[workers].append(_run(month, workers))
    ratio = {kind: _best(runs[1], kind) / _best(runs[2], kind) for kind in ("seconds", "processor")}
    one, two, found = _best(runs[1], "seconds"), _best(runs[2], "seconds"), runs[2][0]
    _say(f"one worker {one:.1f} s, two {two:.1f} s: {ratio['seconds']:.2f} times as fast")
    _say(
        f"by processor time {ratio['processor']:.2f} times as fast; {RECORDS / two:,.0f} records/s"
    )
    woken, executions = found["woken"], found["executions"]
    _say(f"{found['events']:,} events delivered, {woken:,} woke a rule, {executions:,} executions")
    memory = max(run["mebibytes"] for run in runs[2])
    _say(
        f"{memory:.0f} MiB for two workers and their parent, {runs[1][0]['mebibytes']:.0f} for one"
    )
    assert found["records"] == RECORDS
    assert memory <= MEBIBYTES_GOAL
    assert ratio[measure] >= WORKERS_GOAL


def _best(runs: Sequence[Mapping[str, Any]], kind: str) -> float:
    return min(float(run[kind]) for run in runs)


def test_memory_of_one_large_file(month: Path, tmp_path: Path) -> None:
    """The whole month as one file: gz members of CloudTrail's, one behind the other."""
    file = tmp_path / "all.json.gz"
    with file.open("wb") as all_:
        for part in sorted(month.rglob("*.gz")):
            all_.write(part.read_bytes())
    found = _run(file, 2)
    _say(f"one file of {file.stat().st_size / 1e6:.0f} MB: {found['mebibytes']:.0f} MiB")
    assert (found["records"], found["broken"]) == (RECORDS, 0)
    assert found["mebibytes"] <= MEBIBYTES_GOAL


def _envelopes(month: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(month.rglob("*.gz")):
        for record in json.loads(gzip.decompress(file.read_bytes()))["Records"]:
            yield {
                "version": "0",
                "id": record["eventID"],
                "detail-type": TYPES[record["eventType"]],
                "source": f"aws.{record['eventSource'].split('.')[0]}",
                "account": record["recipientAccountId"],
                "time": record["eventTime"],
                "region": record["awsRegion"],
                "resources": [],
                "detail": record,
            }


@pytest.fixture
def ansible_rulebook() -> str:
    """Where ansible-rulebook is; the environment may say."""
    command = os.environ.get("ANSIBLE_RULEBOOK") or shutil.which("ansible-rulebook")
    if command is None:
        pytest.skip(
            f"ansible-rulebook is not installed: put {RULEBOOK} (and Java 17) into an environment "
            "of its own and say ANSIBLE_RULEBOOK=…/bin/ansible-rulebook"
        )
    said = subprocess.run([command, "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S603
    if f"[{RULEBOOK}]" not in said:
        pytest.skip(f"found {said.splitlines()[0]}; the goal is about {RULEBOOK}")
    return command


def test_against_ansible_rulebook(
    month: Path, tmp_path: Path, ansible_rulebook: str, measure: str
) -> None:
    theirs, ours = list[dict[str, float]](), list[dict[str, Any]]()
    for _ in range(2):
        theirs.append(_rulebook_run(ansible_rulebook, month, tmp_path))
        ours.append(_run(month, 2))
    ratio = dict[str, float]()
    for kind in ("seconds", "processor"):
        them, us = RULEBOOK_EVENTS / _best(theirs, kind), RECORDS / _best(ours, kind)
        ratio[kind] = us / them
        _say(f"{kind}: ansible-rulebook {them:,.0f}/s, backtest {us:,.0f}/s: {us / them:.0f} times")
    assert ratio[measure] >= RULEBOOK_GOAL


def _rulebook_run(command: str, month: Path, folder: Path) -> dict[str, float]:
    """From the first event given to the last one answered; startup is over by then."""
    (folder / "sources").mkdir(exist_ok=True)
    shutil.copy(rulebook_source.__file__, folder / "sources" / "lines.py")
    events = list(islice(_envelopes(month), RULEBOOK_EVENTS))
    (folder / "events.jsonl").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    source = f"lines: {{path: {folder / 'events.jsonl'}}}"
    (folder / "rulebook.yml").write_text(rulebook(source, events[-1]["id"]))
    path = f"{Path(command).parent}{os.pathsep}{os.environ['PATH']}"
    return _timed(
        [
            command,
            "--rulebook",
            str(folder / "rulebook.yml"),
            "--source-dir",
            str(folder / "sources"),
        ],
        {**os.environ, "PATH": path},
        events[-1]["id"],
    )


def _timed(command: list[str], environment: dict[str, str], last: str) -> dict[str, float]:
    begun = None
    with subprocess.Popen(  # noqa: S603 - as above
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = list[str]()
        for line in process.stdout:
            told.append(line)
            if line == "begin\n":
                begun = time.perf_counter(), _processor(process.pid)
            elif begun is not None and last in line:
                now = time.perf_counter(), _processor(process.pid)
                process.terminate()
                return {"seconds": now[0] - begun[0], "processor": now[1] - begun[1]}
    raise AssertionError("".join(told[-20:]))


def _processor(pid: int) -> float:
    """Seconds of processor time of a process and all its threads, as Linux tells them."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
