"""What is wrong with a rule file, in the words every part of the desk uses.

A part that looks at one expression or one call reports a `Fault`, which knows nothing of
files. Whoever holds the file turns it into a `Problem`, which has a place in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]

#: the lints of what a catalogue may not know yet: a name, a value's kind, who sends an event
DOUBTED_NAME, DOUBTED_KIND, DOUBTED_SENDER = "OPS101", "OPS102", "OPS103"
#: the lint of what is true whatever comes
ALWAYS_MET = "OPS202"
#: those that are told where files are read
PLAIN_SECRET, LONG_NAME, SAME_ID = "OPS401", "OPS501", "OPS502"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong inside one value: `path` leads to it, `offset` into its text."""

    found: str
    expected: str
    #: the whole corrected text of the value, where one can be offered
    correction: str | None = None
    path: Path = ()
    offset: int = 0
    #: the key that `path` ends with is wrong, not its value; `correction` is the right key
    key: bool = False
    #: `correction` is spelt as YAML has it, quotes and brackets included: it is no text's value
    spelt: bool = False
    #: it may be right all the same: it is told as a warning, and fails nothing
    doubt: bool = False
    #: of the lint that finds it, docs/lint.md; what has none is no lint
    lint: str | None = None

    @property
    def code(self) -> str | None:
        """The lint's code; a doubt that names none is one about a value's kind."""
        return self.lint or (DOUBTED_KIND if self.doubt else None)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault with its place. `correction` is the corrected line."""

    place: Place
    found: str
    expected: str
    correction: str | None = None
    #: told, and nothing fails of it
    warning: bool = False
    #: of the lint that found it: docs/lint.md
    code: str | None = None

    @property
    def label(self) -> str:
        """What stands before the words: "warning OPS201: ", or nothing."""
        words = " ".join(filter(None, ["warning" if self.warning else None, self.code]))
        return f"{words}: " if words else ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.label}found {self.found}; expected {self.expected}"
        return text if self.correction is None else f"{text}\n    write: {self.correction}"


@dataclass(frozen=True, slots=True)
class Silenced:
    """A problem of a lint that a comment silences, and why it does."""

    problem: Problem
    reason: str


class Problems(Exception):
    """All that is wrong, sorted by place: raised once, when everything has been looked at.

    `warnings` are what was seen besides, which alone would fail nothing; `silenced`, what
    comments in the files silence.
    """

    def __init__(
        self,
        problems: list[Problem],
        warnings: list[Problem] | None = None,
        silenced: Sequence[Silenced] = (),
    ) -> None:
        self.problems = in_order(problems)
        self.warnings = in_order(warnings or [])
        self.silenced = tuple(silenced)
        super().__init__("\n".join(map(str, self.problems)))


def in_order(problems: list[Problem]) -> list[Problem]:
    """The problems by place."""
    return sorted(problems, key=lambda problem: (problem.place, str(problem)))
