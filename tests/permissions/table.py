"""The proof as a table: for each statement of each policy, what is otherwise without it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console

from opsloop.tables import Rows
from tests.permissions.asked import Asked
from tests.permissions.beyond import DENIED
from tests.permissions.proving import Judged, Part, Played, statements

COLUMNS = ("of", "without", "is otherwise", "by")
#: wide enough for every line: whoever prints it may cut
_WIDE = 400
#: of an action and what it is on
_SHOWN = 64
_PLACE = re.compile(r"arn:aws:[\w-]+:[\w-]*:\d*:")


def table(played: Sequence[Played], judged: Sequence[Judged], beyond: Mapping[str, str]) -> str:
    """Aligned lines, the same in every terminal."""
    page = io.StringIO()
    rows = [
        row
        for one, verdict in zip(played, judged, strict=True)
        for row in _rows(one, verdict, beyond)
    ]
    Console(file=page, width=_WIDE, color_system=None).print(Rows(COLUMNS, rows))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def _rows(played: Played, judged: Judged, beyond: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    name = played.subject.name
    for part in statements(played.subject.policy):
        yield name, part.sid, *_verdict(part, played, judged, beyond)
        name = ""


def _verdict(
    part: Part, played: Played, judged: Judged, beyond: Mapping[str, str]
) -> tuple[str, str]:
    asked = judged.without.get(part.sid)
    done = "allowed" if part.denies else "refused"
    otherwise = f"{done}: {_short(asked)}" if asked else "nothing"
    if part.sid in played.without:
        return otherwise, "both"
    reasons = {DENIED} if part.denies else {beyond.get(action, "") for action in part.actions}
    return otherwise, f"the simulator: {'; '.join(sorted(reasons))}" if asked else ""


def _short(asked: Asked) -> str:
    text = _PLACE.sub("", str(asked))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
