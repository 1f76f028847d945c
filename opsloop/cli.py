"""The command `opsloop`: its commands by name, and what an error means for the exit code.

Each command is a module of `opsloop.commands`, imported when it is called, so that
`opsloop --help` is quick. Expected errors end here: one message, no traceback.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from chalicelib.errors import JournalError, OpsloopError
from opsloop.commands.telling import tell_problems
from opsloop.deploy.errors import DeployError
from opsloop.naming import WrongUsage
from opsloop.output import AWS, EXIT_CODES, FAILED, USAGE, tell
from opsloop.problems import Problems

#: command -> what it does, in the order of `opsloop --help`
COMMANDS = {
    "validate": "Say what is wrong with the rules, all of it at once.",
    "compile": "Turn rules into plans, policies and Chalice's configuration.",
    "eval": "Evaluate an expression against an event.",
    "explain": "Say for each rule why it would run on an event, or not.",
    "explain-plan": "Say what EventBridge decides for a rule, and what its function does.",
    "graph": "Show what wakes the rules, what they do, and what that wakes.",
    "backtest": "Say when each rule would have run on events of the past.",
    "run": "Run one rule on an event, on this machine.",
    "demo": "See rules act on real events, on an account in memory.",
    "history": "List executions, newest first.",
    "show": "Show one execution, step by step.",
    "pause": "Hold a rule, a pack or everything back, for a while.",
    "resume": "End a pause before its time.",
    "approve": "Let an execution go on that asks first.",
    "deny": "Do not let an execution act that asks first.",
    "replay": "Run today's rule on an event that is in the history.",
    "redrive": "Try again what functions could not handle.",
    "actions": "List the actions, or explain one.",
    "events": "List the events that are known, or show one.",
    "schema": "Print the JSON Schema of rule files.",
    "plan": "Say what a deployment would add, change and remove.",
    "drift": "Say what was changed by hand on a stage.",
    "infra": "Make or update what Chalice cannot: the journal, the dead-letter queue.",
    "wire": "Wire what Chalice cannot say about a stage's functions.",
}

#: the first that fits says how the command ends
_MEANINGS: tuple[tuple[type[Exception], int], ...] = (
    (WrongUsage, USAGE),
    (DeployError, AWS),
    (JournalError, AWS),
    (OpsloopError, FAILED),
)


class Commands(click.Group):
    """Finds commands by name, and turns errors into messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in reading order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"opsloop.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Names and meanings, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """What the exit codes mean."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it raises on purpose becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except Problems as problems:
            tell_problems(problems.warnings)
            tell_problems(problems.problems)
            ctx.exit(FAILED)
        except Exception as error:
            code = _exit_code(error)
            if code is None:
                raise
            tell(error, "red")
            ctx.exit(code)


def _exit_code(error: Exception) -> int | None:
    """None for a defect of ours, and for what click itself makes of it."""
    if isinstance(error, OSError) and error.filename is not None:
        return FAILED
    if any(base.__module__ == "botocore.exceptions" for base in type(error).__mro__):
        return AWS  # named, not imported: most commands never need it
    return next((code for kind, code in _MEANINGS if isinstance(error, kind)), None)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="opsloop")
def main() -> None:
    """If this, then that, for operations on AWS."""
