"""Regular expressions that cannot hang: an automaton reads each character once.

`re` may take exponential time on a text chosen for it, and the texts come from events. So
the compiler (`opsloop.expressions.patterns`) turns each pattern into a small program, and
this module runs it as an automaton whose states are made when first needed. What makes
`re` slow (backreferences, looking around) has no place in it. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

from chalicelib.expressions.values import Misuse

#: `["set", negated, fold, [low, high, …], [class, …]]`, `["split", pc, pc]`, `["jump", pc]`,
#: `["at", where]`, `["accept"]`; a set goes on to the next instruction
Instruction = list[Any]


class Program(TypedDict):
    """A compiled pattern. `pattern` is the text in the rule."""

    pattern: str
    code: list[Instruction]


#: steps from one place of the program to the next; about a quarter of a second
_MOST_WORK = 300_000
_MOST_STATES = 10_000

# What stands before and after a place in the text.
_EDGE, _LINE, _LAST_LINE, _WORD, _OTHER = range(5)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


_CLASSES: dict[str, Callable[[str], bool]] = {
    "digit": str.isdecimal,
    "space": str.isspace,
    "word": _is_word,
}


class _State:
    """Places reached in the program, and what the last character was."""

    __slots__ = ("before", "next", "places")

    def __init__(self, places: frozenset[int], before: int) -> None:
        self.places = places
        self.before = before
        self.next: dict[str, _State | None] = {}


class Automaton:
    """The states of one program, made as texts need them. A next state of None is a match."""

    def __init__(self, code: list[Instruction]) -> None:
        self.code = code
        self._forget()

    def search(self, text: str) -> bool:
        """Whether the pattern fits anywhere. Raises `Misuse` where that is too much work."""
        self.work = 0
        state = self.start
        # only the last newline differs from its like: `$` fits before it
        body, tail = (text[:-1], text[-1:]) if text.endswith("\n") else (text, "")
        for character in body:
            try:
                following = state.next[character]
            except KeyError:
                following = self._learn(state, character)
            if following is None:
                return True
            state = following
        return self._ends(state, tail)

    def _ends(self, state: _State, tail: str) -> bool:
        if tail:
            following = self._step(state, tail, _LAST_LINE)
            if following is None:
                return True
            state = following
        return self._accepts(self._reach(state, _EDGE))

    def _learn(self, state: _State, character: str) -> _State | None:
        following = state.next[character] = self._step(state, character, _kind(character))
        return following

    def _step(self, state: _State, character: str, after: int) -> _State | None:
        reached = self._reach(state, after)
        if self._accepts(reached):
            return None
        code = self.code
        places = frozenset(
            pc + 1 for pc in reached if code[pc][0] == "set" and _has(code[pc], character)
        )
        return self._state(places, _kind(character))

    def _state(self, places: frozenset[int], before: int) -> _State:
        key = (places, before)
        if key not in self.states:
            if len(self.states) >= _MOST_STATES:
                self._forget()
            self.states[key] = _State(places, before)
        return self.states[key]

    def _forget(self) -> None:
        self.start = _State(frozenset(), _EDGE)
        self.states = {(self.start.places, self.start.before): self.start}

    def _accepts(self, reached: set[int]) -> bool:
        return any(self.code[pc][0] == "accept" for pc in reached)

    def _reach(self, state: _State, after: int) -> set[int]:
        """All places reached without reading, and from the start: a match may begin here."""
        reached: set[int] = set()
        waiting = [0, *state.places]
        while waiting:
            pc = waiting.pop()
            if pc not in reached:
                reached.add(pc)
                waiting += self._onward(pc, state.before, after)
        self.work += len(reached)
        if self.work > _MOST_WORK:
            raise Misuse("regex(): this text is too much work for this pattern")
        return reached

    def _onward(self, pc: int, before: int, after: int) -> list[int]:
        match self.code[pc]:
            case ["split", first, second]:
                return [first, second]
            case ["jump", target]:
                return [target]
            case ["at", where]:
                return [pc + 1] if _at(where, before, after) else []
        return []


def _at(where: str, before: int, after: int) -> bool:
    match where:
        case "start":
            return before == _EDGE
        case "line_start":
            return before in (_EDGE, _LINE)
        case "end":
            return after == _EDGE
        case "last_line_end":
            return after in (_EDGE, _LAST_LINE)
        case "line_end":
            return after in (_EDGE, _LAST_LINE, _LINE)
    return ((before == _WORD) != (after == _WORD)) == (where == "boundary")


def _kind(character: str) -> int:
    if character == "\n":
        return _LINE
    return _WORD if _is_word(character) else _OTHER


def _has(instruction: Instruction, character: str) -> bool:
    _, negated, fold, ranges, classes = instruction
    spellings = {character, character.lower(), character.upper()} if fold else {character}
    return bool(negated) != any(_listed(spelling, ranges, classes) for spelling in spellings)


def _listed(character: str, ranges: list[int], classes: list[str]) -> bool:
    if len(character) == 1:
        code = ord(character)
        for low, high in zip(ranges[::2], ranges[1::2], strict=True):
            if low <= code <= high:
                return True
        return any(_is(character, name) for name in classes)
    return False


def _is(character: str, name: str) -> bool:
    wanted = name.removeprefix("not_")
    return _CLASSES[wanted](character) == (wanted == name)


#: patterns come from rules, so there are never more than the rules have
_AUTOMATA: dict[str, Automaton] = {}


def search(program: Program, text: str) -> bool:
    """Whether the pattern fits anywhere in the text."""
    pattern = program["pattern"]
    if pattern not in _AUTOMATA:
        _AUTOMATA[pattern] = Automaton(program["code"])
    return _AUTOMATA[pattern].search(text)
