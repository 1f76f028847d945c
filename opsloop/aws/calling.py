"""One call as the permission side sees it, and one thing that IAM asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsloop.aws import iam
from opsloop.aws.operations import Operation, operation
from opsloop.aws.patterns import Given, patterns
from opsloop.aws.templates import Splitter, pieces


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a rule will make: boto3's names, and the parameters as the rule has them."""

    service: str
    method: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    #: tells the literal parts of a text from the expressions in it
    split: Splitter = pieces

    @property
    def operation(self) -> Operation:
        """Raises FaultError for an operation that boto3 does not have."""
        return operation(self.service, self.method)

    @property
    def name(self) -> str:
        """`service.Operation`, as the tables have it."""
        return f"{self.service}.{self.operation.name}"

    @property
    def given(self) -> Given:
        """The parameters as IAM patterns, without those that are null."""
        found: Given = patterns(dict(self.parameters), self.split)
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Authorization:
    """One action, and the parameters that name its resources."""

    action: iam.Action
    given: Given
    #: the resources where the parameters cannot name them; `${Partition}` and so on are open
    resources: tuple[str, ...] = ()
