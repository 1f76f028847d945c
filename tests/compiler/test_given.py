"""What expressions give held against what parameters take."""

from __future__ import annotations

from typing import Any

import pytest

from opsloop.compiler.given import check, check_list
from opsloop.expressions.templates import compile_expr, compile_value
from opsloop.expressions.types import (
    BOOLEAN,
    NUMBER,
    OBJECT,
    STRING,
    STRINGS,
    TIME,
    Names,
    Type,
)
from opsloop.problems import Fault

NAMES: Names = {
    "text": STRING,
    "texts": STRINGS,
    "number": NUMBER,
    "numbers": Type("array", items=NUMBER),
    "lists": Type("array", items=STRINGS),
    "some": Type("array"),
    "flag": BOOLEAN,
    "time": TIME,
    "map": OBJECT,
    "maps": Type("array", items=OBJECT),
    "any": None,
    "told": Type("string", doubtful=True),
}
STOP, RUN = "aws.ec2.stop_instances", "aws.ec2.run_instances"
PUT, ALARM = "aws.dynamodb.put_item", "aws.cloudwatch.get_metric_data"


def faults(do: str, data: dict[str, Any]) -> list[Fault]:
    return list(check(do, data, compile_value(data, NAMES), NAMES))


RIGHT: list[tuple[str, dict[str, Any]]] = [
    (STOP, {"InstanceIds": "${texts}", "Force": "${flag}"}),
    (STOP, {"InstanceIds": ["${text}", "${time}", "i-${number}"]}),
    (STOP, {"InstanceIds": "${any}", "Force": "${any.x}"}),
    (STOP, {"InstanceIds": "${some}"}),
    (STOP, {"InstanceIds": "${null}"}),
    (STOP, {"Unknown": "${number}"}),
    (RUN, {"MinCount": "${number}", "TagSpecifications": [{"Tags": "${maps}"}]}),
    (RUN, {"TagSpecifications": "${maps}", "Placement": "${map}"}),
    (ALARM, {"StartTime": "${time}", "EndTime": "${number}"}),
    (PUT, {"Item": {"id": {"S": "${text}"}, "tags": {"SS": "${texts}"}}}),
    ("aws.s3.copy_object", {"CopySource": "${map}"}),
    ("aws.s3.copy_object", {"CopySource": "${text}"}),
    ("notify", {"to": "pager", "title": "${text}", "severity": "${text}"}),
    ("http.post", {"url": "${text}", "json": "${map}"}),
    ("http.post", {"url": "${text}", "json": "${number}"}),
    ("tags.apply", {"service": "ec2", "resources": "${texts}", "tags": {"a": "${text}"}}),
    ("aws.ec2.nothing", {"InstanceIds": "${text}"}),
    ("aws.nothing", {"InstanceIds": "${text}"}),
    ("nothing", {"title": "${number}"}),
]


@pytest.mark.parametrize(("do", "data"), RIGHT)
def test_what_fits_is_let_alone(do: str, data: dict[str, Any]) -> None:
    assert faults(do, data) == []


IDS = ("InstanceIds",)
WRONG: list[tuple[str, dict[str, Any], Fault]] = [
    (
        STOP,
        {"InstanceIds": "${text}"},
        Fault("text: `text`", "a list of texts", '["${text}"]', IDS, spelt=True),
    ),
    (
        STOP,
        {"InstanceIds": "${told}"},
        Fault("text: `told`", "a list of texts", '["${told}"]', IDS, spelt=True, doubt=True),
    ),
    (
        STOP,
        {"InstanceIds": '${lower("text")}'},
        Fault('text: `lower("text")`', "a list of texts", path=IDS, offset=2),
    ),
    (
        STOP,
        {"InstanceIds": "${map}"},
        Fault("a map: `map`", "a list of texts", path=IDS, offset=2),
    ),
    (
        STOP,
        {"InstanceIds": "${numbers}"},
        Fault("a list of numbers: `numbers`", "a list of texts", path=IDS, offset=2),
    ),
    (
        STOP,
        {"InstanceIds": "${lists}"},
        Fault("a list of lists: `lists`", "a list of texts", path=IDS, offset=2),
    ),
    (
        STOP,
        {"InstanceIds": ["${texts}"]},
        Fault("a list in a list: `texts`", "a list of texts", '"${texts}"', IDS, spelt=True),
    ),
    (
        STOP,
        {"InstanceIds": ["i-1", "${texts}"]},
        Fault("a list: `texts`", "text", path=(*IDS, 1), offset=2),
    ),
    (
        STOP,
        {"Force": "${text}"},
        Fault("text: `text`", "true or false", path=("Force",), offset=2),
    ),
    (
        RUN,
        {"MinCount": "${text}"},
        Fault("text: `text`", "a whole number", "${to_number(text)}", ("MinCount",), 2),
    ),
    (
        RUN,
        {"TagSpecifications": [{"Tags": [{"Key": "a", "Value": "${number}"}]}]},
        Fault(
            "a number: `number`",
            "text",
            "${to_string(number)}",
            ("TagSpecifications", 0, "Tags", 0, "Value"),
            2,
        ),
    ),
    (
        RUN,
        {"Placement": "${text}"},
        Fault("text: `text`", "a map", path=("Placement",), offset=2),
    ),
    (
        PUT,
        {"Item": {"id": {"S": "${number}"}}},
        Fault("a number: `number`", "text", "${to_string(number)}", ("Item", "id", "S"), 2),
    ),
    (
        ALARM,
        {"StartTime": "${flag}"},
        Fault("true or false: `flag`", "a time", path=("StartTime",), offset=2),
    ),
    (
        "notify",
        {"title": "${number}"},
        Fault("a number: `number`", "text", "${to_string(number)}", ("title",), 2),
    ),
    (
        "tags.apply",
        {"resources": "${text}"},
        Fault("text: `text`", "a list of texts", '["${text}"]', ("resources",), spelt=True),
    ),
    (
        "notify",
        {"severity": "${flag}"},
        Fault(
            "true or false: `flag`",
            "one of critical, high, medium, low or info",
            path=("severity",),
            offset=2,
        ),
    ),
]


@pytest.mark.parametrize(("do", "data", "fault"), WRONG)
def test_what_does_not_fit_is_told(do: str, data: dict[str, Any], fault: Fault) -> None:
    (found,) = faults(do, data)
    assert found == fault


@pytest.mark.parametrize("text", ["texts", "some", "any", "null", "any.x[]"])
def test_a_list_may_be_gone_through(text: str) -> None:
    assert list(check_list(compile_expr(text), NAMES)) == []


LISTLESS = [
    ("text", Fault("text: `text`", "a list")),
    ("length(texts)", Fault("a number: `length(texts)`", "a list")),
    ("told", Fault("text: `told`", "a list", doubt=True)),
]


@pytest.mark.parametrize(("text", "fault"), LISTLESS)
def test_what_is_no_list_may_not(text: str, fault: Fault) -> None:
    assert list(check_list(compile_expr(text), NAMES)) == [fault]
