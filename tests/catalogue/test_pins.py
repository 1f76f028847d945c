"""What patterns pin of the events that fit them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.catalogue.pins import MOST, Pins, pins
from opsloop.patterns import Pattern

PINNED: list[tuple[dict[str, Any], list[Pins]]] = [
    ({}, [Pins()]),
    ({"source": ["aws.ec2"]}, [Pins(("aws.ec2",))]),
    (
        {"source": ["aws.ec2", "aws.s3"], "detail-type": ["A", "B"]},
        [Pins(("aws.ec2", "aws.s3"), ("A", "B"))],
    ),
    ({"source": [{"prefix": "aws."}], "detail-type": ["A"]}, [Pins(None, ("A",))]),
    ({"source": ["aws.ec2", {"prefix": "aws.s"}]}, [Pins()]),
    (
        {"source": ["aws.ec2"], "detail": {"eventName": ["RunInstances", "StopInstances"]}},
        [Pins(("aws.ec2",), None, ("RunInstances", "StopInstances"))],
    ),
    ({"detail": {"eventName": [{"prefix": "Run"}]}}, [Pins()]),
    (
        {"detail-type": ["A"], "$or": [{"source": ["x"]}, {"source": ["y"]}, {"account": ["1"]}]},
        [Pins(("x",), ("A",)), Pins(("y",), ("A",)), Pins(None, ("A",))],
    ),
    (
        {"source": ["x"], "detail": {"$or": [{"eventName": ["A"]}, {"eventName": ["B"]}]}},
        [Pins(("x",), None, ("A",)), Pins(("x",), None, ("B",))],
    ),
    (
        {"$or": [{"source": ["x"]}, {"$or": [{"source": ["y"]}, {"source": ["x"]}]}]},
        [Pins(("x",)), Pins(("y",))],
    ),
    ({"source": ["x"], "$or": [None]}, [Pins(("x",))]),
    ({"source": ["x"], "$or": []}, [Pins(("x",))]),
    ({"detail-type": ["A"], "detail": {"$or": [{"a": ["b"]}, "c"]}}, [Pins(None, ("A",))]),
    ({"$or": [{"source": [str(number)]} for number in range(MOST + 1)]}, [Pins()]),
]


@pytest.mark.parametrize(("pattern", "pinned"), PINNED)
def test_what_is_pinned(pattern: dict[str, Any], pinned: list[Pins]) -> None:
    assert pins(pattern) == pinned


_TEXTS = st.lists(
    st.sampled_from(["a", "b"]) | st.sampled_from([{"prefix": "a"}]), min_size=1, max_size=2
)
_PLAIN = st.fixed_dictionaries({}, optional={"source": _TEXTS, "detail-type": _TEXTS})
_PATTERNS = _PLAIN.filter(bool) | st.builds(
    lambda plain, branches: {**plain, "$or": branches},
    _PLAIN,
    st.lists(_PLAIN.filter(bool), min_size=2, max_size=3),
)


@given(
    _PATTERNS,
    st.fixed_dictionaries(
        {"source": st.sampled_from("abc"), "detail-type": st.sampled_from("abc")}
    ),
)
def test_an_event_that_fits_a_pattern_is_one_that_it_pins(
    pattern: dict[str, Any], event: dict[str, Any]
) -> None:
    if not Pattern(pattern).matches(event):
        return
    assert any(
        event["source"] in (one.sources or event["source"])
        and event["detail-type"] in (one.detail_types or event["detail-type"])
        for one in pins(pattern)
    )
