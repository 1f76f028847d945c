"""YAML's syntax errors in words that say what to do, each with the corrected line.

libyaml says what its grammar missed; the explainers below look at the line and say what was
meant. The first that knows the fault speaks. Called by `source`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from opsloop.problems import Place, Problem
from opsloop.rules import corrections
from opsloop.rules.words import clipped

_CLOSING = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class _Failure:
    """A syntax error with all that an explainer may look at; lines count from 0."""

    text: str
    problem: str
    line: int
    column: int
    index: int
    #: where the construct began that could not be read
    since: Any

    @property
    def content(self) -> str:
        return corrections.line_of(self.text, self.line)

    @property
    def before(self) -> str:
        return self.content[: self.column]


#: line and column from 0, found, expected, correction
_Said = tuple[int, int, str, str, str | None]
_Explainer = Callable[[_Failure], _Said | None]


def explain(error: yaml.YAMLError, name: str, text: str) -> Problem:
    """The problem behind a YAML error."""
    failure = _failure(error, text)
    said = (explainer(failure) for explainer in (_EXPLAINERS if _short(failure) else ()))
    line, column, found, expected, correction = next(filter(None, said), _anything(failure))
    return Problem(Place(name, line + 1, column + 1), found, expected, correction)


def _failure(error: yaml.YAMLError, text: str) -> _Failure:
    if not isinstance(error, yaml.MarkedYAMLError):
        return _Failure(text, str(error).partition("\n")[0], 0, 0, 0, None)
    mark: Any = error.problem_mark or error.context_mark
    problem = ", ".join(filter(None, (error.context, error.problem)))
    return _Failure(text, problem, mark.line, mark.column, mark.index, error.context_mark)


def _short(failure: _Failure) -> bool:
    lines = failure.line, failure.since.line if failure.since else failure.line
    return not any(corrections.is_long(failure.text, line) for line in lines)


def _tab(failure: _Failure) -> _Said | None:
    indentation = re.match(r"[ \t]*", failure.content)
    if indentation is None or "\t" not in indentation.group():
        return None
    at = indentation.group().index("\t")
    fixed = _at_column(failure, sorted(_columns(failure), reverse=True))
    return failure.line, at, "a tab in the indentation", "spaces", fixed


def _at_column(failure: _Failure, columns: Iterable[int]) -> str | None:
    """The line at the first of these columns that reads, with its indentation."""
    for column in columns:
        moved = " " * column + failure.content.strip()
        if corrections.proven(failure.text, failure.line, moved):
            return moved
    return None


def _columns(failure: _Failure) -> set[int]:
    """Where the line may stand: beside what is open above it, or below a key without a value."""
    above = [line for line in _lines_above(failure) if line.strip()]
    columns = _open_columns(above, items=failure.content.lstrip().startswith("- "))
    if above and re.search(r"(:|[|>][-+]?)\s*$", above[-1]):
        columns.add(len(above[-1]) - len(above[-1].lstrip(" -")) + 2)
    return columns


def _template(failure: _Failure) -> _Said | None:
    if failure.text[failure.index - 1 : failure.index + 1] != "${":
        return None
    fixed = corrections.templates_quoted(failure.text, failure.line)
    expected = "a template inside of {} or [] in quotes, for its brace opens a map there"
    return failure.line, failure.column - 1, "${ without quotes", expected, fixed


def _colon(failure: _Failure) -> _Said | None:
    if "mapping values are not allowed" not in failure.problem:
        return None
    if re.fullmatch(r"\s*(- +)*[\w.$-]+", failure.before):
        return _indented(failure)
    fixed = corrections.quoted(failure.text, failure.line)
    found = "': ' inside of a text without quotes"
    return failure.line, failure.column, found, "the text in quotes", fixed


def _indented(failure: _Failure) -> _Said:
    """A line that stands deeper than its neighbours becomes part of the value above it."""
    depth = len(failure.content) - len(failure.content.lstrip())
    columns = sorted((one for one in _columns(failure) if one < depth), reverse=True)
    expected = f"its neighbours' indentation of {columns[0]}" if columns else "no indentation"
    fixed = _at_column(failure, columns)
    return failure.line, depth, f"a line indented by {depth} below a value", expected, fixed


def _lines_above(failure: _Failure) -> list[str]:
    return failure.text.split("\n")[: failure.line]


def _outdented(failure: _Failure) -> _Said | None:
    """A line whose indentation belongs to no key or list that is open above it."""
    if "block" not in failure.problem or failure.before.strip():
        return None
    is_item = failure.content.lstrip().startswith("- ")
    columns = sorted(_columns(failure))
    if failure.column in columns or not columns:
        return _in_or_out_of_list(failure, is_item=is_item)
    nearest = sorted(columns, key=lambda one: (abs(one - failure.column), -one))
    expected = f"{' or '.join(map(str, columns))}, as the lines above have it"
    found = f"a line indented by {failure.column}"
    return failure.line, failure.column, found, expected, _at_column(failure, nearest)


def _open_columns(lines: list[str], *, items: bool) -> set[int]:
    """The columns at which a next key, or a next dash, may stand."""
    columns: set[int] = set()
    limit = sys.maxsize
    for line in reversed([line for line in lines if line.strip() and line.lstrip()[0] != "#"]):
        dash = re.match(r"\s*(?=-\s)", line)
        key = re.match(r"\s*(?:- +)*(?=[^\s#-][^#]*:(?:\s|$))", line)
        columns |= {found.end() for found in (dash if items else key,) if found} - set(
            range(limit, limit + len(line))
        )
        limit = min(limit, len(line) - len(line.lstrip()))
    return columns


def _in_or_out_of_list(failure: _Failure, *, is_item: bool) -> _Said | None:
    found = _shown(failure.content)
    at = failure.line, failure.column
    if "'-' indicator" in failure.problem:
        fixed = " " * failure.column + "- " + failure.content.strip()
        expected = "a '- ' before it, or less indentation"
        return *at, f"{found} between the items of a list", expected, fixed
    if is_item:
        return *at, f"{found} between keys", "the items of a list below a key of their own", None
    return None


def _behind(failure: _Failure) -> _Said | None:
    """Something stands behind a closing quote or bracket."""
    ended = ("did not find expected key", "did not find expected '-' indicator")
    if not (failure.before.strip() and any(words in failure.problem for words in ended)):
        return None
    if opened := _quote_from_above(failure):
        return _not_closed(failure, opened)
    fixed = corrections.quoted(failure.text, failure.line)
    found = f"{_shown(failure.content[failure.column :])} behind the end of a value"
    return failure.line, failure.column, found, "one value; a text as a whole in quotes", fixed


def _no_colon(failure: _Failure) -> _Said | None:
    if "could not find expected ':'" not in failure.problem:
        return None
    since = failure.since
    content = corrections.line_of(failure.text, since.line)
    fixed = re.sub(r"^([\w.$-]+):?(?=\S|$)", r"\1: ", content.strip()).rstrip()
    proven = corrections.proven(failure.text, since.line, _indent_of(content) + fixed)
    return since.line, since.column, f"{_shown(content)} without ': '", "key: value", proven


def _shown(text: str) -> str:
    return repr(clipped(text.strip()))


def _indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _open_quote(failure: _Failure) -> _Said | None:
    if "quoted scalar, found unexpected" not in failure.problem:
        return None
    return _not_closed(failure, failure.since)


def _not_closed(failure: _Failure, opened: Any) -> _Said:
    content = corrections.line_of(failure.text, opened.line)
    quote = content[opened.column]
    fixed = corrections.proven(failure.text, opened.line, content.rstrip() + quote)
    found = f"a text that {quote} opens and nothing closes on its line"
    return opened.line, opened.column, found, f"a {quote} at its end", fixed


def _quote_from_above(failure: _Failure) -> Any:
    """Where the quoted text was opened that ends just before, if it goes over lines."""
    last: Any = None
    try:
        for event in yaml.parse(failure.text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.ScalarEvent):
                last = event
    except yaml.YAMLError:
        pass
    if last is None or last.style not in ("'", '"'):
        return None
    return last.start_mark if last.start_mark.line < last.end_mark.line else None


def _open_bracket(failure: _Failure) -> _Said | None:
    if "flow" not in failure.problem:
        return None
    if opened := _quote_from_above(failure):
        return _not_closed(failure, opened)
    at_bracket = _is_bracket(failure.text, failure.since.index)
    since = failure.since if at_bracket else _open_flow(failure)
    if since is None:
        return None
    if failure.line > since.line:
        return _open_ended(failure, since)
    fixed = corrections.items_quoted(failure.text, failure.line, since.column)
    bracket = failure.content[since.column]
    found = f"{_shown(failure.content[failure.column :])} where an item of {bracket} ended"
    expected = f"',' or {_CLOSING[bracket]}; a text that holds one of []{{}},: stands in quotes"
    return failure.line, failure.column, found, expected, fixed


def _open_ended(failure: _Failure, since: Any) -> _Said:
    content = corrections.line_of(failure.text, since.line)
    bracket = content[since.column]
    closing = _CLOSING[bracket]
    fixed = corrections.proven(failure.text, since.line, content.rstrip() + closing)
    found = f"a {bracket} that nothing closes"
    return since.line, since.column, found, f"a {closing} behind its last item", fixed


def _open_flow(failure: _Failure) -> Any:
    """Where the innermost bracket was opened that is not closed."""
    opened = []
    try:
        for event in yaml.parse(failure.text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                opened.append(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                opened.pop()
    except yaml.YAMLError:
        pass
    marks: list[Any] = [event.start_mark for event in reversed(opened)]
    return next((mark for mark in marks if _is_bracket(failure.text, mark.index)), None)


def _is_bracket(text: str, index: int) -> bool:
    return text[index : index + 1] in _CLOSING


def _escape(failure: _Failure) -> _Said | None:
    if "quoted scalar" not in failure.problem or "escape" not in failure.problem:
        return None
    fixed = corrections.single_quotes(failure.text, failure.line)
    at = failure.content.rfind("\\", 0, failure.column + 1)
    found = f"the escape {failure.content[at : at + 2]} in double quotes"
    return failure.line, at, found, "single quotes, which leave \\ alone", fixed


def _indicator(failure: _Failure) -> _Said | None:
    """A plain text may not start with this character."""
    start = failure.since.column if _is_name(failure) else failure.column
    character = failure.content[start : start + 1]
    if not (_is_name(failure) or "cannot start any token" in failure.problem):
        return None
    fixed = corrections.quoted(failure.text, failure.line)
    found = f"a text that starts with {character}"
    return failure.line, start, found, "such a text in quotes", fixed


def _is_name(failure: _Failure) -> bool:
    return "scanning an alias" in failure.problem or "scanning an anchor" in failure.problem


def _dash(failure: _Failure) -> _Said | None:
    if "block sequence entries are not allowed" not in failure.problem:
        return None
    found = "'- ' on the line of its key"
    expected = "the list's items on lines of their own, or [a, b]; a text in quotes"
    fixed = corrections.quoted(failure.text, failure.line)
    return failure.line, failure.column, found, expected, fixed


def _anything(failure: _Failure) -> _Said:
    found = f"what YAML cannot read ({failure.problem})"
    return failure.line, failure.column, found, "a text in quotes, or another layout", None


_EXPLAINERS: tuple[_Explainer, ...] = (
    _tab,
    _template,
    _colon,
    _outdented,
    _behind,
    _no_colon,
    _open_quote,
    _open_bracket,
    _escape,
    _indicator,
    _dash,
)
