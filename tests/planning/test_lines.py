"""One change, as lines."""

from __future__ import annotations

from typing import Any

import pytest

from opsloop.planning.diff import ABSENT, Change
from opsloop.planning.lines import fact
from opsloop.planning.state import Path


def pattern(*names: str) -> dict[str, Any]:
    return {
        "source": ["aws.s3"],
        "detail": {"eventSource": ["s3.amazonaws.com"], "eventName": list(names), "x": [1]},
    }


@pytest.mark.parametrize(
    ("path", "before", "after", "lines"),
    [
        (("function", "memory"), 256, 512, ["~ memory  256 → 512 MiB"]),
        (("function", "timeout"), ABSENT, 3, ["+ timeout  3 s"]),
        (("log", "retention"), 30, ABSENT, ["- log retention  30 days"]),
        (("settings", "params", "limit"), 7, "7", ["~ params.limit  7 → '7'"]),
        (("settings", "params", "on"), False, True, ["~ params.on  false → true"]),
        (("settings", "escalate"), None, "pager", ["~ escalate  null → pager"]),
        (("settings", "params", "empty"), "", "x", ["~ params.empty  '' → x"]),
        (("environment", "A"), "b", ABSENT, ["- environment A  b"]),
        (("topic", "arn:x"), ABSENT, True, ["+ topic arn:x"]),
        (("attached", "arn:x"), True, ABSENT, ["- attached policy arn:x"]),
        (
            ("trigger", "schedule"),
            "rate(1 day)",
            "rate(2 days)",
            ["~ schedule  rate(1 day) → rate(2 days)"],
        ),
        (
            ("trigger", "pattern"),
            pattern("A", "B"),
            pattern("A", "C"),
            [
                "~ event pattern",
                "    …",
                "      eventName:",
                "      - A",
                "-     - B",
                "+     - C",
                "      x:",
                "      - 1",
            ],
        ),
        (("rule", "if"), ["a"], ABSENT, ["- if", "-   - a"]),
        (("rule", "description"), "one\ntwo", "one", ["~ description", "    one", "-   two"]),
        (("rule", "owner"), "a\x1b[31m", "b\u202e", ['~ owner  "a\\e[31m" → b\\u202e']),
        (("rule", "let"), {"a": "x\u2066y"}, ABSENT, ["- let", "-   a: x\\u2066y"]),
        # what stands behind many blanks, or behind letters without ink, is not read
        (("rule", "owner"), ABSENT, f"a{' ' * 150}*", ["+ owner  a [150 blanks] *"]),
        (("rule", "owner"), ABSENT, "a\u3164\u3164*", ["+ owner  a\\u3164\\u3164*"]),
    ],
    ids=lambda one: ".".join(one) if isinstance(one, tuple) else "",
)
def test_a_change(path: Path, before: Any, after: Any, lines: list[str]) -> None:
    assert [str(one) for one in fact(Change(path, before, after))] == lines
