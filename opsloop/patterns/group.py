"""All branches that one kind of event can satisfy, as one function.

Made by Matcher, one for each kind. Imports codegen, masks, shapes and Pattern. What the fast path
does not expect (a shape, a number, broken text) goes to Pattern, which decides.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

import msgspec

from opsloop.patterns.branches import Field
from opsloop.patterns.codegen import compile_match
from opsloop.patterns.masks import Masks
from opsloop.patterns.pattern import Pattern
from opsloop.patterns.reading import read_event
from opsloop.patterns.shapes import Surprise, decoder, tree

Match: TypeAlias = Callable[[bytes], list[str]]

MOST_REMEMBERED = 10_000
SURPRISES = (Surprise, msgspec.MsgspecError, ValueError, RecursionError)
T = TypeVar("T")


class Contender(NamedTuple):
    """A branch of the pattern called name; its kind has settled all but these fields."""

    name: str
    pattern: Pattern
    fields: Sequence[Field]
    exact_only: bool


class Group:
    """The contenders for one kind of event, in the order in which their names are reported.

    `match` is compiled when the first event comes, and again when one has arrays for leaves.
    """

    def __init__(self, contenders: Sequence[Contender]) -> None:
        self._contenders = contenders
        self._names = Names([contender.name for contender in contenders])
        self.match: Match = self._compile_first

    def _compile_first(self, data: bytes) -> list[str]:
        self.match = self._compile(careful=False)
        return self.match(data)

    def _compile_careful(self, data: bytes) -> list[str]:
        self.match = self._compile(careful=True)
        return self.match(data)

    def _compile(self, *, careful: bool) -> Match:
        everyone, undecided = (1 << len(self._contenders)) - 1, 0
        asked: dict[str, list[tuple[int, Field]]] = {}
        for bit, contender in _with_bits(self._contenders):
            if contender.exact_only:
                undecided |= bit
                continue
            for field in contender.fields:
                asked.setdefault(field.name, []).append((bit, field))
        masks = {name: Masks(everyone, fields) for name, fields in _busiest_first(asked)}
        root = tree(masks)
        given = {
            "everyone": everyone,
            "undecided": undecided,
            "decode": decoder(root.struct) if root.children else _nothing_to_read,
            "names": self._names,
            "settle": self._settle,
            "unhashable": self._exactly if careful else self._compile_careful,
            "surprised": self._exactly,
            "SURPRISES": SURPRISES,
        }
        match: Match = compile_match(root, masks, given, careful=careful)
        return match

    def _exactly(self, data: bytes) -> list[str]:
        everyone = (1 << len(self._contenders)) - 1
        return self._settle(data, everyone, everyone)

    def _settle(self, data: bytes, left: int, doubt: int) -> list[str]:
        """Let Pattern decide on the contenders in doubt."""
        event = read_event(data)
        for bit, contender in _with_bits(self._contenders):
            if bit & left & doubt and not contender.pattern.matches(event):
                left &= ~bit
        return self._names[left].copy()


class Names(dict[int, list[str]]):
    """A mask's names, in their order and each once, memoised."""

    __slots__ = ("_all",)

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._all = names

    def __missing__(self, mask: int) -> list[str]:
        """Spell the mask's bits."""
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        names = list(dict.fromkeys(name for bit, name in _with_bits(self._all) if mask & bit))
        self[mask] = names
        return names


def _with_bits(items: Iterable[T]) -> Iterator[tuple[int, T]]:
    return ((1 << i, item) for i, item in enumerate(items))


def _busiest_first(
    asked: dict[str, list[tuple[int, Field]]],
) -> list[tuple[str, list[tuple[int, Field]]]]:
    """Fields that many ask for come first: they are the ones to leave nobody soon."""
    return sorted(asked.items(), key=lambda item: -len(item[1]))


def _nothing_to_read(_data: bytes) -> None:
    return None
