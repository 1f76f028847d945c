"""What a place of events is called, and which of those that were found may hold some.

Called by `sources` and `s3`, which go through folders; opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from opsloop.backtest.span import Span

STDIN = "-"
S3 = "s3://"
#: what lies beside events, and is none
_NO_EVENTS = frozenset(
    {".avro", ".bz2", ".crc", ".csv", ".html", ".md", ".orc", ".parquet", ".py", ".tar", ".txt"}
    | {".yaml", ".yml", ".zip", ".zst"}
)
_NO_FOLDERS = frozenset({"CloudTrail-Digest"})


@dataclass(frozen=True, slots=True)
class Input:
    """One file of events: what people call it, and how many bytes it has there (0: unknown)."""

    place: str
    size: int


@dataclass(slots=True)
class Passed:
    """What was not read, and why: counted while the inputs are gone through."""

    #: folders out of the time range by their names
    dated: int = 0
    #: files that hold no events by their names
    named: int = 0


def entered(folder: str, span: Span, passed: Passed) -> bool:
    """Whether to look into a folder; its path ends with a slash."""
    name = PurePath(folder).name
    if name.startswith(".") or name in _NO_FOLDERS:
        return False
    if not span.may_hold(folder):
        passed.dated += 1
        return False
    return True


def holds_events(name: str, passed: Passed) -> bool:
    """Whether a file that was not named, only found, may hold events."""
    suffixes = PurePath(name).suffixes
    last = suffixes[-2:-1] if suffixes[-1:] == [".gz"] else suffixes[-1:]
    if name.startswith((".", "_")) or _NO_EVENTS.intersection(last):
        passed.named += 1
        return False
    return True
