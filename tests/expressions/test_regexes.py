"""Patterns against Python's own `re`, what is refused, and texts made to hang it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import ExpressionError
from chalicelib.expressions.regexes import Automaton, search
from opsloop.expressions import BadExpression
from opsloop.expressions.patterns import MAX_INSTRUCTIONS, compile_pattern
from tests.expressions.evaluating import value

PATTERNS = [
    "", "a", "abc", "a|b|", "(a|b)c", "a*", "a+b", "a?b", "a{2}", "a{2,3}b", "a{,2}b", "a{2,}",
    "a*?b", "a{1,2}?b", "(ab)*c", "(a*)*b", "(a|aa)+$", "(?:x|y)z", "(?P<n>x)",
    "^a", "a$", "^$", r"\Aa", r"a\Z", r"\ba", r"a\b", r"\Ba", r"a\B",
    "(?m)^a", "(?m)a$", "(?m)^$", "(?s)a.b", "a.b", "(?i)abc", "(?i)[a-c]+Z", "(?i)ß", "(?i:a)b",
    "(?x) a  b # comment", "[abc]", "[^abc]", "[a-z0-9_]", "[^\\n]", "[]x]", r"[\d\s]",
    r"[^\w]", r"\d+", r"\D", r"\w+@\w+", r"\W", r"\s", r"\S+", r"\.", r"\n", r"\x41", "é+", ".",
    r"^i-[0-9a-f]{8,17}$", r"^arn:aws[\w-]*:iam::\d{12}:role/.+$", ".*foo.*bar.*",
]  # fmt: skip
TEXTS = [
    "", "a", "b", "c", "ab", "abc", "aab", "aaab", "ABC", "aBcZ", "xz", "yz", "a\n", "\na", "a\n\n",
    "b\na", "a b", "a\nb", "ab cd", " ", "_", "1", "a1", "é", "éé", "ẞ", "ß", "SS", "A.", "٣", "]",
    "x", "foo bar", "bar foo", "xfoobary", "me@host", "i-0123456789abcdef0", "\u2003", "K",
    "\u017f",    "arn:aws:iam::123456789012:role/x", "arn:aws-cn:iam::123456789012:role/x",
]  # fmt: skip


def _found(pattern: str, text: str) -> bool:
    program = json.loads(json.dumps(compile_pattern(pattern)))
    return search(program, text)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_found_where_re_finds_it(pattern: str) -> None:
    expected = {text: re.search(pattern, text) is not None for text in TEXTS}

    assert {text: _found(pattern, text) for text in TEXTS} == expected


_ATOMS = st.sampled_from(
    ["a", "b", "c", ".", "[ab]", "[^a]", r"\w", r"\d", "^", "$", r"\b", "\\n", "x"]
)
_REGEXES = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(_REGEXES, st.text("abcx1 \n", max_size=12))
def test_any_pattern_is_found_where_re_finds_it(pattern: str, text: str) -> None:
    assert _found(pattern, text) == (re.search(pattern, text) is not None)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(", "a regular expression (missing ), unterminated subpattern)"),
        ("*a", "a regular expression (nothing to repeat)"),
        (r"(a)\1", "no backreference: an event's text could make it slow"),
        ("(a)?(?(1)b|c)", "no conditional group: an event's text could make it slow"),
        ("a(?=b)", "no look-ahead or look-behind: an event's text could make it slow"),
        ("(?<=a)b", "no look-ahead or look-behind: an event's text could make it slow"),
        ("a(?!b)", "no look-ahead or look-behind; use `!regex(...)` beside this one"),
        ("(?>a)", "no atomic group: matching here never goes back"),
        ("a++", "no possessive repeat: matching here never goes back"),
        ("(?a)a", "no flags but i, m, s and x"),
        (
            f"a{{{MAX_INSTRUCTIONS}}}",
            "a smaller regular expression; its repeats make it too large",
        ),
        ("((a{99}){99}){99}", "a smaller regular expression; its repeats make it too large"),
        ("(" * 4_000 + ")" * 4_000, "a smaller regular expression"),
        ("[[a]", "an unambiguous pattern (Possible nested set at position 1)"),
    ],
    ids=lambda each: each[:20],
)
def test_a_pattern_is_refused(pattern: str, expected: str) -> None:
    with pytest.raises(BadExpression) as caught:
        compile_pattern(pattern)

    assert (caught.value.fault.found, caught.value.fault.expected) == (
        f"the pattern `{pattern}`",
        expected,
    )


def test_a_fault_in_a_pattern_is_where_it_is() -> None:
    with pytest.raises(BadExpression) as caught:
        compile_pattern("ab(c", offset=10)

    assert caught.value.fault.offset == 12


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 65_000 + "!"),
        ("(a|aa)+$", "a" * 65_000 + "!"),
        ("(.*)*x$", "a" * 65_000),
        (".*foo.*bar.*baz", "foobar" * 10_000),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 65_000),
    ],
)
def test_a_text_made_to_hang_re_costs_one_step_a_character(pattern: str, text: str) -> None:
    automaton = Automaton(compile_pattern(pattern)["code"])

    assert not automaton.search(text)
    assert automaton.work < 1_000


def test_a_text_that_makes_ever_new_states_ends_in_an_error() -> None:
    """Every state is new, so none is reused: the work is bounded, not the patience."""
    text = "".join(chr(0x4E00 + n % 20_000) + "ab"[n * n % 7 % 2] for n in range(32_000))

    with pytest.raises(ExpressionError) as caught:
        value("regex(t, '(a|.)*a(.|b){60}$')", {"t": text})

    assert caught.value.reason == "regex(): this text is too much work for this pattern"


def test_many_states_are_forgotten_and_the_answer_stays_right() -> None:
    pattern = "[ab]*a[ab]{13}c$"
    text = "".join("ab"[(n * n // 3 + n // 7) % 2] for n in range(20_000)) + "c"
    automaton = Automaton(compile_pattern(pattern)["code"])

    assert automaton.search(text) == (re.search(pattern, text[-200:]) is not None)
    assert len(automaton.states) <= 10_000
