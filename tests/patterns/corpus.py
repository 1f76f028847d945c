"""Reads data/corpus.jsonl.gz: each row's pattern and event as the very text that AWS read."""

import gzip
import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

DATA = Path(__file__).parent / "data"
_PATTERN, _EVENT = '{"pattern":', ',"event":'

Verdict = bool | Literal["invalid"]


class Row(NamedTuple):
    pattern: str
    event: str
    expect: Verdict
    op: str
    lossy: bool


def _row(line: str) -> Row:
    decoder = json.JSONDecoder()
    _, pattern_end = decoder.raw_decode(line, len(_PATTERN))
    event_start = pattern_end + len(_EVENT)
    assert line.startswith(_PATTERN)
    assert line[pattern_end:event_start] == _EVENT
    _, event_end = decoder.raw_decode(line, event_start)
    row = json.loads(line)
    pattern, event = line[len(_PATTERN) : pattern_end], line[event_start:event_end]
    return Row(pattern, event, row["expect"], row["op"], row.get("lossy", False))


@cache
def corpus() -> tuple[Row, ...]:
    with gzip.open(DATA / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        return tuple(_row(line) for line in lines if line.strip())


@cache
def corpus_by_op() -> dict[str, list[Row]]:
    by_op = defaultdict(list)
    for row in corpus():
        by_op[row.op].append(row)
    return dict(by_op)


@cache
def perf_rules() -> dict[str, str]:
    with gzip.open(DATA / "perf_rules.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {f"rule-{i:04}": line for i, line in enumerate(lines)}
