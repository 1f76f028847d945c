"""The command `opsloop` itself: what it offers, what errors become, how it is documented."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from textwrap import fill

import click
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from click.testing import CliRunner

from chalicelib.errors import EventError, JournalError, PlanError, TableMissing
from opsloop import commands
from opsloop.cli import COMMANDS, Commands, main
from opsloop.commands import reference
from opsloop.deploy.errors import DeployError
from opsloop.naming import WrongUsage
from opsloop.output import EXIT_CODES
from opsloop.problems import Place, Problem, Problems
from tests.cli.conftest import CommandLine

HELP = """\
Usage: opsloop [OPTIONS] COMMAND [ARGS]...

  If this, then that, for operations on AWS.

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
{commands}

Exit codes:
{codes}
"""


def listed(entries: Iterable[tuple[object, str]], width: int) -> str:
    """As click lists terms and what they mean, where its runner runs it."""
    behind = " " * (width + 4)
    return "\n".join(
        fill(said, 80, initial_indent=f"  {term!s:<{width}}  ", subsequent_indent=behind)
        for term, said in entries
    )


HELP = HELP.format(
    commands=listed(COMMANDS.items(), max(map(len, COMMANDS))),
    codes=listed(EXIT_CODES.items(), 1),
)
#: what `opsloop --help` must not wait for
HEAVY = {"boto3", "botocore", "moto", "pydantic", "yaml", "policy_sentry"}


def test_help_is_the_list_of_commands(opsloop: CommandLine) -> None:
    result = opsloop("--help")
    assert (result.exit_code, result.stdout, result.stderr) == (0, HELP, "")


def test_without_a_command_it_is_the_same_help(opsloop: CommandLine) -> None:
    result = opsloop()
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", HELP)


def test_an_unknown_command(opsloop: CommandLine) -> None:
    result = opsloop("deploi")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Usage: opsloop [OPTIONS] COMMAND [ARGS]...\n"
        "Try 'opsloop --help' for help.\n\n"
        "Error: No such command 'deploi'.\n"
    )


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from opsloop.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        f"print(sorted({HEAVY!r} & sys.modules.keys()))"
    )
    asked = [sys.executable, "-c", code]
    shown = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert shown.stdout.splitlines()[-1] == "[]"


def test_every_module_with_a_command_is_in_the_list() -> None:
    names = [path.stem for path in Path(commands.__path__[0]).glob("*.py")]
    modules = {name: import_module(f"opsloop.commands.{name}") for name in names}
    listed = {name.replace("-", "_") for name in COMMANDS}
    assert {name for name in names if hasattr(modules[name], "command")} == listed


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says_first(name: str) -> None:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    assert found.name == name
    assert (found.help or "").split("\n")[0] == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_command_is_explained_and_documented(name: str) -> None:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    page = reference.render()
    section = page.partition(f"## opsloop {name}\n")[2].partition("\n## ")[0]
    options = [one for one in found.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []
    assert [one.opts[0] for one in options if f"| `{one.opts[0]}" not in section] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_that_print_data_print_json(name: str) -> None:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    options = {opt for one in found.params for opt in one.opts}
    # a schema is JSON already, and the end of a pause is no data
    assert ("--json" in options) is (name not in ("schema", "resume"))


PROBLEM = Problem(Place("rules/x.yaml", 7, 12), "a", "b", "mode: active")
REFUSED = ClientError(
    {"Error": {"Code": "AccessDeniedException", "Message": "not you"}}, "DescribeStacks"
)
ERRORS = [
    (Problems([PROBLEM]), 1, f"{PROBLEM}\n1 problem\n"),
    (EventError("payload: found a list"), 1, "payload: found a list\n"),
    (PlanError("dev.json: not compiled"), 1, "dev.json: not compiled\n"),
    (PermissionError(13, "Permission denied", "a.json"), 1, "Permission denied: 'a.json'"),
    (WrongUsage("found the rule 'x'"), 2, "found the rule 'x'\n"),
    (DeployError("another account"), 3, "another account\n"),
    (JournalError("could not admit"), 3, "could not admit\n"),
    (TableMissing("opsloop-dev", "us-east-1"), 3, "no DynamoDB table 'opsloop-dev' in us-east-1"),
    (REFUSED, 3, "An error occurred (AccessDeniedException) when calling the DescribeStacks"),
    (EndpointConnectionError(endpoint_url="https://x"), 3, "Could not connect to the endpoint"),
]


def failing(error: Exception) -> click.Command:
    @click.command("fail")
    def fail() -> None:
        raise error

    return Commands("opsloop", commands={"fail": fail})


@pytest.mark.parametrize(("error", "code", "said"), ERRORS)
def test_what_is_raised_on_purpose_becomes_a_message_and_an_exit_code(
    error: Exception, code: int, said: str
) -> None:
    result = CliRunner().invoke(failing(error), ["fail"])
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("x"), OSError("no file"), ValueError()])
def test_a_defect_of_ours_is_not_made_pretty(error: Exception) -> None:
    result = CliRunner().invoke(failing(error), ["fail"])
    assert result.exception is error


def test_what_an_error_quotes_cannot_steer_the_terminal() -> None:
    result = CliRunner().invoke(failing(EventError("found \x1b[2J\x9bx \u202e")), ["fail"])
    assert result.stderr == "found \\x1b[2J\\x9bx \\u202e\n"
