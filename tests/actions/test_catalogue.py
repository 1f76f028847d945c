"""What holds for every action of the catalogue."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any, get_args, get_origin

import pytest
import yaml

from chalicelib.actions import TABLE, find
from chalicelib.actions.base import Action, Own, Permission
from chalicelib.plan import Effect
from opsloop.actions import check_parameters, describe
from opsloop.actions.docs import render
from opsloop.aws import iam

PAGE = Path(__file__).parents[2] / "docs" / "actions.md"
PLACES = {"partition", "account", "region"}
EVERY = [find(name) for name in sorted(TABLE)]


def _permissions() -> Iterator[Any]:
    for action in EVERY:
        for number, permission in enumerate(action.permissions):
            name = f"{action.name}-{number}-{permission.action}"
            yield pytest.param(action, permission, id=name)


each_action = pytest.mark.parametrize("action", EVERY, ids=lambda action: action.name)
each_permission = pytest.mark.parametrize(("action", "permission"), list(_permissions()))


@each_action
def test_is_documented(action: Action) -> None:
    document = describe(action)
    assert re.fullmatch(r"[A-Z][^\n]*\.", document.summary)
    assert all((document.returns, document.example))
    assert all(parameter.text for parameter in document.parameters)


@each_action
def test_declares_what_it_does(action: Action) -> None:
    assert action.effect in get_args(Effect)
    names = {parameter.name for parameter in describe(action).parameters}
    assert set(action.own) <= names
    assert set(action.own.values()) <= set(get_args(Own))


def _calls(value: Any, name: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("do") == name:
            yield value
        for below in value.values():
            yield from _calls(below, name)
    elif isinstance(value, list):
        for below in value:
            yield from _calls(below, name)


@each_action
def test_its_example_is_a_part_of_a_rule_that_calls_it(action: Action) -> None:
    example = yaml.safe_load(describe(action).example)
    assert set(example) <= {"let", "facts", "then", "on_failure", "finally"}
    (call,) = _calls(example, action.name)
    assert check_parameters(action, call["with"]) == []


@each_permission
def test_needs_what_iam_knows(action: Action, permission: Permission) -> None:
    known = iam.action(permission.action)
    assert str(known) == permission.action
    required = [kind.name for kind in known.resources if kind.required]
    if permission.resource == "*":
        assert not required, f"{permission.action} works on {required}: name them"
    assert permission.resource == "*" or known.resources
    assert action.effect != "read" or known.access_level in ("Read", "List")


@each_permission
def test_narrows_by_what_there_is(action: Action, permission: Permission) -> None:
    parameters = {parameter.name: parameter for parameter in describe(action).parameters}
    fields = {name for _, name, _, _ in Formatter().parse(permission.resource) if name}
    assert {name.split(".")[0] for name in fields} <= PLACES | set(parameters)
    for name, value in permission.where.items():
        kind = parameters[name].type
        assert value in get_args(kind) if get_origin(kind) else isinstance(value, kind)


@each_permission
def test_an_arn_is_one_that_iam_knows(action: Action, permission: Permission) -> None:
    """The ARN's shape, with everything variable left out, is that of a resource of the action."""
    assert action.permissions
    if not permission.resource.startswith("arn:"):
        return
    known = {_shape(kind.arn) for kind in iam.action(permission.action).resources}
    assert _shape(permission.resource) in known


def _shape(arn: str) -> str:
    prefix, kind = arn.split(":", 5)[2], arn.split(":", 5)[5]
    return f"{prefix}:{re.split(r'[/:$*{]', kind)[0]}"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text() == render(), "run `make generate`"
