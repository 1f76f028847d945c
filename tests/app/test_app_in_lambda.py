"""app.py as a function of its own loads it: its handler and no other, and no more than it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.projects import ROOT, deployable, in_lambda, python, shipped

EVENTS = ROOT / "tests" / "events"
#: what a function must not pay for before it has to act; botocore's bare package is Powertools'
AWS = ("boto3", "botocore.client", "botocore.session", "urllib3")
HEAVY = ("apprise", "click", "moto", "pydantic", "rich", "yaml", *AWS)
LOOK = """
import json, sys
import app
loaded = [name for name in {heavy!r} if name in sys.modules]
print(json.dumps({{
    "loaded": loaded,
    "opsloop": sorted(name for name in sys.modules if name.split(".")[0] == "opsloop"),
    "functions": [one.name for one in app.app.pure_lambda_functions],
    "triggers": len(app.app.event_sources),
    "bound": [name for name in vars(app) if "-" in name],
}}))
"""
RUN = """
import json, sys
import app

class Context:
    aws_request_id = "request-1"
    def get_remaining_time_in_millis(self):
        return 30_000

handler = vars(app)[{rule!r}]
answer = handler(json.load(sys.stdin), Context())
loaded = [name for name in {heavy!r} if name in sys.modules]
print(json.dumps({{"answer": answer, "loaded": loaded}}))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deployable(tmp_path_factory.mktemp("app"), shipped())


def rules() -> list[str]:
    return sorted(path.stem for path in (ROOT / "rules").glob("*/*.yaml") if path.stem != "pack")


def plan(project: Path, rule: str) -> Any:
    return json.loads((project / "chalicelib/compiled" / f"{rule}.json").read_text())


@pytest.mark.parametrize("rule", rules())
def test_a_function_makes_its_own_handler_and_loads_what_it_needs(project: Path, rule: str) -> None:
    code = LOOK.format(heavy=HEAVY)
    ran = python(project, "-c", code, environment=in_lambda(rule))
    assert ran.returncode == 0, ran.stderr
    # sure to need AWS, it is loaded while Lambda initialises
    sure = plan(project, rule)["criteria"]["event"] is None
    assert json.loads(ran.stdout) == {
        "loaded": [*AWS] if sure else [],
        "opsloop": [],
        "functions": [rule],
        "triggers": 0,
        "bound": [rule],
    }


def test_rules_of_both_kinds_are_shipped(project: Path) -> None:
    kinds = {plan(project, rule)["criteria"]["event"] is None for rule in rules()}
    assert kinds == {True, False}


def low_severity() -> Any:
    event = json.loads((EVENTS / "guardduty-ec2-malicious-ip.json").read_text())
    event["detail"]["severity"] = 2
    return event


UNMET: dict[str, Any] = {
    "quarantine-instance": low_severity(),
    "close-public-bucket": json.loads((EVENTS / "s3-create-bucket.json").read_text()),
    "tag-instance-with-creator": json.loads((EVENTS / "ec2-stop-instances.json").read_text()),
}


@pytest.mark.parametrize("rule", UNMET)
def test_an_event_that_fails_its_criteria_costs_no_aws(project: Path, rule: str) -> None:
    code = RUN.format(rule=rule, heavy=HEAVY)
    ran = python(project, "-c", code, environment=in_lambda(rule), given=json.dumps(UNMET[rule]))
    assert ran.returncode == 0, ran.stderr
    # the last line: what stands before it is the log
    told = json.loads(ran.stdout.splitlines()[-1])
    outcomes = told["answer"]["outcomes"]
    assert {one["outcome"] for one in outcomes} <= {"not met"}
    assert told["loaded"] == []


MISSING = ("OPSLOOP_RULE", "OPSLOOP_STAGE", "OPSLOOP_TABLE")


@pytest.mark.parametrize("name", MISSING)
def test_a_function_without_its_environment_says_which(project: Path, name: str) -> None:
    environment = in_lambda("quarantine-instance")
    del environment[name]
    ran = python(project, "-c", "import app", environment=environment)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1] == f"KeyError: '{name}'"


def test_a_function_whose_rule_is_gone_says_so(project: Path) -> None:
    ran = python(project, "-c", "import app", environment=in_lambda("forgotten"))
    assert ran.stderr.splitlines()[-1] == (
        "chalicelib.errors.PlanError: forgotten.json: not compiled; run `opsloop compile`"
    )
