"""A regular expression becomes a program that `chalicelib.expressions.regexes` runs.

Python's own parser reads the pattern, so it means what it means in Python. What an
automaton cannot do (backreferences, looking around, taking back nothing) is a fault.
Called by `dialect`.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

from chalicelib.expressions.regexes import Instruction, Program
from opsloop.expressions.faults import BadExpression
from opsloop.problems import Fault

# `re` publishes its parser to no one, but it is the only one that reads as `re` does;
# tests hold the outcome against `re` itself.
_parser: Any = re._parser  # type: ignore[attr-defined]  # noqa: SLF001

MAX_INSTRUCTIONS = 1_000
_FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE | re.UNICODE
_LAST = 0x10FFFF
_NEWLINE = ord("\n")


def compile_pattern(pattern: str, offset: int = 0) -> Program:
    """The pattern's program. Raises BadExpression; `offset` is where the pattern begins."""
    try:
        parsed = _parsed(pattern)
        return Program(pattern=pattern, code=_Compiler(parsed.state.flags).program(parsed))
    except re.error as error:
        expected, place = f"a regular expression ({error.msg})", offset + (error.pos or 0)
        raise _bad(pattern, expected, place) from None
    except Warning as warning:
        raise _bad(pattern, f"an unambiguous pattern ({warning})", offset) from None
    except (OverflowError, RecursionError):
        raise _bad(pattern, "a smaller regular expression", offset) from None
    except _Unsupported as unsupported:
        raise _bad(pattern, str(unsupported), offset) from None


def _parsed(pattern: str) -> Any:
    with warnings.catch_warnings():
        # Python warns of what it may read in another way one day
        warnings.simplefilter("error")
        return _parser.parse(pattern)


def _bad(pattern: str, expected: str, offset: int) -> BadExpression:
    return BadExpression([Fault(f"the pattern `{pattern}`", expected, offset=offset)])


class _Unsupported(Exception):
    """The pattern holds what an automaton cannot do."""


class _Compiler:
    """Instructions in the order in which they are run."""

    def __init__(self, flags: int) -> None:
        if flags & ~_FLAGS:
            raise _Unsupported("no flags but i, m, s and x")
        self.flags = flags
        self.code: list[Instruction] = []

    def program(self, parsed: Any) -> list[Instruction]:
        self.sequence(parsed, self.flags)
        self.emit("accept")
        return self.code

    def emit(self, *instruction: Any) -> int:
        if len(self.code) >= MAX_INSTRUCTIONS:
            raise _Unsupported("a smaller regular expression; its repeats make it too large")
        self.code.append(list(instruction))
        return len(self.code) - 1

    def sequence(self, items: Any, flags: int) -> None:
        for operator, argument in items:
            emit = getattr(self, f"op_{str(operator).lower()}", None)
            if emit is None:
                raise _Unsupported(_REFUSED.get(str(operator), f"no {str(operator).lower()}"))
            emit(argument, flags)

    def one(self, negated: bool, ranges: list[int], classes: list[str], flags: int) -> None:
        fold = bool(flags & re.IGNORECASE)
        self.emit("set", negated, fold, ranges, classes)

    def op_literal(self, code: int, flags: int) -> None:
        self.one(negated=False, ranges=[code, code], classes=[], flags=flags)

    def op_not_literal(self, code: int, flags: int) -> None:
        self.one(negated=True, ranges=[code, code], classes=[], flags=flags)

    def op_any(self, _: None, flags: int) -> None:
        ranges = [] if flags & re.DOTALL else [_NEWLINE, _NEWLINE]
        self.one(negated=True, ranges=ranges, classes=[], flags=flags & ~re.IGNORECASE)

    def op_in(self, members: Any, flags: int) -> None:
        negated = False
        ranges: list[int] = []
        classes: list[str] = []
        for operator, argument in members:
            match str(operator):
                case "NEGATE":
                    negated = True
                case "LITERAL":
                    ranges += [argument, argument]
                case "RANGE":
                    ranges += argument
                case "CATEGORY":
                    classes.append(str(argument).removeprefix("CATEGORY_").lower())
        self.one(negated, ranges, classes, flags)

    def op_at(self, where: Any, flags: int) -> None:
        multiline = bool(flags & re.MULTILINE)
        match str(where):
            case "AT_BEGINNING":
                self.emit("at", "line_start" if multiline else "start")
            case "AT_END":
                self.emit("at", "line_end" if multiline else "last_line_end")
            case other:
                self.emit("at", _PLACES[other])

    def op_subpattern(self, argument: Any, flags: int) -> None:
        _group, added, removed, items = argument
        self.sequence(items, (flags | added) & ~removed)

    def op_branch(self, argument: Any, flags: int) -> None:
        _, branches = argument
        jumps = []
        for branch in branches[:-1]:
            split = self.emit("split", len(self.code) + 1, 0)
            self.sequence(branch, flags)
            jumps.append(self.emit("jump", 0))
            self.code[split][2] = len(self.code)
        self.sequence(branches[-1], flags)
        for jump in jumps:
            self.code[jump][1] = len(self.code)

    def op_max_repeat(self, argument: Any, flags: int) -> None:
        least, most, items = argument
        for _ in range(least):
            self.sequence(items, flags)
        if most is _parser.MAXREPEAT:
            self._any_number(items, flags)
        else:
            self._up_to(most - least, items, flags)

    #: greedy or not, the same texts fit
    op_min_repeat = op_max_repeat

    def _any_number(self, items: Any, flags: int) -> None:
        split = self.emit("split", len(self.code) + 1, 0)
        self.sequence(items, flags)
        self.emit("jump", split)
        self.code[split][2] = len(self.code)

    def _up_to(self, count: int, items: Any, flags: int) -> None:
        splits = []
        for _ in range(count):
            splits.append(self.emit("split", len(self.code) + 1, 0))
            self.sequence(items, flags)
        for split in splits:
            self.code[split][2] = len(self.code)


_PLACES = {
    "AT_BEGINNING_STRING": "start",
    "AT_END_STRING": "end",
    "AT_BOUNDARY": "boundary",
    "AT_NON_BOUNDARY": "no_boundary",
}
_REFUSED = {
    "GROUPREF": "no backreference: an event's text could make it slow",
    "GROUPREF_EXISTS": "no conditional group: an event's text could make it slow",
    "ASSERT": "no look-ahead or look-behind: an event's text could make it slow",
    "ASSERT_NOT": "no look-ahead or look-behind; use `!regex(...)` beside this one",
    "ATOMIC_GROUP": "no atomic group: matching here never goes back",
    "POSSESSIVE_REPEAT": "no possessive repeat: matching here never goes back",
}
