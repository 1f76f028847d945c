"""Values in words, and the fault that a check raises. Called by every check of this package."""

from __future__ import annotations

from typing import Any

from opsloop.problems import Fault, Path, Problem

CLIP = 60
#: of one file: more than that is no reading
MAX_PROBLEMS = 50


class Refused(ValueError):
    """Raised inside of a pydantic model: what is wrong with a value, without its place."""

    def __init__(
        self, found: str, expected: str, correction: str | None = None, path: Path = ()
    ) -> None:
        super().__init__(f"found {found}; expected {expected}")
        self.fault = Fault(found, expected, correction, path)


class Unquoted(Refused):
    """A list or a map where a text is meant: its own spelling, in quotes, is the correction."""


def clipped(text: str) -> str:
    """A text that fits into a message."""
    return text if len(text) <= CLIP else f"{text[: CLIP - 1]}…"


def said(value: Any) -> str:
    """A value in words: "text 'x'", "number 5", "a list of 2", "nothing"."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"text '{clipped(value)}'"
    if isinstance(value, int | float):
        return f"number {value}"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return f"a map with {listed(value)}" if value else "an empty map"


def listed(names: Any, last: str = "and") -> str:
    """Names as prose: "a, b and c"."""
    texts = [clipped(str(name)) for name in names]
    if len(texts) > 8:  # noqa: PLR2004 - what one reads at a glance
        return f"{', '.join(texts[:7])} {last} {len(texts) - 7} more"
    return f" {last} ".join(filter(None, [", ".join(texts[:-1]), texts[-1]])) if texts else ""


def readable(problems: list[Problem]) -> list[Problem]:
    """The first of a file's problems, with a last one that says that there are more."""
    if len(problems) <= MAX_PROBLEMS:
        return problems
    ordered = sorted(problems, key=lambda one: one.place)
    place, expected = ordered[MAX_PROBLEMS].place, f"the {MAX_PROBLEMS} before it mended first"
    return [*ordered[:MAX_PROBLEMS], Problem(place, "more problems", expected)]
