"""What a cold start costs a rule whose criteria are on the event, beside what it cannot do without.

Fresh processes by turns, each timing one import by its own processor time: whatever else the
machine does meets both alike. `make bench` prints it; docs/performance.md says what it taught.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest

from tests.app.projects import deployable, in_lambda, python, shipped

pytestmark = pytest.mark.bench

RULE = "quarantine-instance"
OURS = "import app"
#: what every such function has to load, whoever writes it
THEIRS = "import chalice; from aws_lambda_powertools import Logger"
PAIRS = 60
GOAL = 1.2
TIMED = "import time; began = time.process_time(); {}; print(time.process_time() - began)"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deployable(tmp_path_factory.mktemp("app"), shipped())


def seconds(project: Path, code: str) -> float:
    # bytecode is kept, as on a machine that has started before
    environment = {**in_lambda(RULE), "PYTHONDONTWRITEBYTECODE": ""}
    ran = python(project, "-c", TIMED.format(code), environment=environment)
    assert ran.returncode == 0, ran.stderr
    return float(ran.stdout)


def test_a_cold_start_costs_little_more_than_what_it_stands_on(project: Path) -> None:
    for code in (OURS, THEIRS):
        seconds(project, code)
    pairs = [(seconds(project, OURS), seconds(project, THEIRS)) for _ in range(PAIRS)]
    ratio = median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (1000 * median(each) for each in zip(*pairs, strict=True))
    print(f"\ncold start of {RULE}: {ours:.1f} ms, {ratio:.3f} times {theirs:.1f} ms")  # noqa: T201
    assert ratio <= GOAL
