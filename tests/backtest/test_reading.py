"""Records found in texts of every form, whatever the blocks they are read in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.backtest import reading
from opsloop.backtest.inflating import Damaged
from opsloop.backtest.reading import batches
from opsloop.backtest.scanning import scan

Form = Callable[[list[Any]], str]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-99, 99),
    st.text(st.sampled_from('ab{}[]",:\\ \n}]é'), max_size=12),
    st.sampled_from(['},{"eventVersion"', ']}{"Records":[', '}{"a"', '\\"}', "\u2028"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
records = st.lists(
    st.dictionaries(st.text(max_size=4), values, max_size=3).map(
        lambda more: {"eventVersion": "1", "items": [{"eventVersion": "2"}, {"k": 1}], **more}
    ),
    max_size=8,
)


def dumped(record: Any, indent: int | None = None) -> str:
    return json.dumps(record, indent=indent, ensure_ascii=False)


FORMS: dict[str, Form] = {
    "lines": lambda all_: "".join(f"{dumped(one)}\n" for one in all_),
    "lines without the last end": lambda all_: "\n".join(map(dumped, all_)),
    "lines with blank ones between": lambda all_: "\r\n\n".join(map(dumped, all_)),
    "one behind the other": lambda all_: "".join(map(dumped, all_)),
    "indented, one behind the other": lambda all_: "\n".join(dumped(one, 2) for one in all_),
    "a file of CloudTrail": lambda all_: dumped({"Records": all_}),
    "an indented file of CloudTrail": lambda all_: dumped({"Records": all_}, 1),
    "files of CloudTrail behind each other": lambda all_: "".join(
        dumped({"Records": part}) for part in (all_[:2], all_[2:5], all_[5:])
    ),
    "a file of CloudTrail on each line": lambda all_: "\n".join(
        dumped({"Records": part}) for part in (all_[:3], all_[3:])
    ),
    "a list": dumped,
    "an indented list": lambda all_: dumped(all_, 2),
    "an answer of the AWS CLI": lambda all_: dumped({"AlarmHistoryItems": all_, "NextToken": "x"}),
}


def read(text: bytes, block: int) -> list[tuple[bytes, int]]:
    """Items and lines, where blocks are as small as that."""
    pieces = (text[at : at + 7] for at in range(0, len(text), 7))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(reading, "BLOCK", block)
        return [
            (bytes(item), line)
            for batch in batches(pieces)
            for item, line in zip(batch.items, batch.lines, strict=True)
            if bytes(item).strip()
        ]


def objects(item: bytes) -> list[Any]:
    """What is in an item; the quick ways may leave objects together."""
    try:
        return [json.loads(item)]
    except ValueError:
        return [json.loads(piece.text) for piece in scan(item)]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form).replace(" ", "-"))
@settings(max_examples=25)
@given(records, st.integers(100, 3_000))
def test_every_record_is_found_at_its_line(form: str, all_: list[Any], block: int) -> None:
    text = FORMS[form](all_)
    found = read(text.encode(), block)
    assert [json.loads(item) for item, _ in found] == all_
    lines = text.split("\n")
    for item, line in found:
        assert item.strip().split(b"\n")[0].strip() in lines[line - 1].encode()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form).replace(" ", "-"))
@settings(max_examples=25)
@given(st.lists(st.dictionaries(st.text(max_size=3), values, max_size=2), max_size=6))
def test_no_key_confuses(form: str, all_: list[Any]) -> None:
    text = FORMS[form](all_).encode()
    assert [one for item, _ in read(text, 1_000) for one in objects(item)] == all_


BROKEN = '{"eventVersion":"1","name":"x","list":[{"k":1},{"k":'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a":1}\n%s\n{"a":2}\n', [('{"a":1}', 1), (BROKEN, 2), ('{"a":2}', 3)]),
        ('{"a":1}\nrubbish\n{"a":2}', [('{"a":1}', 1), ("rubbish", 2), ('{"a":2}', 3)]),
        (
            '{"Records":[{"eventVersion":1},%s,{"eventVersion":2}]}',
            [('{"eventVersion":1}', 1), (BROKEN, 1), ('{"eventVersion":2}', 1)],
        ),
        (
            '{"Records":[\n{"eventVersion":1},\n%s\n,{"eventVersion":2}]}',
            [('{"eventVersion":1}', 2), (BROKEN, 3), ('{"eventVersion":2}', 4)],
        ),
        ('{"Records":[{"eventVersion":1},%s', [('{"eventVersion":1}', 1), (BROKEN, 1)]),
        ('[{"a":1},5,{"a":2}]', [('{"a":1}', 1), ("5", 1), ('{"a":2}', 1)]),
        ('{"Records":5}', [('{"Records":5}', 1)]),
        ("", []),
        ("\ufeff \n", []),
        ('\ufeff{"a":1}', [('{"a":1}', 1)]),
        ("plain text\nof two lines", [("plain text\nof two lines", 1)]),
    ],
)
def test_what_is_broken_stands_alone(text: str, found: list[tuple[str, int]]) -> None:
    text = text.replace("%s", BROKEN)
    assert [(item.decode(), line) for item, line in read(text.encode(), 4_000)] == found


def test_what_was_read_before_trouble_is_given() -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"a":1}\n{"a":2}\n'
        raise Damaged("cut")

    found = batches(pieces())
    assert next(found).items == [b'{"a":1}', b'{"a":2}']
    with pytest.raises(Damaged, match="cut"):
        next(found)


def test_a_line_without_end_is_not_kept_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST", 5_000)
    monkeypatch.setattr(reading, "BLOCK", 1_000)
    pieces = (b'{"a":"' + b"x" * 1_000 for _ in range(50))
    assert max(len(item) for batch in batches(pieces) for item in batch.items) < 8_000


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd(text: bytes) -> None:
    for item, line in read(text, 100):
        assert item.strip() in text
        assert 1 <= line <= text.count(b"\n") + 1
