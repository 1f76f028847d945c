"""What may stand in a field's list: one frozen class for each operator, each a test of a token.

Called by the compiler (which makes them), by Pattern and by Matcher (which ask them). Imports
tokens and addresses. `wanted` is the operator as its author wrote it, in JSON.
"""

import re
from dataclasses import dataclass, field

from opsloop.patterns.addresses import Block, address_digits
from opsloop.patterns.tokens import QUOTE, comparable

_WILDCARD_PIECES = re.compile(r"\\[*\\]|\*|\\|[^*\\]+")
_ESCAPED = (r"\*", "\\\\")
_BMP_END = 0xFFFF


@dataclass(frozen=True, slots=True)
class Operator:
    """One element of a field's list."""

    wanted: str = field(compare=False)

    def holds(self, token: str) -> bool:
        """Whether a value that is present satisfies the operator."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Exactly(Operator):
    """A string, true, false or null."""

    token: str

    def holds(self, token: str) -> bool:
        """Equality of type and text."""
        return token == self.token


@dataclass(frozen=True, slots=True)
class ExactNumber(Operator):
    """A number: equal in value, or in text where a double cannot hold it."""

    text: str
    value: float | None

    def holds(self, token: str) -> bool:
        """Equality in value, else in text."""
        return token == self.text or (self.value is not None and comparable(token) == self.value)


@dataclass(frozen=True, slots=True)
class InBlock(Operator):
    """`cidr`, and a string that is an IP address (a block of one)."""

    block: Block

    def holds(self, token: str) -> bool:
        """Whether the token is an address of the block."""
        # A bare number's digits count as an address's: to AWS's engine 17 is in 0.0.0.0/0.
        digits = address_digits(token[1:-1]) if token.startswith(QUOTE) else token
        return digits is not None and self.block.holds(digits)


@dataclass(frozen=True, slots=True)
class StartsWith(Operator):
    """`prefix`."""

    start: str

    def holds(self, token: str) -> bool:
        """Whether the token starts so, its quote included."""
        return token.startswith(self.start)


@dataclass(frozen=True, slots=True)
class EndsWith(Operator):
    """`suffix`."""

    end: str

    def holds(self, token: str) -> bool:
        """Whether the token ends so, its quote included."""
        return token.endswith(self.end)


@dataclass(frozen=True, slots=True)
class IgnoringCase(Operator):
    """`equals-ignore-case`, alone, in `prefix` and in `suffix` (which reads backwards)."""

    folded: re.Pattern[str]
    whole: bool = True
    backwards: bool = False

    def holds(self, token: str) -> bool:
        """Whether the token is, starts or ends so."""
        text = token[::-1] if self.backwards else token
        return bool(self.folded.fullmatch(text) if self.whole else self.folded.match(text))


@dataclass(frozen=True, slots=True)
class Wildcard(Operator):
    """`wildcard`: the texts between the stars, in order."""

    parts: tuple[str, ...]

    def holds(self, token: str) -> bool:
        """Whether the parts follow each other, the first at the start and the last at the end."""
        if len(self.parts) == 1:
            return token == self.parts[0]
        first, *middle, last = self.parts
        at = len(first)
        for part in middle:
            found = token.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return token.startswith(first) and token.endswith(last) and len(token) - at >= len(last)


@dataclass(frozen=True, slots=True)
class NumberRange(Operator):
    """`numeric` with one bound or two."""

    low: float
    high: float

    def holds(self, token: str) -> bool:
        """Whether the token is a number from low to high, both included."""
        value = comparable(token)
        return value is not None and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Present(Operator):
    """`exists: true`."""

    def holds(self, token: str) -> bool:  # noqa: ARG002 - to be there is enough
        """Always: a token is a leaf that is there."""
        return True


@dataclass(frozen=True, slots=True)
class Absent(Operator):
    """`exists: false`: met by the field's absence, which is asked of the event, not of a token."""

    def holds(self, token: str) -> bool:  # noqa: ARG002 - to be there is to fail
        """Never: a token is a leaf that is there."""
        return False


@dataclass(frozen=True, slots=True)
class AnythingBut(Operator):
    """`anything-but`: present, and none of these."""

    excluded: tuple[Operator, ...]

    def holds(self, token: str) -> bool:
        """Whether no excluded operator holds."""
        return not any(operator.holds(token) for operator in self.excluded)


def fold(text: str, *, backwards: bool = False) -> re.Pattern[str]:
    """What `equals-ignore-case` compares with: each UTF-16 unit lowered, or raised, on its own.

    So AWS's engine does; a character beyond the first 65,536 turns into two question marks.
    """
    units = [_cases(unit) for unit in _utf16_units(text)]
    if backwards:
        units = [[case[::-1] for case in unit] for unit in reversed(units)]
    return re.compile("".join(f"(?:{'|'.join(map(re.escape, unit))})" for unit in units))


def _cases(unit: str) -> list[str]:
    return sorted({unit.lower(), unit.upper()})


def _utf16_units(text: str) -> list[str]:
    return [unit for char in text for unit in ("??" if ord(char) > _BMP_END else char)]


def wildcard_parts(text: str) -> tuple[str, ...]:
    r"""Split at the stars, `\*` and `\\` unescaped. Raises ValueError with the reason."""
    parts, before = [""], ""
    for piece in _WILDCARD_PIECES.findall(text):
        if piece == "*" == before:
            raise ValueError("two stars in a row: one is enough")
        if piece == "\\":
            raise ValueError(r"a backslash may only stand before * or \ (write \* or \\)")
        if piece == "*":
            parts.append("")
        else:
            parts[-1] += piece[1:] if piece in _ESCAPED else piece
        before = piece
    return tuple(parts)
