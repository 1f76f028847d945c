import io
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.actions.results import MOST_BYTES, answer, to_json
from chalicelib.errors import StepError

ROME = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC), "2026-11-23T04:05:06Z"),
        (datetime(2026, 11, 23, 5, 5, 6, 789_123, tzinfo=ROME), "2026-11-23T04:05:06.789Z"),
        (datetime(2026, 11, 23, 4, 5, 6), "2026-11-23T04:05:06Z"),  # noqa: DTZ001 - the point
        (date(2026, 11, 23), "2026-11-23"),
        (b"\x00\xff", "AP8="),
        (b"text", "dGV4dA=="),
        (Decimal(3), 3),
        (Decimal("3.5"), 3.5),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (Decimal("Infinity"), "Infinity"),
        ({"a": [True, None, {1: (2, "x")}]}, {"a": [True, None, {"1": [2, "x"]}]}),
        (io.BytesIO("Zürich".encode()), "Zürich"),
        (io.BytesIO(b"\xff\xfe"), "//4="),
        (io.BytesIO(b"x" * MOST_BYTES), "x" * MOST_BYTES),
    ],
)
def test_becomes_json(value: Any, expected: Any) -> None:
    assert to_json(value) == expected


def test_metadata_goes() -> None:
    assert answer({"A": 1, "ResponseMetadata": {"RequestId": "x"}}) == {"A": 1}


def test_a_stream_is_bounded() -> None:
    with pytest.raises(StepError, match="TooLarge: the answer is over 1 MiB"):
        to_json({"Body": io.BytesIO(b"x" * (MOST_BYTES + 1))})


def test_what_boto3_never_answers_is_not_guessed_at() -> None:
    with pytest.raises(TypeError, match="found object in an answer of AWS; expected JSON"):
        to_json([object()])


ANSWERS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.datetimes(timezones=st.sampled_from([UTC, ROME]))
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=12,
)


@given(ANSWERS)
def test_whatever_comes_is_json_afterwards(value: Any) -> None:
    clean = to_json(value)
    assert json.loads(json.dumps(clean, allow_nan=False)) == clean
