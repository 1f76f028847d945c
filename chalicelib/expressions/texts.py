"""Texts: patterns, parts, quoting. Subjects are bounded, so hostile data cannot hang a rule.

Mixed into `functions.Functions`. json, shlex and urllib are imported where they are used.
"""

from __future__ import annotations

from typing import Any

from chalicelib.expressions.globs import glob
from chalicelib.expressions.regexes import Program, search
from chalicelib.expressions.signatures import takes
from chalicelib.expressions.values import MAX_TEXT, Misuse, bounded, shallow

_MAX_RESULT = 1_048_576


class TextFunctions:
    """Beside JMESPath's contains, starts_with, ends_with, join, reverse and length."""

    @takes("string", "object")
    def _func_regex(self, text: str, program: Program) -> bool:
        """The compiler has put the pattern's automaton in the place of the pattern."""
        return search(program, bounded(text))

    @takes("string", "string")
    def _func_glob(self, text: str, pattern: str) -> bool:
        return glob(bounded(text), bounded(pattern))

    @takes("string")
    def _func_lower(self, text: str) -> str:
        return text.lower()

    @takes("string")
    def _func_upper(self, text: str) -> str:
        return text.upper()

    @takes("string", "string")
    def _func_split(self, text: str, separator: str) -> list[str]:
        if not separator:
            raise Misuse("split(): the separator is empty")
        return text.split(separator)

    @takes("string", "string", "string")
    def _func_replace(self, text: str, old: str, new: str) -> str:
        if not old:
            raise Misuse("replace(): the text to be replaced is empty")
        _room("replace", len(text) + text.count(old) * len(new))
        return text.replace(old, new)

    @takes("string", "array-string")
    def _func_join(self, separator: str, texts: list[str]) -> str:
        """JMESPath's, with a bound: both arguments may come from one event."""
        _room("join", sum(map(len, texts)) + len(separator) * len(texts))
        return separator.join(texts)

    @takes("string")
    def _func_json(self, text: str) -> Any:
        from json import loads  # noqa: PLC0415 - with the other lazy imports of this module

        try:
            value = loads(bounded(text, _MAX_RESULT), parse_constant=_no_constant)
        except RecursionError:
            raise Misuse("json(): the text is nested too deep") from None
        except ValueError as error:
            raise Misuse(f"json(): {error}") from None
        if not shallow(value):
            raise Misuse("json(): the text is nested too deep")
        return value

    @takes("string")
    def _func_urlencode(self, text: str) -> str:
        from urllib.parse import quote  # noqa: PLC0415 - costs, and is seldom wanted

        return quote(bounded(text), safe="")

    @takes("string")
    def _func_shell_quote(self, text: str) -> str:
        from shlex import quote  # noqa: PLC0415 - costs, and is seldom wanted

        if "\0" in text:
            raise Misuse("shell_quote(): a NUL character cannot be quoted")
        return quote(bounded(text, MAX_TEXT))


def _room(function: str, length: int) -> None:
    if length > _MAX_RESULT:
        raise Misuse(f"{function}(): the result would be longer than {_MAX_RESULT} characters")


def _no_constant(name: str) -> None:
    raise Misuse(f"{name} is no JSON")
