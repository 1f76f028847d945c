"""Where a value from an event may not go: hosts, channels, and shell commands.

An event is written by whoever caused it. What an expression reads is followed through `let`s;
what remains besides the rule's and the stage's own text is the event's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from chalicelib.actions import TABLE, find
from chalicelib.expressions.values import tagged
from chalicelib.plan import Expr, Value
from opsloop.actions import own_expressions
from opsloop.aws.names import listing
from opsloop.compiler.lets import Lets
from opsloop.expressions.references import expressions, references
from opsloop.problems import Fault, Path

#: the rule's and the stage's own; all else is, or comes from, an event
OWN = frozenset({"params", "account", "region", "partition", "rule", "execution"})
#: actions that run text in a shell, with the parameter that holds it
_SHELLS = {"aws.ssm.send_command": "Parameters", "ssm.run_command": "parameters"}


def check(do: str, data: Mapping[str, Any], value: Value, lets: Lets) -> Iterator[Fault]:
    """All places in a step's `with` where an event's value must not stand."""
    if do in TABLE:
        for path, count in own_expressions(find(do), data):
            for expr in islice(expressions(_at(value, path)), count):
                if read := lets.reach(references(expr["tree"])).keys() - OWN - lets.exprs.keys():
                    yield _chooses(expr, read, path)
    if do in _SHELLS and _SHELLS[do] in data:
        path = (_SHELLS[do],)
        yield from (
            fault for expr in expressions(_at(value, path)) for fault in _shell(expr, lets, path)
        )


def _at(value: Value, path: Path) -> Value:
    """The compiled value below `value`; one without templates stands for all below it."""
    for key in path:
        match tagged(value):
            case (("map" | "list"), below):
                value = below[key]
    return value


def _chooses(expr: Expr, read: set[str], path: Path) -> Fault:
    name = path[0]
    return Fault(
        f"`{expr['text']}`, which reads {listing(sorted(read))}: an event would choose the {name}",
        f"a {name} from the rule's own text or from params",
        path=path,
    )


def _shell(expr: Expr, lets: Lets, path: Path) -> Iterator[Fault]:
    read = lets.reach(references(expr["tree"], outside="shell_quote"), outside="shell_quote")
    if read.keys() - OWN - lets.exprs.keys():
        yield Fault(
            f"`{expr['text']}` in a shell command: an event would choose what runs",
            f"shell_quote({expr['text']})",
            path=path,
        )
