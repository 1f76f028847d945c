"""`opsloop validate` tells of lints: lines in a pipe, groups at a terminal, --strict, --json."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import CommandLine
from tests.cli.projects import CLOSE_BUCKET, HEADER, write

REBOOT = f"""\
{HEADER}description: Reboot an instance whose status check fails.
owner: team
severity: high
mode: active
when:
  alarm: {{names: [status], to: ALARM}}
guard:
  cooldown: 30m
then:
  - id: reboot
    do: aws.ec2.reboot_instances
    with: {{InstanceIds: ["${{alarm.dimensions.InstanceId}}"]}}
"""
#: colours, and what moves the cursor
CONTROL = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")
PLACE = "rules/storage/reboot.yaml:12:9"
FOUND = "aws.ec2.reboot_instances, and nothing looks whether it helped"
EXPECTED = "`verify: {alarm: OK}`: the alarm says whether it helped"
NOWHERE = "regions eu-west-1, where no stage is: it deploys nowhere"
SOMEWHERE = "one of the stages' regions: us-east-1; or a stage in eu-west-1 in rules/opsloop.yaml"


@pytest.fixture
def linted(opsloop: CommandLine) -> CommandLine:
    write(opsloop.folder, {"storage/reboot.yaml": REBOOT})
    return opsloop


def test_in_a_pipe_a_warning_is_a_line(linted: CommandLine) -> None:
    result = linted("validate")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        f"{PLACE}: warning OPS303: found {FOUND}; expected {EXPECTED}\n"
        "1 warning, docs/lint.md#ops303\n"
        "4 rules are valid\n"
    )


def test_at_a_terminal_warnings_are_grouped_and_aligned(linted: CommandLine) -> None:
    other = REBOOT.replace("[status]", "[other]")
    nowhere = CLOSE_BUCKET.replace("when:", "regions: [eu-west-1]\nwhen:")
    files = {"storage/reboot-too.yaml": other, "storage/close-bucket.yaml": nowhere}
    write(linted.folder, files)
    shown = CONTROL.sub("", linted.in_terminal(160, "validate").stderr).splitlines()
    lines = [line.rstrip() for line in shown if line and "…" not in line]
    assert lines == [
        "OPS206  A rule that is deployed nowhere, docs/lint.md#ops206",
        f"  {'rules/storage/close-bucket.yaml:6:10'}  found {NOWHERE}",
        f"{'':38}  expected {SOMEWHERE}",
        "OPS303  Acting without looking whether it helped, docs/lint.md#ops303",
        f"  rules/storage/reboot-too.yaml:12:9  found {FOUND}",
        f"{'':36}  expected {EXPECTED}",
        f"  {PLACE}      found {FOUND}",
        f"{'':36}  expected {EXPECTED}",
        "3 warnings",
        "5 rules are valid",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(linted: CommandLine, width: int) -> None:
    shown = CONTROL.sub("", linted.in_terminal(width, "validate").stderr)
    rows = [line for line in shown.splitlines() if line.startswith(" ")]
    assert rows
    assert [line for line in rows if len(line.rstrip()) > width] == []


def test_an_error_of_a_lint_fails(opsloop: CommandLine) -> None:
    write(
        opsloop.folder, {"storage/reboot.yaml": REBOOT.replace("cooldown: 30m", "key: rule.name")}
    )
    result = opsloop("validate")
    assert result.exit_code == 1
    errors = [line for line in result.stderr.splitlines() if ": OPS" in line]
    assert [line.split(": found")[0] for line in errors] == [f"{PLACE}: OPS302"]
    assert result.stderr.endswith("1 problem, docs/lint.md#ops302\n")


def test_strict_fails_of_warnings(linted: CommandLine) -> None:
    result = linted("validate", "--strict")
    assert result.exit_code == 1
    assert result.stderr.endswith("4 rules are valid\nand --strict takes no warnings\n")
    assert linted("validate", "--strict", "--json").exit_code == 1


def test_strict_takes_what_is_silenced(opsloop: CommandLine) -> None:
    silenced = REBOOT.replace("_instances\n", "_instances  # opsloop: ignore OPS303 - a test\n")
    write(opsloop.folder, {"storage/reboot.yaml": silenced})
    result = opsloop("validate", "--strict")
    assert (result.exit_code, result.stderr) == (0, "4 rules are valid\n")


TOLD = {
    "place": {"file": "rules/storage/reboot.yaml", "line": 12, "column": 9},
    "found": FOUND,
    "expected": EXPECTED,
    "correction": None,
    "warning": True,
    "code": "OPS303",
    "docs": "docs/lint.md#ops303",
}


@pytest.mark.parametrize("command", ["validate", "compile"])
def test_json_has_the_code_and_the_place(linted: CommandLine, command: str) -> None:
    told = json.loads(linted(command, "--json").stdout)
    assert (told["warnings"], told["silenced"]) == ([TOLD], [])


@pytest.mark.parametrize("command", ["validate", "compile"])
def test_json_has_what_is_silenced_and_why(opsloop: CommandLine, command: str) -> None:
    silenced = REBOOT.replace("_instances\n", "_instances  # opsloop: ignore OPS303 - a test\n")
    write(opsloop.folder, {"storage/reboot.yaml": silenced})
    told = json.loads(opsloop(command, "--json").stdout)
    assert (told["warnings"], told["silenced"]) == ([], [{**TOLD, "reason": "a test"}])


def test_a_problem_without_a_code_has_no_page(opsloop: CommandLine) -> None:
    write(opsloop.folder, {"storage/reboot.yaml": REBOOT.replace("mode:", "mood:")})
    (told,) = json.loads(opsloop("validate", "--json").stdout)["problems"]
    assert (told["code"], told["docs"]) == (None, None)
