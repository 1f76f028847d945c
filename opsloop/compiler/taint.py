"""Where a value from an event may not go: hosts, channels, and shell commands.

An event is written by whoever caused it. What an expression reads is followed through `let`s;
what remains besides the rule's and the stage's own text is the event's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.actions import TABLE, find
from chalicelib.expressions.values import tagged
from chalicelib.expressions.walking import written
from chalicelib.plan import Each, Expr, ForEach, Value, Wire
from opsloop.actions import own_expressions
from opsloop.aws.names import listing
from opsloop.compiler.lets import Lets
from opsloop.expressions.references import references
from opsloop.problems import Fault, Path

#: the rule's and the stage's own; all else is, or comes from, an event
_OWN = frozenset({"params", "account", "region", "partition", "rule", "execution"})
#: EventBridge says these itself; in a message of a topic they are the publisher's
_PUBLISHED = frozenset({"account", "region"})
#: actions that run text in a shell, with the parameters that hold it
_SHELLS = {
    "aws.ecs.execute_command": "command",
    "aws.ssm.create_association": "Parameters",
    "aws.ssm.send_command": "Parameters",
    "aws.ssm.update_association": "Parameters",
}
#: what a parameter chooses, where its name does not say it
_CHOSEN = {"to": "channel", "url": "host"}

#: a text with a template: where it stands, the text, and the template's expression
Template = tuple[Path, str, Expr]


class Taint:
    """Looks at the calls of one rule. `wire` is what wakes it: not every road is AWS's own."""

    def __init__(self, lets: Lets, wire: Wire) -> None:
        self._lets = lets
        self._wire = wire
        self._own = _OWN - _PUBLISHED if "topic" in wire else _OWN

    def within(self, loop: ForEach | Each | None) -> Taint:
        """The same inside of a loop, whose elements are as foreign as its list."""
        if loop is None:
            return self
        return Taint(self._lets.beside({loop["as_name"]: loop["of"]}), self._wire)

    def check(self, do: str, data: Mapping[str, Any], value: Value) -> Iterator[Fault]:
        """All places in a call's `with` where an event's value must not stand."""
        templates = list(_templates(data, value, ()))
        if do in TABLE:
            for path, count in own_expressions(find(do), data):
                there = [one for one in templates if one[0] == path]
                for one in there[:count]:
                    yield from self._chooses(one)
        for one in templates:
            if one[0][0] == _SHELLS.get(do):
                yield from self._runs(one)

    def _chooses(self, template: Template) -> Iterator[Fault]:
        path, text, expr = template
        if read := self._lets.reads(expr) - self._own:
            what = _CHOSEN.get(str(path[0]), str(path[0]))
            found = f"`{expr['text']}` as the {what}, from {_list(read)}, which others write"
            expected = f"a {what} from the rule's own text, or from params"
            yield Fault(found, expected, path=path, offset=_offset(text, expr))

    def _runs(self, template: Template) -> Iterator[Fault]:
        path, text, expr = template
        if read := self._lets.reads(expr, outside="shell_quote") - self._own:
            found = f"`{expr['text']}` in a shell command, from {_list(read)}, which others write"
            expected, corrected = "shell_quote() around what is not the rule's own", None
            if self._is_path(expr):
                expected = f"shell_quote({expr['text']})"
                corrected = _written(expr).sub(lambda _: f"${{{expected}}}", text)
            yield Fault(found, expected, corrected, path, _offset(text, expr))

    def _is_path(self, expr: Expr) -> bool:
        """Whether it is one value as it stands, and no text put together of several."""
        through = self._lets.reach(references(expr["tree"])) & self._lets.exprs.keys()
        trees = (expr["tree"], *(self._lets.exprs[name]["tree"] for name in through))
        return all(written(tree) is not None for tree in trees)


def _templates(data: Any, value: Value, path: Path) -> Iterator[Template]:
    """Every template of a value beside its compiled form."""
    match tagged(value):
        case "expr", expr:
            yield path, data, expr
        case "join", parts:
            yield from ((path, data, part) for part in parts if not isinstance(part, str))
        case "map", entries:
            for key, below in entries.items():
                yield from _templates(data[key], below, (*path, key))
        case "list", elements:
            for place, below in enumerate(elements):
                yield from _templates(data[place], below, (*path, place))


def _written(expr: Expr) -> re.Pattern[str]:
    return re.compile(r"(?<!\$)\$\{" + re.escape(expr["text"]) + r"\}")


def _offset(text: str, expr: Expr) -> int:
    """Where the expression begins in its text."""
    found = _written(expr).search(text)
    return found.start() + len("${") if found else 0


def _list(names: set[str]) -> str:
    """Names as a message has them."""
    return listing([f"`{name}`" for name in sorted(names)])
