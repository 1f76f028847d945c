"""What a rule looks up and what it does: facts and steps. Called by `model`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from opsloop.rules.fields import (
    Criteria,
    Duration,
    Expression,
    Given,
    Model,
    Name,
    Raw,
    Some,
    Template,
    Text,
    key,
    matching,
)


def as_action(text: str) -> str:
    """`ec2:StopInstances`, as IAM and AWS's own pages have it, the way boto3 does."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text.strip())
    named = words.lower().replace(":", ".")
    return f"aws.{named}" if ":" in text and not named.startswith("aws.") else named


ActionName: Any = matching(
    "action",
    r"[a-z0-9_-]+(\.[a-z0-9_-]+)*",
    "an action's name, such as notify or aws.ec2.stop_instances",
    as_action,
)
StepKind = Literal["do", "stop", "fail", "wait", "approve", "steps"]
KINDS: tuple[StepKind, ...] = ("do", "stop", "fail", "wait", "approve", "steps")


class Fact(Model):
    """A look-up that is made before acting; read or list access only."""

    do: ActionName = key("The read action.", "aws.ec2.describe_instances")
    with_: dict[str, Raw] = key(
        "Its parameters.", '{InstanceIds: ["${resource.id}"]}', default_factory=dict
    )
    pick: Given[Expression] = key(
        "What to take of the response, which is its root.",
        "Reservations[0].Instances[0]",
        default=None,
    )
    or_: Raw = key("The fact's value where AWS answers not-found.", "[]", default=None)

    @property
    def has_or(self) -> bool:
        """Whether `or` is given; null is a value of it."""
        return "or_" in self.model_fields_set


class Retry(Model):
    """How often a step is tried."""

    attempts: int = key("Tries in all.", "3", ge=1, le=10)
    backoff: Duration = key(
        "The first pause between two; it doubles.", "5s", default="1s", validate_default=True
    )
    on: list[Text] = key(
        "Error codes to retry on; else those that AWS calls retryable.",
        "[IncorrectInstanceState]",
        default_factory=list,
    )


class Approve(Model):
    """A question to people before the rule goes on."""

    by: Some[Text] = key("Who may answer: IAM principal patterns.", '["*:role/oncall"]')
    within: Duration = key("How long the question stands.", "30m")
    prompt: Given[Template] = key("What is asked.", default=None)
    on_timeout: Literal["fail", "proceed"] = key("What silence means.", default="fail")


class Step(Model):
    """One step. Exactly one of do, stop, fail, wait, approve, steps."""

    id: Given[Name] = key(
        "Its name; later steps read `steps.<id>.result`, `.status` and `.error`.",
        "stop",
        default=None,
    )
    do: Given[ActionName] = key("The action.", "aws.ec2.stop_instances", default=None)
    with_: dict[str, Raw] = key(
        "The action's parameters.", '{InstanceIds: ["${resource.id}"]}', default_factory=dict
    )
    stop: Given[Template] = key(
        "Ends the execution as succeeded, with this reason.", "Nothing to do", default=None
    )
    fail: Given[Template] = key("Ends the execution as failed, with this reason.", default=None)
    wait: Given[Duration] = key("Goes on after this time.", "10m", default=None)
    approve: Given[Approve] = key("Asks people first.", default=None)
    if_: Given[Criteria] = key("The step is skipped where this does not hold.", default=None)
    for_each: Given[Expression] = key(
        "One call, or one turn of `steps`, for each element of this list.",
        "facts.volumes",
        default=None,
    )
    as_: Name = key("The element's name in scope.", default="item")
    at_once: Annotated[int, Field(ge=1)] = key(
        "How many elements are worked on at a time.", default=1
    )
    steps: list[Step] = key(
        "With `for_each`: what is done for each element, in this order.",
        '[{do: aws.ec2.stop_instances, with: {InstanceIds: ["${item}"]}}, {wait: 5m}]',
        default_factory=list,
    )
    retry: Given[Retry] = key("How often it is tried.", "{attempts: 3}", default=None)
    timeout: Given[Duration] = key("When it is given up.", "5m", default=None)
    on_error: Literal["fail", "continue"] = key(
        "`continue` goes on with the next step after a failure.", default="fail"
    )

    @property
    def kinds(self) -> list[StepKind]:
        """What the step does; a checked step has exactly one."""
        return [kind for kind in KINDS if kind in self.model_fields_set]

    @property
    def kind(self) -> StepKind:
        """What a checked step does."""
        (kind,) = self.kinds
        return kind
