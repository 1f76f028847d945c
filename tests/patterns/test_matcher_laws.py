"""Laws: Matcher is Pattern, name by name; the order of patterns and of keys changes nothing."""

from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsloop.patterns import InvalidPattern, Matcher, Pattern
from tests.patterns.strategies import events, patterns, text_of

EXAMPLES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _valid(found: list[Any]) -> dict[str, str]:
    named = {}
    for i, pattern in enumerate(found):
        try:
            Pattern(text_of(pattern))
        except InvalidPattern:
            continue
        named[f"p{i}"] = text_of(pattern)
    return named


@EXAMPLES
@given(st.lists(patterns, min_size=1, max_size=6), st.lists(events, min_size=1, max_size=6))
def test_matcher_equals_pattern(found: list[Any], happened: list[Any]) -> None:
    named = _valid(found)
    compiled = {name: Pattern(text) for name, text in named.items()}
    matcher = Matcher(named)
    for event in map(text_of, happened):
        expected = [name for name, pattern in compiled.items() if pattern.matches(event)]
        assert matcher.match(event.encode()) == expected
        assert matcher.match(event.encode()) == expected, "the second time, from memory"


@EXAMPLES
@given(st.lists(patterns, min_size=2, max_size=6), events, st.integers(0, 99))
def test_order_of_patterns_changes_nothing(found: list[Any], event: Any, seed: int) -> None:
    named = _valid(found)
    shuffled = Random(seed).sample(sorted(named), len(named))
    straight = Matcher(named).match(text_of(event).encode())
    mixed = Matcher({name: named[name] for name in shuffled}).match(text_of(event).encode())
    assert sorted(mixed) == sorted(straight)


@EXAMPLES
@given(patterns, events)
def test_order_of_an_events_keys_changes_nothing(pattern: Any, event: dict[str, Any]) -> None:
    for text in _valid([pattern]).values():
        backwards = dict(reversed(event.items()))
        assert Pattern(text).matches(text_of(event)) == Pattern(text).matches(text_of(backwards))


@EXAMPLES
@given(patterns, events)
def test_explain_says_what_matches_says(pattern: Any, event: Any) -> None:
    for text in _valid([pattern]).values():
        compiled = Pattern(text)
        assert compiled.explain(text_of(event)).matched == compiled.matches(text_of(event))
