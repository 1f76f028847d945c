"""`# opsloop: ignore OPS301 - reason`: comments that silence a lint on their line.

Called by `run`. A comment speaks of its own line; one that stands alone, of the next line that
is none. What is wrong with a comment is a lint itself, which nothing silences.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from opsloop.lint.base import Lint
from opsloop.lint.codes import PAGE, TITLES
from opsloop.problems import Place, Problem, Silenced
from opsloop.rules.nodes import Node
from opsloop.rules.source import Source

BROKEN, IDLE = "OPS001", "OPS002"
_COMMENT = re.compile(r"(?:(?<=\s)|^)#[ \t]*opsloop[ \t]*:[ \t]*([^\n]*)", re.MULTILINE)
_SHAPE = re.compile(r"ignore\s+(?P<codes>\w+(?:\s*,\s*\w+)*)(?:\s+[-–—:]+\s*(?P<reason>\S.*))?")  # noqa: RUF001 - dashes as people type them
_MEANT = "`# opsloop: ignore OPS301 - reason`"

LINTS = (
    Lint(
        BROKEN,
        "error",
        finds="A comment `# opsloop: …` that is none of `ignore`, names a code that there is not, "
        "or one that cannot be silenced, or gives no reason.",
        why="The reason is for who reads the rule next year. A mistyped code silences nothing, and "
        "nobody would notice.",
        fix=f"Write {_MEANT}, with several codes by commas.",
        silenced=False,
    ),
    Lint(
        IDLE,
        "warning",
        finds="A comment that silences a lint which is not told of its line. What waits for a "
        "rule's mode is left out: a rule that observes for a while keeps its comments.",
        why="Left behind, it would one day hide what it was not written for.",
        fix="Take the comment away. If the line is still told of, put the comment on that line, or "
        "alone on the line above.",
        silenced=False,
    ),
)


@dataclass(slots=True)
class _Silence:
    """One code of one comment."""

    place: Place
    code: str
    reason: str
    #: the lines that it speaks of
    lines: range
    used: bool = False


class Silences:
    """All comments of a project. `known` are the codes that a comment may name."""

    def __init__(self, sources: Iterable[Source], known: Collection[str]) -> None:
        self.problems: list[Problem] = []
        self.silenced: list[Silenced] = []
        self._known = known
        self._by_file: dict[str, list[_Silence]] = {}
        for source in sources:
            for place, text, lines in comments(source):
                self._by_file.setdefault(source.name, []).extend(self._read(place, text, lines))

    def heard(self, problems: Iterable[Problem]) -> list[Problem]:
        """Those that no comment silences; the others are put on record."""
        return [one for one in problems if not self._silence(one)]

    def idle(self, asleep: Collection[str], of_mode: Collection[str]) -> Iterator[Problem]:
        """A warning for each that silenced nothing, once everything has been heard.

        Files that are `asleep` are told of no lint `of_mode`, and may keep its comment.
        """
        for file, silences in self._by_file.items():
            for one in silences:
                if not one.used and not (file in asleep and one.code in of_mode):
                    found = f"a silencing of {one.code}, which is not told of this line"
                    yield Problem(one.place, found, "no such comment", warning=True, code=IDLE)

    def _silence(self, problem: Problem) -> bool:
        place = problem.place
        for one in self._by_file.get(place.file, ()):
            if one.code == problem.code and place.line in one.lines:
                one.used = True
                self.silenced.append(Silenced(problem, one.reason))
                return True
        return False

    def _read(self, place: Place, text: str, lines: range) -> Iterator[_Silence]:
        shaped = _SHAPE.fullmatch(text.strip())
        if shaped is None:
            self._say(place, f"the comment 'opsloop: {text.strip()}'", _MEANT)
            return
        if shaped["reason"] is None:
            reasoned = f"one behind it: `# opsloop: ignore {shaped['codes']} - reason`"
            self._say(place, f"a silencing of {shaped['codes']} without a reason", reasoned)
            return
        for code in re.split(r"\s*,\s*", shaped["codes"]):
            if code in self._known:
                yield _Silence(place, code, shaped["reason"], lines)
            else:
                self._say(place, *_unknown(code))

    def _say(self, place: Place, found: str, expected: str) -> None:
        self.problems.append(Problem(place, found, expected, code=BROKEN))


def _unknown(code: str) -> tuple[str, str]:
    """What is wrong with a code that no comment may name, and what to write."""
    if code in TITLES:
        return f"a silencing of {code}, which nothing silences", "the mistake mended"
    meant = code.upper() if code.upper() in TITLES else f"a code of {PAGE}"
    return f"a silencing of {code}, which is no lint's code", meant


def comments(source: Source) -> Iterator[tuple[Place, str, range]]:
    """Each comment to opsloop: where it is, what it says, and the lines that it speaks of."""
    if "opsloop" not in source.text:
        return
    texts = [node for node in _leaves(source.root) if node.style or node.start.line < node.end.line]
    for found in _COMMENT.finditer(source.text):
        if any(_begin(node, source) <= found.start() < node.end.offset for node in texts):
            continue  # a text, which may say what it likes
        line = source.text.count("\n", 0, found.start()) + 1
        column = found.start() - (source.text.rfind("\n", 0, found.start()) + 1) + 1
        about = _next_line(source, line) if not source.line(line)[: column - 1].strip() else line
        end = max([about, *(_end(node) for node in texts if node.start.line + 1 == about)])
        yield Place(source.name, line, column), found[1], range(about, end + 1)


def _next_line(source: Source, line: int) -> int:
    """The next line that holds more than a comment; the last where there is none."""
    lines = source.text.split("\n")
    for number in range(line + 1, len(lines) + 1):
        text = lines[number - 1].strip()
        if text and not text.startswith("#"):
            return number
    return len(lines)


def _begin(node: Node, source: Source) -> int:
    """Where a text begins; that of a block, behind the line that opens it."""
    start = node.start.offset
    return source.text.index("\n", start) if node.style in ("|", ">") else start


def _end(node: Node) -> int:
    """The last line of a text, counted from 1; a block's end mark is behind its last line."""
    return node.end.line + (1 if node.end.column else 0)


def _leaves(node: Node) -> Iterator[Node]:
    pending = [node]
    while pending:
        one = pending.pop()
        pending += [*one.children.values(), *one.keys.values()]
        if not one.children:
            yield one
