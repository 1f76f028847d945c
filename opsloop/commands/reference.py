"""docs/cli.md: every command, from the commands themselves. Called by `opsloop.generate`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from opsloop.cli import COMMANDS, main
from opsloop.output import EXIT_CODES

_HEAD = """\
# The command line

<!-- Generated from the commands' own code by `make generate`: change it there. -->

`opsloop COMMAND --help` says the same. What was asked for goes to standard output, all else
to standard error: `--json` gives JSON and nothing around it. In a pipe nothing is coloured,
wrapped or padded; `NO_COLOR` turns colours off in a terminal. Times are UTC.

| exit code | means |
|---|---|
"""


def render() -> str:
    """The page."""
    codes = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items())
    index = "\n".join(f"| [{name}](#opsloop-{name}) | {said} |" for name, said in COMMANDS.items())
    parts = [f"{_HEAD}{codes}\n", f"| command | what it does |\n|---|---|\n{index}\n"]
    parts += ["\n".join(_command(name)) for name in COMMANDS]
    return "\n".join(parts)


def _command(name: str) -> Iterator[str]:
    context = click.Context(main, info_name="opsloop", **main.context_settings)
    found = main.get_command(context, name)
    if found is None:
        raise LookupError(name)
    own = click.Context(found, info_name=name, parent=context)
    yield f"## opsloop {name}\n"
    yield f"{inspect.cleandoc(found.help or '')}\n"
    yield f"```\nopsloop {name} {' '.join(found.collect_usage_pieces(own))}\n```\n"
    yield "| option | default | |\n|---|---|---|"
    for option in found.params:
        if isinstance(option, click.Option):
            yield _option(option, own)
    yield ""


def _option(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    if record is None:
        raise LookupError(option.name)
    written = record[0].replace("|", r"\|")
    variable = f" Or `{option.envvar}` in the environment." if option.envvar else ""
    return f"| `{written}` | {_default(option)} | {option.help or ''}{variable} |"


def _default(option: click.Option) -> str:
    shown = isinstance(option.default, str | int) and not option.is_flag
    return f"`{option.default}`" if shown else ""
