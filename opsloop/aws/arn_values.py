"""What a parameter's value is inside an ARN, where it is not the value itself. Pure.

A turn takes one pattern and the call's parameters, and gives the patterns that stand in
the ARN.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from opsloop.aws.patterns import ANY, Given, strings


def _after_last_slash(value: str, _given: Given) -> tuple[str, ...]:
    return (value.rsplit("/", 1)[-1],)


def _without_leading_slash(value: str, given: Given) -> tuple[str, ...]:
    name = value.removeprefix("/")
    if "Path" not in given:
        return (name,)
    path = name.removesuffix("/")
    return (path, f"{path}/*") if path else (ANY,)


def _with_random_suffix(value: str, _given: Given) -> tuple[str, ...]:
    """Secrets Manager puts a hyphen and six characters behind a secret's name."""
    return (value,) if value.endswith(ANY) else (f"{value}-??????",)


def _function(value: str, given: Given) -> tuple[str, ...]:
    """A function may be named by a part of its ARN, and by a version or an alias."""
    name = value.rsplit("function:", 1)[-1]
    if "Qualifier" not in given or ":" in name:
        return (name,)
    return tuple(f"{name}:{qualifier}" for qualifier in strings(given["Qualifier"]))


def _key(value: str, _given: Given) -> tuple[str, ...]:
    """IAM judges the key, whose id its alias does not tell."""
    return (ANY,) if value.startswith("alias/") else (value,)


def _family(value: str, _given: Given) -> tuple[str, ...]:
    return (value.partition(":")[0],)


def _revision(value: str, _given: Given) -> tuple[str, ...]:
    return (value.partition(":")[2] or ANY,)


def _scope(value: str, _given: Given) -> tuple[str, ...]:
    return ({"CLOUDFRONT": "global", "REGIONAL": "regional"}.get(value, ANY),)


Turn = Callable[[str, Given], tuple[str, ...]]

#: by `prefix:Variable`
TURNS: Mapping[str, Turn] = {
    "ecs:TaskDefinitionFamilyName": _family,
    "ecs:TaskDefinitionRevisionNumber": _revision,
    "kms:Alias": _after_last_slash,
    "kms:KeyId": _key,
    "lambda:FunctionName": _function,
    "route53:Id": _after_last_slash,
    "secretsmanager:SecretId": _with_random_suffix,
    "sqs:QueueName": _after_last_slash,
    "ssm:ParameterNameWithoutLeadingSlash": _without_leading_slash,
    "wafv2:Scope": _scope,
}


#: documents and runbooks of AWS's own belong to no account, or to AWS's
_AWS_OWN = re.compile(r":(?:document|automation-definition)/(?:\*|AWS|Amazon)")
_LOG_GROUP = re.compile(r"arn:[^:]+:logs:[^:]*:[^:]*:log-group:[^:]*[^:*]")
_WITH_PATH = re.compile(
    r"(arn:[^:]+:iam::[^:]*:(?:group|instance-profile|role|user)/)([^/]*[^/*])", re.DOTALL
)
#: CloudWatch Logs judges these on the group's ARN as it is, all else with `:*` behind it
_LOG_TAGGING = frozenset({"logs:ListTagsForResource", "logs:TagResource", "logs:UntagResource"})


def as_judged(arn: str, *, action: str = "", whole: bool = False) -> tuple[str, ...]:
    """The ARNs by which IAM judges a resource whose ARN AWS's reference gives as `arn`.

    `whole`: the call itself holds the ARN, so that nothing of it was put together.
    """
    if _LOG_GROUP.fullmatch(arn):
        return (arn,) if action in _LOG_TAGGING else (arn, f"{arn}:*")
    if ":ssm:" in arn and _AWS_OWN.search(arn):
        return (arn.replace("${Account}", ANY),)
    named = None if whole else _WITH_PATH.fullmatch(arn)
    # names do not tell their path, but ARNs do
    return (arn, f"{named[1]}*/{named[2]}") if named else (arn,)
