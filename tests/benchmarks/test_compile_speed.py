"""What `opsloop compile` costs, cold, and what that is made of: docs/performance.md, "Compile".

Asserted are ratios of processor time, measured by turns: a rule among a thousand costs what it
costs among a few hundred.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.compile_rules import project

pytestmark = pytest.mark.bench

TURNS = 3
SIZES = (10, 100, 250, 1_000)
COMPILE = "from opsloop.cli import main; main()"
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


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("compile")
    return {size: project(folder / str(size), size) for size in SIZES}


def say(line: str) -> None:
    sys.stdout.write(f"\n  {line}")


def cold(folder: Path) -> tuple[float, float]:
    """Seconds of `opsloop compile` in a fresh process with nothing compiled: wall, processor."""
    for name in (".chalice", "chalicelib"):
        shutil.rmtree(folder / name, ignore_errors=True)
    command = [sys.executable, "-c", COMPILE, "compile", "--project", str(folder)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ourselves
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - began, used.ru_utime + used.ru_stime


def test_a_rule_costs_the_same_among_a_thousand(projects: dict[int, Path]) -> None:
    turns = [{size: cold(folder) for size, folder in projects.items()} for _ in range(TURNS)]
    best = {size: min(turn[size] for turn in turns) for size in SIZES}
    processor = {size: min(turn[size][1] for turn in turns) for size in SIZES}
    for size in SIZES:
        say(f"{size:5} rules: {best[size][0]:.2f} s, of the processor {processor[size]:.2f} s")
    assert processor[1_000] <= 4.5 * processor[250]


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
