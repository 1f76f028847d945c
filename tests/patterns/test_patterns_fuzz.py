"""No input crashes Pattern or Matcher, and they never differ: 100,000 pairs of damaged texts
(a million in `make proof`)."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from opsloop.patterns import InvalidEvent, InvalidPattern, Matcher, Pattern
from tests.patterns.corpus import corpus
from tests.patterns.strategies import NAMES, OPERATORS, SCALARS, text_of

NOISE = [*'{}[]",:\\.*/$0123456789eE+- ', "null", "true", '"a":', "\\u0041", "\\ud800", "\x00"]
NOISE += ["é", "😀", '{"$or":[', '"source":"aws.ec2",', '"exists":false', "1e999", "-0", "[["]
NOISE += ['"":', "9" * 5_000, "[" * 2_000, "0.1000000000000000055511151231257827"]
SIDE, ROUNDS = 10, 100


def _damaged(random: Random, text: str) -> str:
    """The text as it is, or with up to four cuts, copies and insertions."""
    for _ in range(random.choice([0, 0, 0, 0, 0, 0, 1, 2, 4])):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice([0, 0, 1, 2, 8]))
        middle = random.choice([random.choice(NOISE), text[start:end] * 2, ""])
        text = text[:start] + middle + text[end:]
    return text


def _name(random: Random) -> str:
    return random.choice(NAMES if random.random() < 0.1 else ["a", "b", "detail", "source"])


def _value(random: Random, depth: int) -> Any:
    """An event's value of the small world."""
    kind = random.choice(["scalar", "scalar", "array", "object"]) if depth else "scalar"
    if kind == "array":
        return [_value(random, depth - 1) for _ in range(random.randrange(4))]
    return _object(random, depth - 1) if kind == "object" else random.choice(SCALARS)


def _object(random: Random, depth: int) -> dict[str, Any]:
    return {_name(random): _value(random, depth) for _ in range(random.randrange(4))}


def _fields(random: Random, depth: int) -> dict[str, Any]:
    """A pattern's object of the small world."""
    fields: dict[str, Any] = {
        _name(random): _fields(random, depth - 1)
        if depth and random.random() < 0.5
        else random.choices([*SCALARS, *OPERATORS], k=random.randint(1, 3))
        for _ in range(random.randint(1, 3))
    }
    if random.random() < 0.2:
        fields["$or"] = [_fields(random, 0) for _ in range(random.randint(1, 3))]
    return fields


def _pair(random: Random) -> tuple[str, bytes]:
    """A pattern and an event that could meet: a row of the corpus, or of the small world."""
    if random.random() < 0.5:
        row = random.choice(corpus())
        pattern, event = row.pattern, row.event
    else:
        pattern, event = text_of(_fields(random, 2)), text_of(_object(random, 3))
    broken = b"\xff}" if random.random() < 0.02 else b""
    return _damaged(random, pattern), _damaged(random, event).encode() + broken


def _valid(texts: list[str]) -> dict[str, Pattern]:
    found = {}
    for text in texts:
        try:
            found[text] = Pattern(text)
        except InvalidPattern:
            continue
    return found


def _expected(patterns: dict[str, Pattern], event: bytes) -> list[str] | None:
    try:
        return [name for name, pattern in patterns.items() if pattern.matches(event)]
    except InvalidEvent:
        return None


def _answer(matcher: Matcher, event: bytes) -> list[str] | None:
    try:
        return matcher.match(event)
    except InvalidEvent:
        return None


def _fuzz(seed: int) -> Counter[str]:
    """10,000 pairs; counts what they were, since a fuzz that never meets proves nothing."""
    random, seen = Random(seed), Counter[str]()
    for _ in range(ROUNDS):
        texts, events = zip(*(_pair(random) for _ in range(SIDE)), strict=True)
        patterns = _valid(list(texts))
        matcher = Matcher({text: text for text in patterns})
        for event in events:
            expected = _expected(patterns, event)
            answer = _answer(matcher, event)
            assert answer == expected or expected is None, (list(patterns), event)
            seen["readable"] += expected is not None
            seen["matches"] += len(expected or [])
        seen["valid"] += len(patterns)
    return seen


SEEDS = [*range(10), *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(10, 100))]


@pytest.mark.parametrize("seed", SEEDS)
def test_ten_thousand_damaged_pairs(seed: int) -> None:
    seen = _fuzz(seed)
    assert seen["valid"] > SIDE * ROUNDS * 0.5
    assert seen["readable"] > SIDE * ROUNDS * 0.5
    assert seen["matches"] > SIDE * ROUNDS * 0.1
