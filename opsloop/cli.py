"""The command `opsloop`: its commands by name, and what an error means for the exit code.

Each command is a module of `opsloop.commands`, imported when it is called, so that
`opsloop --help` is quick. Expected errors end here: one message, no traceback.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from chalicelib.errors import JournalError, OpsloopError
from opsloop.deploy.errors import DeployError
from opsloop.output import AWS, FAILED, console, plain
from opsloop.problems import Problems

#: command -> what it does, in the order of `opsloop --help`
COMMANDS = {
    "validate": "Say what is wrong with the rules, all of it at once.",
    "compile": "Turn rules into plans, policies and Chalice's configuration.",
    "eval": "Evaluate an expression against an event.",
    "run": "Run one rule on an event, on this machine.",
    "demo": "See rules act on real events, on an account in memory.",
    "history": "List executions, newest first.",
    "show": "Show one execution, step by step.",
    "actions": "List the actions, or explain one.",
    "schema": "Print the JSON Schema of rule files.",
    "infra": "Make or update the journal and the dead-letter queue of a stage.",
    "wire": "Wire what Chalice cannot say about a stage's functions.",
}


class Commands(click.Group):
    """Finds commands by name, and turns errors into messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in reading order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"opsloop.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Names and meanings, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it raises on purpose becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except Problems as problems:
            _tell(problems)
            _tell(f"{len(problems.problems)} found")
            ctx.exit(FAILED)
        except (DeployError, JournalError) as error:
            _tell(error)
            ctx.exit(AWS)
        except OpsloopError as error:
            _tell(error)
            ctx.exit(FAILED)


def _tell(message: object) -> None:
    for line in str(message).splitlines():
        console(stderr=True).print(plain(line), style="red", soft_wrap=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="opsloop")
def main() -> None:
    """If this, then that, for operations on AWS."""
