"""gzip undone, member by member, in bounded pieces."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from opsloop.backtest.inflating import Damaged, inflated

MEMBERS = st.lists(st.binary(max_size=2_000), max_size=4)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def content(data: bytes, size: int = 64) -> bytes:
    return b"".join(inflated(pieces(data, size), lambda _size: None))


@given(MEMBERS, st.integers(2, 5_000))
def test_members_come_out_one_behind_the_other(members: list[bytes], size: int) -> None:
    data = b"".join(map(gzip.compress, members))
    assert content(data, size) == b"".join(members)


@given(st.binary(max_size=500).filter(lambda data: not data.startswith(b"\x1f\x8b")))
def test_what_is_not_compressed_passes(data: bytes) -> None:
    assert content(data) == data


def until_damaged(packed: bytes) -> tuple[bytes, str]:
    """What comes out, and what is said in the end."""
    got = list[bytes]()
    try:
        for piece in inflated(pieces(packed, 64), lambda _size: None):
            got.append(piece)
    except Damaged as damaged:
        return b"".join(got), str(damaged)
    return b"".join(got), ""


@given(st.binary(min_size=100, max_size=3_000), st.data())
def test_what_was_there_before_the_cut_comes_out(data: bytes, draw: st.DataObject) -> None:
    packed = gzip.compress(data)
    cut = draw.draw(st.integers(10, len(packed) - 1))
    got, said = until_damaged(packed[:cut])
    assert data.startswith(got)
    assert said == "gzip data ends too early"


def test_damage_in_the_middle_is_told() -> None:
    data = bytes(range(256)) * 1_000
    packed = bytearray(gzip.compress(data))
    packed[-8] ^= 0xFF  # of the checksum
    got, said = until_damaged(bytes(packed))
    assert data.startswith(got)
    assert len(data) - len(got) <= 1 << 16
    assert said == "gzip data is damaged: Error -3 while decompressing data: incorrect data check"


def test_zeros_behind_the_last_member_are_padding() -> None:
    assert content(gzip.compress(b"a") + b"\0" * 100) == b"a"


def test_a_bomb_comes_out_in_small_pieces() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    sizes = [len(piece) for piece in inflated(iter([bomb]), lambda _size: None)]
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= 1 << 16


def test_compressed_bytes_are_told_as_they_are_used() -> None:
    packed, told = gzip.compress(bytes(range(256)) * 10), list[int]()
    for _ in inflated(pieces(packed, 100), told.append):
        pass
    assert sum(told) == len(packed)
