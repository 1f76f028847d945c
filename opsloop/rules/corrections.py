"""Corrected lines for YAML that does not say what was meant.

Lines are counted from 0 and come back without their indentation. A line is only offered
where the file reads better with it: `proven` tries. Called by `nodes`, `syntax`, `source`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from opsloop.rules.scalars import NotJson, resolve

MAX_DEPTH = 32
#: longer ones are data, not typing mistakes: nothing is offered for them
MAX_LINE = 1_000
#: what stands before a value on its line: dashes and a key; then the value; then a comment
_LINE = re.compile(r"(?P<before>\s*(?:- +)*(?:[\w.$-]+: +)?)(?P<value>.*?)(?P<comment>\s+#.*)?")
_TEMPLATE_IN_FLOW = re.compile(
    r"(?P<before>[:,]\s+|[\[{]\s*)(?P<value>[^\s\"',\[\]{}$]*\$\{[^}]*\}[^,\]}\"]*?)(?=\s*[,\]}])"
)
_DOUBLE_BRACES = re.compile(r"[\"']?\{\{\s*(.*?)\s*\}\}[\"']?")
_OPENERS = ("'", '"', "[", "{")
_QUOTED = r"'[^']*'|\"(?:[^\"\\]|\\.)*\""
_NESTED = _QUOTED + r"|[^\[\](){}'\"]"
for _ in range(3):  # brackets inside of brackets, as deep as an expression on one line goes
    _NESTED = rf"{_QUOTED}|[^\[\](){{}}'\"]|[\[({{](?:{_NESTED})*[\])}}]"
_ITEM = re.compile(rf"\s*(?P<item>(?:{_QUOTED}|[^\[\](){{}}'\",]|[\[({{](?:{_NESTED})*[\])}}])+)")
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`](?:[^:#]|:(?=\S)|(?<=\S)#)*")
_PLAIN_START = re.compile(r"[-?:][^\s,\[\]{}]")


def line_of(text: str, line: int) -> str:
    """A line as the file has it; an empty one where it is too long to mend, or not there."""
    lines = text.split("\n")
    return "" if line >= len(lines) or is_long(text, line) else lines[line]


def is_long(text: str, line: int) -> bool:
    """Whether `line_of` leaves a line out."""
    lines = text.split("\n")
    return line < len(lines) and len(lines[line]) > MAX_LINE


def spell(text: str, *, flow: bool = False, style: str | None = None) -> str:
    """A text as YAML spells it on one line: plain where that reads back as the same text."""
    if style not in ("'", '"') and _may_be_plain(text, flow=flow):
        return text
    if "\\" in text or "\n" in text or ('"' in text and "'" not in text) or style == "'":
        return _single_or_escaped(text)
    return '"' + text.replace('"', '\\"') + '"'


def _single_or_escaped(text: str) -> str:
    if "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _may_be_plain(text: str, *, flow: bool) -> bool:
    if not _PLAIN.fullmatch(text) and not (_PLAIN_START.match(text) and _PLAIN.fullmatch(text[1:])):
        return False
    if text.rstrip() != text or text.endswith(":") or "\n" in text:
        return False
    return not (flow and re.search(r"[,\[\]{}]", text)) and _is_text(text)


def _is_text(text: str) -> bool:
    try:
        return isinstance(resolve(text), str)
    except NotJson:
        return False


def quoted(text: str, line: int) -> str | None:
    """The line with all of its value in quotes, if that helps."""
    found = _LINE.fullmatch(line_of(text, line))
    if not found or not found["value"]:
        return None
    value = spell(found["value"].strip(), style='"')
    return proven(text, line, f"{found['before']}{value}{found['comment'] or ''}")


def templates_quoted(text: str, line: int) -> str | None:
    """The line with each `${…}` of its flow maps and lists in quotes, if that helps."""
    fixed = _TEMPLATE_IN_FLOW.sub(r'\g<before>"\g<value>"', line_of(text, line))
    return proven(text, line, fixed)


def double_braces(text: str, line: int) -> str | None:
    """The line with each `{{ x }}` as `"${x}"`, if that helps."""
    return proven(text, line, _DOUBLE_BRACES.sub(r'"${\1}"', line_of(text, line)))


def single_quotes(text: str, line: int) -> str | None:
    """The line with its double-quoted texts in single quotes, if that helps."""

    def swap(found: re.Match[str]) -> str:
        return "'" + found[1].replace("'", "''") + "'"

    return proven(text, line, re.sub(r'"((?:[^"\\]|\\.)*)"', swap, line_of(text, line)))


def items_quoted(text: str, line: int, opening: int) -> str | None:
    """The line with those items in quotes that need them, brackets and quotes kept together."""
    content = line_of(text, line)
    items = list(_items(content, opening + 1))
    if not items:
        return None
    end = items[-1].end()
    spelt = (_item(one["item"], content[opening]) for one in items)
    fixed = f"{content[: opening + 1]}{', '.join(spelt)}{content[end:]}"
    return proven(text, line, fixed)


def _items(content: str, at: int) -> Iterator[re.Match[str]]:
    while found := _ITEM.match(content, at):
        yield found
        at = found.end()
        if content[at : at + 1] != ",":
            return
        at += 1


def _item(item: str, bracket: str) -> str:
    key, colon, value = item.partition(": ") if bracket == "{" else ("", "", item)
    return f"{key}{colon}{value if value[:1] in _OPENERS else spell(value.strip(), flow=True)}"


def no_space(text: str, line: int, key: str) -> tuple[str, str, str | None]:
    """What to say of `{a:b}`: found, expected, and the line with its space."""
    spaced = key.replace(":", ": ", 1)
    fixed = proven(text, line, line_of(text, line).replace(key, spaced, 1))
    return f"{key!r} as a key without a value", "a space behind the ':'", fixed


def proven(text: str, line: int, fixed: str) -> str | None:
    """The corrected line without its indentation, if YAML's next fault lies behind it."""
    lines = text.split("\n")
    if line >= len(lines) or not fixed or lines[line] == fixed:
        return None
    lines[line] = fixed
    return fixed.strip() if _reads("\n".join(lines), line + fixed.count("\n")) else None


def _reads(text: str, line: int) -> bool:
    """Whether YAML finds no fault up to the end of a line; it is not read any further."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            at: Any = event.start_mark
            if at.line > line or depth > MAX_DEPTH:
                break
    except yaml.MarkedYAMLError as error:
        in_quotes = "quoted scalar" in (error.context or "")
        mark: Any = error.context_mark if in_quotes else error.problem_mark or error.context_mark
        return bool(mark.line > line)
    return True
