"""What a function prints: lines of JSON, whatever is in them, and never a secret."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.telemetry import PowertoolsTelemetry
from tests.printing import printed


def redact(value: Any) -> Any:
    if isinstance(value, dict):
        return {redact(name): redact(each) for name, each in value.items()}
    return value.replace("hunter2", "***") if isinstance(value, str) else value


def test_half_a_character_is_told_by_its_number() -> None:
    with printed() as out:
        telemetry = PowertoolsTelemetry("restart", "dev", redact)
        telemetry.info("not met", criterion="name is a\ud800b, 寿司")
    (text,) = out.lines()
    # what JSON escapes, a reader of JSON has again
    assert json.loads(text)["criterion"] == "name is a\ud800b, 寿司"
    assert "寿司" in text


def test_an_actions_defect_is_told_with_its_traceback_and_without_a_secret() -> None:
    with printed() as out:
        telemetry = PowertoolsTelemetry("restart", "dev", redact)
        try:
            int("hunter2")
        except ValueError as error:
            telemetry.defect("ec2.break", error)
    (text,) = out.lines()
    line = json.loads(text)
    assert line["message"] == "defect in ec2.break"
    assert line["exception"].startswith("Traceback (most recent call last)")
    assert "ValueError: invalid literal for int() with base 10: '***'" in line["exception"]
    assert "hunter2" not in text


def test_metrics_are_printed_once_and_only_where_something_was_counted() -> None:
    with printed() as out:
        telemetry = PowertoolsTelemetry("restart", "dev", redact)
        telemetry.flush()
        for _ in range(3):
            telemetry.count("Refused")
        telemetry.flush()
        telemetry.flush()
    (line,) = map(json.loads, out.lines())
    assert line["Refused"] == [1.0, 1.0, 1.0]
    assert (line["rule"], line["service"]) == ("restart", "dev")
