"""Names that were nearly right: what is offered for them."""

from __future__ import annotations

import pytest

from opsloop.aws.names import close
from opsloop.naming import alike, unknown

THERE = ["ec2.stop_instances", "ec2.start_instances", "ecs.stop_task", "notify"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("StopInstances", ["ec2.stop_instances"]),
        ("stop", ["ec2.stop_instances", "ecs.stop_task"]),
        ("ec2", ["ec2.stop_instances", "ec2.start_instances"]),
        ("EC2 start", ["ec2.start_instances"]),
        ("a-b", []),
        ("frobnicate", []),
    ],
)
def test_names_that_share_the_most_words(name: str, meant: list[str]) -> None:
    assert alike(name, THERE) == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [("ecc", ["ec2", "ecr", "ecs"]), ("dynamdb", ["dynamodb"]), ("zzz", [])],
)
def test_names_that_are_close(name: str, meant: list[str]) -> None:
    assert close(name, ["dynamodb", "ec2", "ecr", "ecs", "lambda"]) == meant


@pytest.mark.parametrize(
    ("name", "lists", "expected"),
    [
        ("notfy", "", "notify"),
        ("stop", "what there is", "ec2.stop_instances or ecs.stop_task"),
        ("frobnicate", "what there is", "what there is"),
        ("frobnicate", "", "ec2.stop_instances, ec2.start_instances, ecs.stop_task or notify"),
    ],
)
def test_what_is_offered_for_a_name(name: str, lists: str, expected: str) -> None:
    told = unknown("action", name, THERE, lists=lists)
    assert str(told) == f"found the action {name!r}; expected {expected}"


def test_nothing_is_offered_where_nothing_is() -> None:
    assert str(unknown("rule", "a", [])) == "found the rule 'a'; expected none: there are none"
