"""The guards `only` and `except` of a rule, and of a stage: as the plan has them, and their faults.

Called by `guards` and `stages`.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.globs import is_open, parts
from chalicelib.plan import Bounds
from opsloop.problems import Fault
from opsloop.rules import guards as model

_ARN_PARTS = 6
_EXAMPLE = "an ARN, such as arn:aws:ec2:*:*:instance/*; '*' stands for any text"


def bounds_of(resources: model.Resources) -> Bounds:
    """The resources as the plan has them."""
    return {"arns": list(resources.arns), "tags": dict(resources.tags)}


def faults(resources: model.Resources) -> Iterator[Fault]:
    """All that is wrong with them: they are plain text, and name their service."""
    for place, arn in enumerate(resources.arns):
        for fault in _arn(arn):
            yield Fault(fault.found, fault.expected, path=("arns", place), offset=fault.offset)
    for key, value in resources.tags.items():
        if "${" in value:
            found, expected = f"a template, '{value}'", "the tag's value as it is"
            yield Fault(found, expected, path=("tags", key), offset=value.index("${"))


def _arn(arn: str) -> Iterator[Fault]:
    found = parts(arn)
    if "${" in arn:
        expected = "plain text: '*' stands for any account, region or name"
        yield Fault(f"a template, '{arn}'", expected, offset=arn.index("${"))
    elif len(found) != _ARN_PARTS or found[0] != "arn" or not found[-1]:
        yield Fault(f"'{arn}'", _EXAMPLE)
    elif is_open(found[2]) or not found[2]:
        yield Fault(f"'{arn}'", "the service by its name, such as ec2: IAM knows no other ARNs")
