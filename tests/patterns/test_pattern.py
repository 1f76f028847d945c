"""Pattern on Python objects, at its limits, and on events that are none."""

import json
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opsloop.patterns import InvalidEvent, InvalidPattern, Pattern

HUGE = 10**5_000


def _alternatives(count: int) -> list[dict[str, Any]]:
    return [{f"f{i}": ["x"]} for i in range(count)]


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({"a": [Decimal("1.50")]}, {"a": 1.5}, True),
        ({"a": [1.5]}, {"a": Decimal("1.500")}, True),
        ({"a": [300]}, {"a": 300.0}, True),
        ({"a": [1]}, {"a": True}, False),
        ({"a": [HUGE]}, {"a": HUGE}, True),
        ({"a": [HUGE]}, {"a": HUGE + 1}, False),
        ({"a": [{"anything-but": 5}]}, {"a": float("inf")}, True),
        ({"a": ("x", "y")}, {"a": ("z", "y")}, True),
        ({"a": ["x"]}, {1: "x", "a": "x"}, True),
        ({"a": ["x"]}, {"a": "x", "never read": object()}, True),
        ('{"a": ["x"], "a": ["y"]}', {"a": "x"}, False),
        (b'{"a": ["x"]}', b'{"a": "x"}', True),
    ],
)
def test_objects_and_text(pattern: Any, event: Any, expected: bool) -> None:
    assert Pattern(pattern).matches(event) is expected


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ([], "expected a JSON object, found list"),
        ("[]", "expected a JSON object, found list"),
        ("5", "expected a JSON object, found NumberText"),
        ({"a": date(2024, 6, 1)}, "a: date is not a type of JSON"),
        ("", "not JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"a": Infinity}', "not JSON: Infinity is no JSON number"),
    ],
)
def test_what_is_no_event_says_why(event: Any, reason: str) -> None:
    with pytest.raises(InvalidEvent) as refusal:
        Pattern({"a": ["x"]}).matches(event)
    assert str(refusal.value) == reason


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000])
def test_what_is_too_deep_is_refused(deep: str) -> None:
    with pytest.raises(InvalidEvent, match="not JSON: maximum recursion depth exceeded"):
        Pattern({"a": ["x"]}).matches('{"a": ' + deep)
    with pytest.raises(InvalidPattern, match="not JSON: maximum recursion depth exceeded"):
        Pattern(deep)


def test_an_object_too_deep_is_refused() -> None:
    event: Any = []
    for _ in range(5_000):
        event = [event]
    with pytest.raises(InvalidEvent, match="nested too deeply"):
        Pattern({"a": ["x"]}).matches({"a": event})


@pytest.mark.parametrize(
    ("pattern", "path", "reason"),
    [
        ([], "$", "found []: expected an object"),
        ({}, "$", "an empty object: expected at least one field"),
        (
            "{",
            "$",
            "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        ({"a b": {"c": 5}}, '$["a b"].c', "found 5: expected a list, as in [5]"),
        (
            {"a": [["x"]]},
            "$.a[0]",
            'found ["x"]: expected a string, a number, true, false, null or an operator',
        ),
        (
            {"a": [date(2024, 6, 1)]},
            "$.a[0]",
            (
                'found "datetime.date(2024, 6, 1)": '
                "expected a string, a number, true, false, null or an operator"
            ),
        ),
        ({"a": {5: ["x"]}}, "$.a", "found the name 5: expected a string; quote it"),
        ({"a": ["x", {}]}, "$.a[1]", "found 0 keys: an operator has exactly one"),
        ({"a": [{"exists": "true"}]}, "$.a[0].exists", 'found "true": expected true or false'),
        (
            {"a": [{"prefix": {"suffix": "x"}}]},
            "$.a[0].prefix",
            "found 'suffix': expected a string or 'equals-ignore-case'",
        ),
        ({"a": [{"cidr": "10.0.0/8"}]}, "$.a[0].cidr", "'10.0.0' is not an IP address"),
        ({"a": [{"cidr": "10.0.0.0/x"}]}, "$.a[0].cidr", "'x' is not a number of mask bits"),
        (
            {"a": [{"anything-but": {"prefix": []}}]},
            "$.a[0].anything-but.prefix",
            "an empty list excludes nothing: expected at least one value",
        ),
        (
            {"a": [{"anything-but": [1, 1e400]}]},
            "$.a[0].anything-but[1]",
            "found inf: expected a number that a 64-bit float holds exactly",
        ),
        (
            {"a": [{"numeric": [">", True]}]},
            "$.a[0].numeric[1]",
            "found true: expected a number that a 64-bit float holds exactly",
        ),
        (
            {"d": {"$or": [{"a": ["x"]}, {"b": {}}]}},
            "$.d.$or[1].b",
            "an empty object: expected at least one field",
        ),
        ({"$or": _alternatives(1_001)}, "$.$or", "more than 1000 combinations of $or"),
        (
            {"a": {"$or": _alternatives(40)}, "$or": _alternatives(26)},
            "$.$or",
            "more than 1000 combinations of $or",
        ),
        ({f"f{i}": ["x"] for i in range(257)}, "$", "more than 256 fields"),
    ],
)
def test_a_refused_pattern_says_where_and_why(pattern: Any, path: str, reason: str) -> None:
    with pytest.raises(InvalidPattern) as refusal:
        Pattern(pattern)
    assert (refusal.value.path, refusal.value.reason) == (path, reason)
    assert str(refusal.value) == f"{path}: {reason}"


def test_a_thousand_combinations_are_allowed() -> None:
    pattern = Pattern({"a": {"$or": _alternatives(40)}, "$or": _alternatives(25)})
    assert len(pattern.branches) == 1_000
    assert pattern.matches({"a": {"f39": "x"}, "f24": "x"})


def test_large_arrays_cost_no_more_than_their_size_allows() -> None:
    """Sibling arrays do not multiply, and one array is not compared with itself all over."""
    rows = [{"f": i, "g": -i} for i in range(5_000)]
    everything = {"f": [{"exists": True}], "g": [{"exists": True}], "h": [{"exists": False}]}
    event = {"one": rows, "two": rows, "three": rows}
    start = time.process_time()
    assert Pattern({"one": everything, "two": everything, "three": everything}).matches(event)
    assert time.process_time() - start < 5, "three arrays of 5,000 multiply to 125,000,000,000"


def test_a_patterns_author_may_go_on_changing_it() -> None:
    written: dict[str, Any] = {"a": ["x"]}
    pattern = Pattern(written)
    written["a"].append("y")
    assert not pattern.matches(json.dumps({"a": "y"}))
