"""What `opsloop compile` costs, cold, and what that is made of: docs/performance.md, "Compile".

Asserted are ratios of processor time, measured by turns: a rule among thousands costs what it
costs among a thousand, an unchanged project next to nothing, and Cloud Custodian more.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.benchmarks.compile_rules import project
from tests.benchmarks.custodian_policies import policies

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
TURNS = 3
SIZES = (10, 100, 1_000, 5_000)
#: 3 s compiled, 0.5 s again
AGAIN_GOAL = 6
CUSTODIAN = "0.9.53"
#: times as fast, for so many kinds
CUSTODIAN_GOALS = {1: 1, 10: 6}
MEBIBYTES_GOAL = 300
LINEAR = 1.3
OPSLOOP = (sys.executable, "-c", "from opsloop.cli import main; main()")
PHASES = """
import json, sys, time
from pathlib import Path
began = time.process_time()
marks = {}
def mark(name):
    global began
    now = time.process_time()
    marks[name], began = now - began, now
import opsloop.cli
from opsloop.compiler.build import compile_project
mark("imports")
compile_project(Path(sys.argv[1]))
mark("ten, cold")
compile_project(Path(sys.argv[1]))
mark("ten")
from opsloop.rules.project import read_project
read_project(Path(sys.argv[2]))
mark("read")
made = compile_project(Path(sys.argv[2]))
mark("compile")
made.output.write(Path(sys.argv[2]))
mark("write")
print(json.dumps(marks))
"""


class Cost(NamedTuple):
    """Of one process: seconds by the clock and of the processor, and its peak of memory."""

    processor: float
    wall: float
    mebibytes: float

    def __str__(self) -> str:
        return (
            f"{self.wall:.2f} s, of the processor {self.processor:.2f} s, {self.mebibytes:.0f} MiB"
        )


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("compile")
    return {size: project(folder / str(size), size) for size in SIZES}


def say(line: str) -> None:
    sys.stdout.write(f"\n  {line}")


def run(*command: str, cache: str = "off") -> Cost:
    """A fresh process, which has to end well."""
    environment = {**os.environ, "OPSLOOP_CACHE": cache}
    quiet = subprocess.DEVNULL
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)  # noqa: S603
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    wall = time.perf_counter() - began
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def cold(folder: Path) -> Cost:
    """`opsloop compile` with nothing compiled and nothing remembered."""
    for name in (".chalice", "chalicelib"):
        shutil.rmtree(folder / name, ignore_errors=True)
    return run(*OPSLOOP, "compile", "--project", str(folder))


def test_a_rule_costs_the_same_among_thousands(projects: dict[int, Path]) -> None:
    """The largest is compiled once; the others by turns around it."""
    few = [size for size in SIZES if size < max(SIZES)]
    turns = [{size: cold(projects[size]) for size in few} for _ in range(TURNS)]
    best = {size: min(turn[size] for turn in turns) for size in few}
    best[5_000] = cold(projects[5_000])
    for size in SIZES:
        say(f"{size:5} rules: {best[size]}")
    assert best[1_000].mebibytes <= MEBIBYTES_GOAL
    for kind in ("processor", "mebibytes"):
        tens, thousand, thousands = (getattr(best[size], kind) for size in (10, 1_000, 5_000))
        ratio = (thousands - thousand) / 4_000 / ((thousand - tens) / 990)
        say(f"{kind}: one rule of 4,000 more costs {ratio:.2f} times one of the first 1,000")
        assert ratio <= LINEAR


def test_an_unchanged_project_is_not_compiled(projects: dict[int, Path], tmp_path: Path) -> None:
    folder = str(projects[1_000])
    cache = str(tmp_path)
    run(*OPSLOOP, "compile", "--project", folder, cache=cache)
    for words in (("compile", "--check"), ("validate",)):
        command = (*OPSLOOP, *words, "--project", folder)
        turns = [(run(*command), run(*command, cache=cache)) for _ in range(TURNS)]
        anew, again = min(turn[0] for turn in turns), min(turn[1] for turn in turns)
        say(f"{' '.join(words)}, 1,000 rules: {anew}; again: {again}")
        assert anew.processor >= AGAIN_GOAL * again.processor


@pytest.fixture
def custodian() -> str:
    """Where Cloud Custodian is: `make bench` puts it there, and the environment may say."""
    own = ROOT / ".venv-bench" / "bin" / "custodian"
    command = os.environ.get("CUSTODIAN") or shutil.which(own)
    if command is None:
        pytest.skip(
            "Cloud Custodian is not installed: `make bench` puts it into .venv-bench; or put "
            f"c7n {CUSTODIAN} into an environment of its own and say CUSTODIAN=…/bin/custodian"
        )
    said = subprocess.run([command, "version"], check=True, capture_output=True, text=True).stdout  # noqa: S603
    if said.strip() != CUSTODIAN:
        pytest.skip(f"found c7n {said.strip()}; the goal is about {CUSTODIAN}")
    return command


@pytest.mark.parametrize("kinds", CUSTODIAN_GOALS)
def test_against_custodian(kinds: int, custodian: str, tmp_path: Path) -> None:
    """Both check 1,000, and write nothing."""
    file = tmp_path / "policies.yml"
    file.write_text(policies(1_000, kinds))
    rules = project(tmp_path / "rules", 1_000, kinds)
    turns = [
        (run(custodian, "validate", str(file)), run(*OPSLOOP, "validate", "--project", str(rules)))
        for _ in range(2)
    ]
    them, us = min(turn[0] for turn in turns), min(turn[1] for turn in turns)
    say(f"1,000 of {kinds} kinds: custodian {them}")
    say(f"1,000 of {kinds} kinds: opsloop {us}: {them.processor / us.processor:.1f} times")
    assert them.processor >= CUSTODIAN_GOALS[kinds] * us.processor


def test_what_it_is_made_of(projects: dict[int, Path]) -> None:
    """Ten kinds of rules are compiled first, so that all that is read once has been read."""
    command = [sys.executable, "-c", PHASES, str(projects[10]), str(projects[100])]
    turns = []
    for _ in range(TURNS):
        shutil.rmtree(projects[100] / "chalicelib", ignore_errors=True)
        shutil.rmtree(projects[100] / ".chalice", ignore_errors=True)
        done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - ourselves
        turns.append(json.loads(done.stdout))
    marks = {name: min(turn[name] for turn in turns) for name in turns[0]}
    made_of = {
        "imports": marks["imports"],
        "AWS's models and IAM's reference, once": marks["ten, cold"] - marks["ten"],
        "reading and checking 100 files": marks["read"],
        "plans and policies of 100 rules": marks["compile"] - marks["read"],
        "writing": marks["write"],
    }
    for name, seconds in made_of.items():
        say(f"{seconds * 1000:6.0f} ms of the processor: {name}")
    assert marks["compile"] <= 15 * marks["ten"]
