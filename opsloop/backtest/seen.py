"""Which events were seen before: one table of fingerprints that all workers share.

CloudTrail delivers now and then twice, into different files, which different workers read. The
table has a fixed size; once a part of it is full, what is new there is no longer remembered,
and `full` says that the number of duplicates is a lower bound.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from hashlib import blake2b
from multiprocessing import RawArray
from multiprocessing.context import BaseContext
from threading import Lock
from typing import Any, cast

#: 16 parts of 2^17 places, of 8 bytes each: 16 MiB, most of it never touched
PARTS = 16
PLACES = 1 << 17
#: the share of a part that may be taken
_LOAD = 0.75


class Seen:
    """Remembers identities by 64 bits of their hash. Made once, handed to each worker."""

    def __init__(self, context: BaseContext | None = None, places: int = PLACES) -> None:
        self._places = places
        self._slots: Any = RawArray("Q", PARTS * places)
        self._taken: Any = RawArray("Q", PARTS)
        new_lock = context.Lock if context else Lock
        self._locks = [cast("AbstractContextManager[Any]", new_lock()) for _ in range(PARTS)]

    @property
    def full(self) -> bool:
        """Whether something may have been forgotten."""
        return any(taken >= self._places * _LOAD for taken in self._taken)

    def before(self, identity: str) -> bool:
        """Whether this was asked before, by anyone."""
        digest = blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        print_ = int.from_bytes(digest) or 1
        part = print_ % PARTS
        with self._locks[part]:
            return self._put(part, print_)

    def _put(self, part: int, print_: int) -> bool:
        slots, begin = self._slots, part * self._places
        place = print_ // PARTS % self._places
        while there := slots[begin + place]:
            if there == print_:
                return True
            place = (place + 1) % self._places
        if self._taken[part] < self._places * _LOAD:
            slots[begin + place] = print_
            self._taken[part] += 1
        return False
