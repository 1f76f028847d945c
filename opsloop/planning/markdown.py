"""A plan as a comment for a pull request: permissions first, the rest folded away.

Whoever writes a rule may want to deceive its reviewer. So whatever comes from a rule stands in a
fenced block whose fence no line of it can close, or as code in which each character that Markdown
or HTML could read as more than itself is spelled as a number; there GitHub makes no links and
calls nobody, either. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from opsloop.output import plain
from opsloop.planning import lines, review
from opsloop.planning.diff import UnitDiff
from opsloop.planning.report import Report
from opsloop.planning.review import Loosened, Section

#: what GitHub takes for one comment is 65,536 characters
MOST = 60_000
#: characters of the blocks that are not folded away; what is longer is told in the log
MOST_OPEN = 16_000
#: lines of one block that a reviewer reads in a comment, and characters of one line
MOST_LINES = 120
MOST_WIDE = 600
#: hidden in the comment: by this a workflow finds the one that it wrote before
MARK = "<!-- opsloop plan: {} -->"

#: GitHub's colour for a line that changes
_SIGNS = {"~": "!", "±": "!"}
_SAID = {"add": "is new", "change": "changes", "destroy": "goes", "rename": "is renamed"}
_SPECIAL = re.compile(r"[^A-Za-z0-9 ,/-]")


def comment(report: Report) -> str:
    """The comment, no longer than GitHub takes."""
    summary = review.summary(report) if report.difference or report.unread else "No changes."
    parts = [MARK.format(_spelled(report.stage["stage"])), f"### {summary}"]
    parts.append(_code(review.where(report)))
    if report.difference:
        loosened = review.safeguards_summary(report)
        summary = f"{review.permissions_summary(report)} {loosened or ''}".rstrip()
        parts += [summary, *_safeguards(report), *_permissions(report)]
    if told := list(_notes(report)):
        parts.append(_block(told, "text"))
    return _within(parts, report.difference.units)


def _within(parts: list[str], units: Sequence[UnitDiff]) -> str:
    """As many of the details as there is room for; what is left out is counted."""
    text = "\n\n".join(parts)
    for place, unit in enumerate(units):
        details = _details(unit)
        if len(text) + len(details) > MOST:
            left = len(units) - place
            return f"{text}\n\n{left} more did not fit here: `opsloop plan` has them all.\n"
        text = f"{text}\n\n{details}"
    return f"{text}\n"


def _permissions(report: Report) -> Iterator[str]:
    for more, title, mark in ((True, "Permissions gained", "+"), (False, "Permissions lost", "-")):
        told = [
            line
            for section in review.sections(report, more=more)
            for line in _section(section, mark)
        ]
        if told:
            yield f"**{title}**\n\n{_block(told, 'diff')}"


def _safeguards(report: Report) -> Iterator[str]:
    told = [line for one in review.loosenings(report) for line in _loosened(one)]
    if told:
        yield f"**{review.safeguards_title(report)}**\n\n{_block(told, 'diff')}"


def _loosened(one: Loosened) -> Iterator[str]:
    yield f"@@ {one.title} @@"
    for each in one.told:
        what, values = review.loosening(each)
        # GitHub's colours: red for what is looser, grey for what nobody can decide
        yield f"{'#' if each.kind == 'changed' else '-'} {what}: {values}"


def _section(section: Section, mark: str) -> Iterator[str]:
    yield f"@@ {section.title} @@"
    for told in section.told:
        # what begins with an exclamation mark has a colour of its own
        yield f"{'!' if told.danger else ''}{mark} {told.permission}"
        if told.danger:
            yield f"!     {told.danger}"
        if told.beside:
            yield f"      {told.beside}"
    if section.ordinary:
        yield f"{mark} {review.ordinary(section)}"


def _notes(report: Report) -> Iterator[str]:
    yield from (f"note: {plain(note)}" for note in report.notes)
    yield from (f"not read: {one}" for one in review.unread(report.unread))


def _details(one: UnitDiff) -> str:
    title = f"{_code(lines.title(one))} {_SAID[one.action]}"
    told = [_line(line) for line in lines.facts(one)]
    if not told:
        return f"<details><summary>{title}</summary></details>"
    return f"<details><summary>{title}</summary>\n\n{_block(told, 'diff')}\n\n</details>"


def _line(line: lines.Line) -> str:
    sign = _SIGNS.get(line.sign, line.sign)
    return f"{sign} {'  ' * line.depth}{line.text}".rstrip()


def _block(told: list[str], language: str) -> str:
    """A fenced block that nothing in it can end, cut where it is too long to be read."""
    short = list(_short(told))
    if len(short) < len(told):
        short.append(f"… {len(told) - len(short)} more lines: `opsloop plan` has them all")
    longest = max((len(run) for one in short for run in re.findall("`+", one)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *short, fence])


def _short(told: Iterable[str]) -> Iterator[str]:
    room = MOST_OPEN
    for number, one in enumerate(told):
        line = one if len(one) <= MOST_WIDE else f"{one[:MOST_WIDE]}…"
        room -= len(line) + 1
        if room < 0 or number == MOST_LINES:
            return
        yield line


def _code(text: str) -> str:
    return f"<code>{_spelled(text)}</code>"


def _spelled(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", plain(text))
