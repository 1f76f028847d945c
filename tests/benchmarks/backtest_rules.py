"""A hundred rules for measuring backtests, as plans and as a rulebook that asks the same.

Fourteen are on calls that the month of CloudTrail has; they are woken by one record of 31. The
others are on calls that it has not, as most rules are on most days. Each has a criterion.
"""

from __future__ import annotations

from chalicelib.plan import Plan
from opsloop.expressions import compile_expr
from opsloop.local.plans import bare_plan

HAPPEN = [
    ("ec2", "RunInstances"),
    ("ec2", "TerminateInstances"),
    ("lambda", "UpdateFunctionCode20150331v2"),
    ("s3", "PutBucketPolicy"),
    ("s3", "PutBucketAcl"),
    ("s3", "DeleteBucketPublicAccessBlock"),
    ("ec2", "AuthorizeSecurityGroupIngress"),
    ("iam", "CreateAccessKey"),
    ("iam", "AttachRolePolicy"),
    ("rds", "ModifyDBInstance"),
    ("kms", "ScheduleKeyDeletion"),
    ("kms", "RotateKey"),
    ("cloudtrail", "StopLogging"),
    ("signin", "ConsoleLogin"),
]
SERVICES = ["ec2", "s3", "iam", "rds", "kms", "lambda", "ecs", "dynamodb", "sns", "sqs", "logs"]
VERBS = ["Create", "Delete", "Modify", "Put", "Attach", "Detach", "Enable", "Disable"]
COUNT = 100
#: for each rule one caller, so that criteria decide both ways
CALLERS = ["IAMUser", "AssumedRole", "Root"]


def rules() -> list[tuple[str, str, str]]:
    """Service, call and type of caller of each rule."""
    others = [(service, f"{verb}Thing") for verb in VERBS for service in SERVICES]
    asked = [*HAPPEN, *others][:COUNT]
    return [(*call, CALLERS[place % len(CALLERS)]) for place, call in enumerate(asked)]


def plans() -> dict[str, Plan]:
    """As opsloop has them."""
    made = {}
    for place, (service, call, caller) in enumerate(rules()):
        rule = f"rule-{place:03}"
        pattern = {"source": [f"aws.{service}"], "detail": {"eventName": [call]}}
        criterion = compile_expr(f"event.detail.userIdentity.type == '{caller}'")
        made[rule] = {
            **bare_plan(),
            "rule": rule,
            "trigger": "event",
            "wire": {"pattern": pattern},
            "criteria": {"event": {"test": criterion}, "facts": None},
        }
    return made  # type: ignore[return-value]  # a TypedDict from parts


def rulebook(source: str, last: str) -> str:
    """The same as a rulebook of Event-Driven Ansible; `last` is the last event's id."""
    head = f"- hosts: localhost\n  name: bench\n  sources:\n    - {source}\n  rules:\n"
    asked = [
        f"""\
    - name: rule-{place:03}
      condition: >-
        event.source == "aws.{service}" and event.detail.eventName == "{call}"
        and event.detail.userIdentity.type == "{caller}"
      action: {{none: {{}}}}
"""
        for place, (service, call, caller) in enumerate(rules()[:-1])
    ]
    end = f"""\
    - name: end
      condition: event.id == "{last}"
      action: {{print_event: {{}}}}
"""
    return head + "".join(asked) + end
