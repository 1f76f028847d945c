"""An operation of AWS's as a document like a curated action's, from botocore's model.

Called by `opsloop actions aws.…`. What it needs is what the compiler would derive for a call
of which nothing is known.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.actions.base import Permission
from opsloop.actions.doc import ActionDoc, Parameter
from opsloop.aws import models
from opsloop.aws.calling import Call
from opsloop.aws.faults import FaultError
from opsloop.aws.location import Location
from opsloop.aws.operations import Operation, operation
from opsloop.aws.permissions import statements
from opsloop.aws.shapes import described

if TYPE_CHECKING:
    from botocore.model import Shape

#: a location as curated actions write theirs
_ANYWHERE = Location("{partition}", "{account}", "{region}")
#: what stands before the first sentence says something else
_ASIDE = re.compile(r"<(note|important|fullname)>.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def describe_operation(service: str, method: str) -> ActionDoc:
    """The document of `aws.<service>.<method>`. Raises FaultError where boto3 has none."""
    called = operation(service, method)
    permissions, trouble = _permissions(called)
    return ActionDoc(
        name=called.do,
        summary=first_sentence(called.model.documentation),
        text=trouble,
        parameters=tuple(_parameters(called)),
        returns=_returns(called),
        example=_example(called),
        effect=called.effect,
        permissions=permissions,
        own={},
    )


def operations(service: str) -> Iterator[Operation]:
    """Every operation of a service. Raises FaultError where boto3 has no such service."""
    for method in sorted(models.methods(service)):
        yield operation(service, method)


def first_sentence(documentation: str) -> str:
    """What AWS says first, as plain text; empty where it says nothing."""
    text = _TAG.sub("", _ASIDE.sub("", documentation))
    return _SENTENCE.split(" ".join(html.unescape(text).split()), maxsplit=1)[0]


def _parameters(called: Operation) -> Iterator[Parameter]:
    """The required ones first."""
    members = called.input.members if called.input else {}
    needed = _needed(called)
    for name in sorted(members, key=lambda name: name not in needed):
        shape = members[name]
        yield Parameter(
            name=name,
            kind=_kind(shape),
            type=None,
            required=name in needed,
            default=None,
            text=first_sentence(shape.documentation),
        )


def _needed(called: Operation) -> Mapping[str, Shape]:
    """What a rule has to give: a client token comes by itself."""
    if called.input is None:
        return {}
    names = [name for name in called.input.required_members if name != called.token]
    return {name: called.input.members[name] for name in names}


def _kind(shape: Any) -> str:
    if shape.type_name == "structure" and shape.members:
        return f"a map of {', '.join(shape.members)}"
    if getattr(shape, "enum", None):
        return f"one of {', '.join(shape.enum)}"
    return described(shape)


def _returns(called: Operation) -> str:
    members = getattr(called.output, "members", {})
    return ", ".join(f"`{name}`" for name in members) or "nothing"


def _example(called: Operation) -> str:
    lines = ["then:", f"  - do: {called.do}"]
    given = [f"{name}: {_placeholder(shape)}" for name, shape in _needed(called).items()]
    return "\n".join([*lines, f"    with: {{{', '.join(given)}}}"] if given else lines)


def _placeholder(shape: Shape) -> str:
    if shape.type_name == "list":
        return f"[{_placeholder(shape.member)}]"  # type: ignore[attr-defined]
    return {"structure": "{…}", "map": "{…}", "boolean": "true", "integer": "1", "long": "1"}.get(
        shape.type_name, '"…"'
    )


def _permissions(called: Operation) -> tuple[tuple[Permission, ...], str]:
    """What IAM asks for, or why that cannot be said."""
    try:
        needed = statements(Call(called.service, called.method), _ANYWHERE)
    except FaultError as error:
        return (), f"Its permissions cannot be derived: {error}"
    return tuple(
        Permission(action, resource, one.condition.as_dict() if one.condition else None)
        for one in needed
        for action in sorted(one.actions)
        for resource in sorted(one.resources)
    ), ""
