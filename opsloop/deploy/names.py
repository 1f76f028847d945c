"""What the resources of a stage are called, beside the functions that Chalice names.

infra/opsloop.yaml spells the same names; a test holds the two together.
"""

from __future__ import annotations

from chalicelib.plans import APP
from opsloop.compiler.chalice_config import function_name, table_name


def stack_name(stage: str) -> str:
    """The CloudFormation stack of infra/opsloop.yaml."""
    return f"{APP}-{stage}"


def dead_letters_name(stage: str) -> str:
    """The SQS queue for events that a function could not handle."""
    return f"{APP}-{stage}-dead-letters"


def dead_letters_arn(stage: str, region: str, account: str, partition: str = "aws") -> str:
    """That queue's ARN: every function's role may send to it, and to no other queue."""
    return f"arn:{partition}:sqs:{region}:{account}:{dead_letters_name(stage)}"


def event_rule_name(stage: str, rule: str) -> str:
    """The EventBridge rule that Chalice makes for an event or a schedule."""
    return f"{function_name(stage, rule)}-event"


__all__ = [
    "dead_letters_arn",
    "dead_letters_name",
    "event_rule_name",
    "function_name",
    "stack_name",
    "table_name",
]
