"""Matcher: its answers, its errors, and the shapes that its fast path must not get wrong."""

import json
import re
from types import CodeType
from typing import Any

import pytest

from opsloop.patterns import InvalidEvent, InvalidPattern, Matcher, Pattern
from opsloop.patterns.matcher import Kinds

KIND = {"source": ["aws.ec2"], "detail-type": ["State"]}
ENVELOPE = {"source": "aws.ec2", "detail-type": "State"}


def _of(detail: Any, **more: Any) -> str:
    """An event of the kind that KIND names."""
    return json.dumps({**ENVELOPE, **more, "detail": detail})


def _in_envelope(event: str) -> str:
    return event.replace("{", json.dumps(ENVELOPE)[:-1] + ", ", 1) if event != "{}" else event


def _with(**detail: Any) -> dict[str, Any]:
    return {**KIND, "detail": detail}


SAME_ITEM = _with(items={"f": ["x"], "g": ["y"]})
NO_G = _with(items={"g": [{"exists": False}]})
NO_ERROR = _with(items={"f": ["x"], "g": [{"exists": False}]})
DEEP = _with(a={"b": {"c": ["x"]}})


@pytest.mark.parametrize(
    ("pattern", "events"),
    [
        # To a dict true is 1, and false is 0: to a pattern they are not.
        (_with(n=[1]), [_of({"n": 1}), _of({"n": True}), _of({"n": 1.0}), _of({"n": "1"})]),
        (_with(n=[False]), [_of({"n": 0}), _of({"n": False}), _of({"n": [0, False]})]),
        (_with(n=[{"numeric": [">=", 0]}]), [_of({"n": False}), _of({"n": 0}), _of({"n": -0.0})]),
        # A number's text.
        (_with(n=[300]), [f'{{"detail": {{"n": {n}}}}}' for n in ("300", "3e2", "300.0", "0")]),
        (_with(n=[0.1]), ['{"detail": {"n": 0.10000000000000001}}', '{"detail": {"n": 1e-1}}']),
        (_with(n=[{"anything-but": 1}]), ['{"detail": {"n": 1e400}}', '{"detail": {"n": 1.0}}']),
        # A dotted name joins steps.
        (DEEP, ['{"detail": {"a.b": {"c": "x"}}}', '{"detail.a": {"b.c": "x"}}']),
        (DEEP, ['{"detail": {"a.b.c": "x"}}', '{"detail.a.b.c": "x"}', '{"detail.a": 1}']),
        ({"a.b": ["x"]}, ['{"a.b": "x"}', '{"a": {"b": "x"}}', '{"a": {"b": "y"}}']),
        # Arrays: of scalars, of objects, in objects, in arrays; what is no array at all.
        (_with(a=["x"]), [_of({"a": a}) for a in (["x"], [], ["y"], [["x"]], {"a": "x"}, None)]),
        (DEEP, [_of({"a": [{"b": {"c": "x"}}]}), _of({"a": {"b": [{"c": "y"}, {"c": "x"}]}})]),
        (DEEP, [_of({"a": [{"b": [{"c": "x"}]}]}), _of({"a": [[{"b": {"c": "x"}}]]}), _of([])]),
        (DEEP, [_of(detail) for detail in ({"a": 5}, {"a": 1.5}, {"a": "b"}, None, "x", [1])]),
        (SAME_ITEM, [_of({"items": [{"f": "x", "g": "n"}, {"f": "n", "g": "y"}]})]),
        (SAME_ITEM, [_of({"items": [{"f": "n"}, {"f": "x", "g": "y"}]}), _of({"items": []})]),
        (SAME_ITEM, [_of({"items": {"f": "x", "g": ["n", "y"]}})]),
        (NO_ERROR, [_of({"items": [{"f": "x", "g": 1}, {"f": "x"}]})]),
        (NO_ERROR, [_of({"items": [{"f": "x", "g": 1}, {"f": "n"}]}), _of({"items": {"f": "x"}})]),
        (NO_G, [_of({"items": [{"f": 1}, {"g": 1}]}), _of({"items": [{"f": 1}, {}]})]),
        (_with(e=[{"exists": False}]), [_of({}), _of({"e": []}), _of({"e": {}}), _of({"e": None})]),
        # A name that is a leaf in one pattern and an object in another.
        ({"a": ["x"], "b": {"c": ["y"]}}, ['{"a": "x", "b": {"c": "y"}}', '{"a": "x", "b": "c"}']),
        # The kind itself: unknown, of another type, in an array, absent.
        (KIND, [json.dumps({**ENVELOPE, "source": s}) for s in ("aws.ec2", "x", ["aws.ec2"], 5)]),
        (KIND, ['{"source": "aws.ec2"}', '{"detail-type": "State"}', "{}"]),
        ({"source": [{"prefix": "aws."}]}, [_of({}), '{"source": "x"}', '{"source": ["aws.x"]}']),
        # Text: escapes in names and values, lone surrogates, repeated names.
        (_with(a=["é"]), [r'{"d\u0065tail": {"\u0061": "\u00e9"}}', _of({"a": "é"})]),
        (
            _with(a=["x"]),
            [r'{"detail": {"a": "x"}, "b": "\ud800"}', r'{"detail": {"a": "\ud800"}}'],
        ),
        (_with(a=["x"]), ['{"detail": {"a": "x", "a": "y"}}', '{"detail": {"a": "y", "a": "x"}}']),
    ],
)
def test_answers_as_pattern_does(pattern: dict[str, Any], events: list[str]) -> None:
    """Beside a second pattern that has other fields, so that groups hold more than one branch."""
    patterns = {"it": pattern, "bare": pattern.get("detail", {"x": ["x"]}), "deep": DEEP}
    compiled = {name: Pattern(found) for name, found in patterns.items()}
    matcher = Matcher(patterns)
    for event in (*events, *map(_in_envelope, events), *events):
        expected = [name for name, found in compiled.items() if found.matches(event)]
        assert matcher.match(event.encode()) == expected, event


def test_names_come_in_the_patterns_order_and_once() -> None:
    either = {"$or": [{"a": ["x"]}, {"b": ["x"]}]}
    matcher = Matcher({"z": either, "never": {"a": ["y"]}, "b": {"b": ["x"]}, "a": {"a": ["x"]}})
    assert matcher.match(b'{"a": "x", "b": "x"}') == ["z", "b", "a"]


def test_answers_are_the_callers_to_change() -> None:
    matcher = Matcher({"it": {"a": ["x"]}})
    matcher.match(b'{"a": "x"}').append("mine")
    assert matcher.match(b'{"a": "x"}') == ["it"]


def test_no_patterns_match_nothing() -> None:
    assert Matcher({}).match(b"{}") == []


def test_match_many_goes_on_behind_a_broken_event() -> None:
    answers = Matcher({"it": {"a": ["x"]}}).match_many([b'{"a": "x"}', b"{", b'{"a": "x"}'])
    assert next(answers) == ["it"]
    with pytest.raises(InvalidEvent):
        next(answers)
    assert list(answers) == [["it"]]


@pytest.mark.parametrize("event", [b"", b"{", b"[]", b"1", b'{"a": NaN}', b'{"a": "\xff"}', b"{}x"])
@pytest.mark.parametrize("pattern", [{"a": ["x"]}, {"source": ["s"], "a": ["x"]}])
def test_what_is_no_event_is_an_error(pattern: dict[str, Any], event: bytes) -> None:
    if event == b'{"a": "\xff"}' and "source" in pattern:
        assert Matcher({"it": pattern}).match(event) == [], "nothing reads the broken text"
        return
    with pytest.raises(InvalidEvent):
        Matcher({"it": pattern}).match(event)


def test_an_event_too_deep_is_an_error() -> None:
    with pytest.raises(InvalidEvent):
        Matcher({"it": {"a": ["x"]}}).match(b'{"a": ' + b"[" * 100_000)


def test_an_invalid_pattern_is_named() -> None:
    with pytest.raises(InvalidPattern) as refusal:
        Matcher({"good": {"a": ["x"]}, "bad": {"a": [{"prefix": 1}]}})
    assert str(refusal.value) == "bad: $.a[0].prefix: found 1: expected a string"


HOSTILE = ['"])\nimport os#', "__class__", "f1", "n0", "a" * 5_000, "{x}", "\\", "\x00", "\ud800"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_pattern_reaches_generated_code(text: str) -> None:
    matcher = Matcher({text: {text: {text: [text], "b": [{"prefix": text}]}}})
    assert matcher.match(json.dumps({text: {text: text, "b": text}}).encode()) == [text]
    kinds: Kinds = matcher._kinds
    code = kinds[None, None].match.__code__
    assert isinstance(code, CodeType)
    names = [*code.co_names, *code.co_varnames]
    assert [name for name in names if not re.fullmatch(r"[a-zA-Z]\d*|[a-zA-Z_]+", name)] == []
    assert text not in {*map(str, code.co_consts), *names} - {"n0", "f1", "__class__"}


def test_names_of_any_depth() -> None:
    pattern: Any = ["x"]
    for _ in range(200):
        pattern = {"a": pattern}
    event = json.dumps(pattern).encode()
    assert Matcher({"it": pattern}).match(event) == ["it"]


def test_memory_is_bounded_whatever_the_values() -> None:
    matcher = Matcher({"it": {"a": [{"prefix": "7"}]}})
    found = [bool(matcher.match(b'{"a": "%d"}' % i)) for i in range(25_000)]
    assert found == [str(i).startswith("7") for i in range(25_000)]
    group = matcher._kinds[None, None]
    memo = group.match.__globals__["m1"]
    assert 0 < len(memo) <= 10_000
