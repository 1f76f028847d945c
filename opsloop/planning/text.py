"""A plan for people at a terminal, in the style that Terraform made known."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from opsloop.output import plain
from opsloop.planning import lines, review
from opsloop.planning.diff import UnitDiff
from opsloop.planning.lines import Line
from opsloop.planning.report import Report
from opsloop.planning.review import Section, Told

STYLES = {"+": "green", "-": "red", "~": "yellow", "!": "bold red", " ": "dim"}
_SIGNS = {"add": "+", "change": "~", "destroy": "-", "rename": "±"}
_SAID = {
    "add": "is new",
    "change": "changes",
    "destroy": "goes, with its function, its role and its trigger",
    "rename": "is renamed: made anew, while its history stays under the old name",
}
_INDENT = 6


def view(report: Report) -> RenderableType:
    """All of it."""
    heading = Text.assemble(("opsloop plan", "bold"), (f"  {review.where(report)}", "dim"))
    parts: list[RenderableType] = [heading, Text()]
    for one in report.difference.units:
        parts += [*_unit(one), Text()]
    parts += _permissions(report)
    parts += _safeguards(report)
    parts += [Text.assemble(("note ", "cyan"), plain(note)) for note in report.notes]
    for said in review.unread(report.unread):
        parts.append(Text.assemble(("not read ", "bold red"), said))
    parts.append(Text(plain(review.summary(report)), "bold"))
    if report.difference:
        parts.append(Text(review.permissions_summary(report)))
    if loosened := review.safeguards_summary(report):
        parts.append(Text(loosened, STYLES["!"]))
    return Group(*parts)


def sign(of: str) -> Text:
    """The sign of what happens to a unit, in its colour."""
    mark = _SIGNS[of]
    return Text(mark, STYLES.get(mark, "magenta"))


def shown(one: Line) -> RenderableType:
    """One line, with its sign at the left; what is too long for it hangs below its text."""
    text = Text(one.text, STYLES[one.sign] if one.depth else "")
    return hanging(Text(one.sign, STYLES[one.sign]), text, _INDENT, 2 * one.depth)


def hanging(mark: Text, text: Text, indent: int, gap: int = 0) -> RenderableType:
    """A text beside its mark, and nothing below the mark but blanks."""
    made = Table.grid()
    made.add_column(no_wrap=True, min_width=indent + len(mark) + 1 + gap)
    made.add_column(overflow="fold")
    made.add_row(Text(" " * indent).append_text(mark), text)
    return made


def _unit(one: UnitDiff) -> Iterator[RenderableType]:
    said = _SAID[one.action]
    if one.unit.kind not in ("rule", "waker") and one.action == "destroy":
        said = "goes"
    heading = Text("  ")
    heading.append_text(sign(one.action)).append(f" {plain(lines.title(one))}", "bold")
    yield heading.append(f"  {said}", "dim")
    yield from map(shown, lines.facts(one))
    if one.permissions and one.action == "change" and not one.changes:
        yield Text(f"{' ' * _INDENT}  its permissions only: see below", "dim")


def _permissions(report: Report) -> Iterator[RenderableType]:
    for more, title, mark in ((True, "Permissions gained", "+"), (False, "Permissions lost", "-")):
        there = review.sections(report, more=more)
        if there:
            yield Text(title, "bold")
            for section in there:
                yield from _section(section, mark)
            yield Text()


def _safeguards(report: Report) -> Iterator[RenderableType]:
    there = review.loosenings(report)
    if there:
        yield Text(review.safeguards_title(report), STYLES["!"])
    for one in there:
        yield Text(f"  {one.title}")
        for each in one.told:
            what, values = review.loosening(each)
            mark = "?" if each.kind == "changed" else "!"
            said = Text.assemble((what, "bold"), f"  {values}")
            yield hanging(Text(mark, STYLES["~" if mark == "?" else "!"]), said, 4)
    if there:
        yield Text()


def _section(section: Section, mark: str) -> Iterator[RenderableType]:
    yield Text(f"  {section.title}")
    for told in section.told:
        yield from permission(told, mark)
    if section.ordinary:
        yield Text(f"      {mark} {review.ordinary(section)}", "dim")


def permission(told: Told, mark: str) -> Iterator[RenderableType]:
    """One permission, with why to look at it twice."""
    marks = Text("! " if told.danger else "  ", STYLES["!"]).append(mark, STYLES[mark])
    yield hanging(marks, Text(told.permission, STYLES[mark]), 4)
    for word, style in ((told.danger, STYLES["!"]), (told.beside, "dim")):
        if word:
            yield hanging(Text(), Text(word, style), 9)
