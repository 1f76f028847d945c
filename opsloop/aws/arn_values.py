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
    return (name, f"{name.removesuffix('/')}/*") if "Path" in given else (name,)


def _with_any_path(value: str, _given: Given) -> tuple[str, ...]:
    """IAM names do not tell their path, but ARNs do."""
    return (value,) if ANY in value else (value, f"*/{value}")


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
    "iam:CertificateNameWithPath": _with_any_path,
    "iam:GroupNameWithPath": _with_any_path,
    "iam:InstanceProfileNameWithPath": _with_any_path,
    "iam:PolicyNameWithPath": _with_any_path,
    "iam:RoleNameWithPath": _with_any_path,
    "iam:UserNameWithPath": _with_any_path,
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


def as_judged(prefix: str, kind: str, arn: str) -> tuple[str, ...]:
    """The ARNs by which IAM judges a resource whose ARN the reference gives as `arn`."""
    if (prefix, kind) == ("logs", "log-group") and not arn.endswith(ANY):
        return (arn, f"{arn}:*")
    if prefix == "ssm" and _AWS_OWN.search(arn):
        return (arn.replace("${Account}", ANY),)
    return (arn,)
