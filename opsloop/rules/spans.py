"""Where each character of a scalar stands in the file: escapes and folded lines undone.

Called by `source` when a problem inside a value needs its line and column. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

#: a character of the value, and where it (or what it was made from) starts in the raw text
Spot = tuple[str, int]

_BREAK = re.compile(r"[ \t]*\n[ \t\n]*")
_ESCAPED_BREAK = re.compile(r"\\\n[ \t]*")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_NAMED = dict(
    zip('0abt\tnvfre "/\\N_LP', '\0\a\b\t\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029', strict=True)
)


def spots(raw: str, style: str | None, value: str) -> list[int]:
    """The raw offset of each character of `value`, and of its end.

    `raw` is the scalar as the file has it, quotes or block header included, `style` as
    PyYAML has it. Raises ValueError where `raw` does not give `value`.
    """
    for found in _readings(raw, style):
        if "".join(character for character, _ in found) == value:
            last = found[-1][1] + 1 if found else 0
            return [*(at for _, at in found), last]
    raise ValueError(f"{raw!r} is not a scalar of style {style!r} with the value {value!r}")


def _readings(raw: str, style: str | None) -> Iterator[list[Spot]]:
    if style in ("|", ">"):
        yield from _blocks(raw, folded=style == ">")
    else:
        yield list(_flow(raw, style))


def _flow(raw: str, style: str | None) -> Iterator[Spot]:
    at, end = (1, len(raw) - 1) if style else (0, len(raw))
    special = _SPECIAL.get(style)
    while at < end:
        if found := _BREAK.match(raw, at, end):
            count = found.group().count("\n")
            yield from [(" ", at)] if count == 1 else [("\n", at)] * (count - 1)
            at = found.end()
        elif special and (step := special(raw, at)):
            characters, at_next = step
            yield from ((character, at) for character in characters)
            at = at_next
        else:
            yield raw[at], at
            at += 1


def _single(raw: str, at: int) -> tuple[str, int] | None:
    return ("'", at + 2) if raw.startswith("''", at) else None


def _double(raw: str, at: int) -> tuple[str, int] | None:
    if found := _ESCAPED_BREAK.match(raw, at):
        return _blank_lines(raw, found.end())
    if not (found := _ESCAPE.match(raw, at)):
        return None
    digits = found[1] or found[2] or found[3]
    return (chr(int(digits, 16)) if digits else _NAMED[found[4]]), found.end()


def _blank_lines(raw: str, at: int) -> tuple[str, int]:
    """Blank lines behind an escaped line break are line breaks of the value."""
    found = re.compile(r"[ \t\n]*").match(raw, at)
    blank = found.group().count("\n") if found else 0
    return "\n" * blank, found.end() if found else at


_SPECIAL: dict[str | None, Callable[[str, int], tuple[str, int] | None]] = {
    "'": _single,
    '"': _double,
}


def _blocks(raw: str, *, folded: bool) -> Iterator[list[Spot]]:
    """The block read with each indentation that it could have, and each way to end it."""
    header, _, body = raw.partition("\n")
    lines = list(_lines(body, len(header) + 1))
    for indent in _indents(header, [line for line, _ in lines]):
        cut = [(line[indent:], at + min(indent, len(line))) for line, at in lines]
        whole = list(_folded(cut) if folded else _literal(cut))
        yield from _endings(whole, header)


def _indents(header: str, lines: list[str]) -> Iterable[int]:
    """All that the lines allow where the header gives a number, which counts from the parent."""
    depths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")]
    if not depths:
        return range(max(map(len, lines), default=0), -1, -1)
    explicit = re.search(r"\d", header.partition("#")[0])
    return range(min(depths) + 1) if explicit else (depths[0],)


def _endings(whole: list[Spot], header: str) -> Iterator[list[Spot]]:
    text = "".join(character for character, _ in whole)
    stripped = len(text.rstrip("\n"))
    if "-" in header.split("#", maxsplit=1)[0]:
        yield whole[:stripped]
    elif "+" in header.split("#", maxsplit=1)[0]:
        yield whole
    else:
        yield whole[: stripped + 1] if stripped else []


def _lines(body: str, at: int) -> Iterator[Spot]:
    for line in body.removesuffix("\n").split("\n") if body else ():
        yield line, at
        at += len(line) + 1


def _literal(lines: list[Spot]) -> Iterator[Spot]:
    for line, at in lines:
        yield from ((character, at + n) for n, character in enumerate(line))
        yield "\n", at + len(line)


def _folded(lines: list[Spot]) -> Iterator[Spot]:
    """A break between two lines that start with text is a space, or vanishes before blank ones."""
    for number, (line, at) in enumerate(lines):
        yield from ((character, at + n) for n, character in enumerate(line))
        yield from _fold(lines, number, at + len(line))


def _fold(lines: list[Spot], number: int, at: int) -> Iterator[Spot]:
    behind = [text for text, _ in lines[number + 1 :]]
    following = next((text for text in behind if text), "")
    if not _starts_with_text(lines[number][0]) or not _starts_with_text(following):
        yield "\n", at
    elif behind[0]:
        yield " ", at


def _starts_with_text(line: str) -> bool:
    return line[:1] not in ("", " ", "\t")
