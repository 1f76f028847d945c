"""docs/github-workflow.yml and docs/ci.md: commands that exist, and no more rights than needed."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from opsloop.cli import COMMANDS, main
from opsloop.output import DIFFERS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "github-workflow.yml").read_text(encoding="utf-8")
WORKFLOW: dict[str, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for job, content in JOBS.items():
        yield from ((job, step) for step in content["steps"])


def scripts() -> list[str]:
    return [step["run"] for _, step in steps() if "run" in step]


def commands() -> list[list[str]]:
    """Every call of opsloop, as words, up to what the shell makes of its output."""
    found = re.findall(r"^\s*opsloop (.+?)(?:\s*(?:>|\|).*)?$", "\n".join(scripts()), re.MULTILINE)
    return [shlex.split(one) for one in found]


def test_the_commands_of_a_deployment_are_there() -> None:
    assert [words[0] for words in commands()] == [
        "validate",
        "compile",
        "plan",
        "plan",
        "infra",
        "wire",
        "drift",
    ]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_is_one_and_takes_these_options(words: list[str]) -> None:
    name, *rest = words
    assert name in COMMANDS
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = {flag for param in command.params for flag in param.opts}
    assert {word for word in rest if word.startswith("--")} <= options


def test_what_would_change_is_no_error() -> None:
    plans = [script for script in scripts() if script.startswith("opsloop plan")]
    assert all(script.endswith(f"|| [ $? -eq {DIFFERS} ]") for script in plans)
    assert len(plans) == 2


def test_no_job_has_more_than_it_says() -> None:
    assert WORKFLOW["permissions"] == {}
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "check": {"contents": "read"},
        "plan": {"contents": "read"},
        "comment": {"pull-requests": "write"},
        "deploy": {"contents": "read", "id-token": "write"},
        "drift": {"contents": "read", "id-token": "write"},
    }


def test_only_jobs_that_run_what_is_on_main_get_credentials() -> None:
    """What takes a role runs on a push or on a schedule, never on a pull request."""
    taking = {job for job, step in steps() if "configure-aws-credentials" in step.get("uses", "")}
    assert taking == {name for name, job in JOBS.items() if "id-token" in job["permissions"]}
    assert {JOBS[name]["if"] for name in taking} == {
        "github.event_name == 'push'",
        "github.event_name == 'schedule'",
    }
    assert "pull_request_target" not in TEXT


def test_what_may_write_runs_nothing_of_the_change() -> None:
    uses = [step.get("uses", "") for job, step in steps() if job == "comment"]
    assert uses == ["actions/download-artifact@v4", ""]


def test_actions_are_pinned_by_their_major_version() -> None:
    uses = {step["uses"] for _, step in steps() if "uses" in step}
    assert [one for one in uses if not re.fullmatch(r"[\w-]+/[\w-]+@v\d+", one)] == []


def test_no_key_lives_long_and_no_event_writes_into_a_script() -> None:
    assert "secrets." not in TEXT
    assert [script for script in scripts() if "${{" in script] == []


def test_the_policies_of_the_page_are_json_and_allow_what_is_read() -> None:
    trust, reading = (json.loads(one) for one in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    (statement,) = trust["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    issuer = "token.actions.githubusercontent.com"
    assert set(statement["Condition"]["StringEquals"]) == {f"{issuer}:aud", f"{issuer}:sub"}
    (statement,) = reading["Statement"]
    read = set[str]()
    for path in (ROOT / "opsloop" / "planning").glob("*.py"):
        read |= set(re.findall(r'"([a-z]+:(?:Get|List|Describe)\w+)', path.read_text()))
    # listed without a word, and asked for the address before the attributes
    assert set(statement["Action"]) == read | {"lambda:ListFunctions", "sqs:GetQueueUrl"}
    assert statement["Action"] == sorted(statement["Action"])
