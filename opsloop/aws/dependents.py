"""What else a call needs: the actions that AWS's reference lists as dependent on its own.

The reference lists whatever any use of an action may need. So each is asked for only where
a parameter of this call brings it up (`_WHEN`); one that nothing here speaks of is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from opsloop.aws import iam
from opsloop.aws.calling import Authorization, Call
from opsloop.aws.patterns import ANY, Given, leaves, strings
from opsloop.aws.statement import Condition

Test = Callable[[Call], bool]


def dependents(call: Call, action: iam.Action) -> Iterator[tuple[Authorization, Condition | None]]:
    """The further authorizations of one action of the call, each with its condition."""
    if roles := _passed(call, action):
        yield _pass_role(action, roles)
    for name in action.dependents:
        found = iam.find(name)
        if found is None or name == _PASSING or not _matters(call, name):
            continue
        if name == "ec2:CreateTags":
            yield _create_tags(call, found)
        elif found.prefix == "kms":
            yield _use_key(call, found)
        else:
            yield Authorization(found, call.given), None


def _matters(call: Call, name: str) -> bool:
    return all(test(call) for pattern, test in _WHEN if re.fullmatch(pattern, name))


def _named(pattern: str) -> Test:
    """Whether a parameter, at any depth, has such a name."""
    expression = re.compile(pattern, re.IGNORECASE)

    def test(call: Call) -> bool:
        return any(expression.search(name) for name in _names(call.given))

    return test


def _names(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield str(name)
            yield from _names(below)
    elif isinstance(value, list):
        for below in value:
            yield from _names(below)


def _never(_call: Call) -> bool:
    return False


def _same_service(pattern: str) -> tuple[str, Test]:
    """Where an ARN or a service code in the call names the service that this is about."""
    prefix = pattern.partition(":")[0]

    def test(call: Call) -> bool:
        texts = [text for _, text in leaves(call.given)]
        codes = {text.split(":")[2] for text in texts if re.match(r"arn:[^:]*:[^:]", text)}
        codes |= set(strings(call.given.get("ServiceCode", [])))
        return not codes or ANY in codes or prefix in codes

    return pattern, test


#: dependent actions by pattern, and when a call needs them
_WHEN: tuple[tuple[str, Test], ...] = (
    # tags are put by an action of their own
    (
        r"\w[\w-]*:(?:Create|Add)Tags\w*|[\w-]+:TagResource",
        _named(r"^tags?$|^TagSpecifications$|^TagList$"),
    ),
    (r"kms:.*", _named(r"kms|encryption_?key|CustomerMasterKey")),
    (
        r"secretsmanager:.*",
        _named(r"ManageMasterUserPassword|ManageAdminPassword|ManageMasterPassword"),
    ),
    (r"s3:.*", _named(r"s3|bucket|SnapshotArns|location|template")),
    (
        r"ssm:GetParameters",
        lambda call: any("resolve:ssm:" in text for _, text in leaves(call.given)),
    ),
    # these roles exist once per account, from the service's first use on
    (r"iam:CreateServiceLinkedRole", _never),
    (r"lambda:PassCapacityProvider", _named(r"CapacityProvider")),
    (r"rds:CreateTenantDatabase|rds:DeleteTenantDatabase", _named(r"MultiTenant|TenantDatabase")),
    (r"rds:CreateDB(?:Cluster)?Snapshot", _named(r"^(?:Final)?DB(?:Cluster)?SnapshotIdentifier$")),
    (
        r"rds:ModifyDBInstance",
        _named(r"DBClusterInstanceClass|MonitoringInterval|PerformanceInsights"),
    ),
    (r"rds:CopyCustomDBEngineVersion", _named(r"CustomDBEngineVersion")),
    (r"states:PublishStateMachineVersion", _named(r"^publish$")),
    (r"states:RevealSecrets", _named(r"^revealSecrets$")),
    (r"acm:DescribeCertificate", _named(r"certificate|CustomDomain")),
    *(
        _same_service(f"{prefix}:.*")
        for prefix in ("amplify", "apigateway", "apprunner", "appsync", "cognito-idp")
    ),
    _same_service(r"elasticloadbalancing:\w*W(?:eb|EB)A[cC][lL]\w*"),
    _same_service(r"ec2:\w*VerifiedAccess\w*"),
    *(
        _same_service(name)
        for name in (
            "autoscaling:DescribeAccountLimits",
            "cloudformation:DescribeAccountLimits",
            "dynamodb:DescribeLimits",
            "elasticloadbalancing:DescribeAccountLimits",
            "iam:GetAccountSummary",
            "kinesis:DescribeLimits",
            "rds:DescribeAccountAttributes",
            "route53:GetAccountLimit",
        )
    ),
)

_PASSING = "iam:PassRole"

#: calls that pass a role which their parameters do not show: a task definition's
_PASS_ANYWAY = frozenset({"ecs:RunTask", "ecs:StartTask"})

#: who may be passed a role, where the service is known to pass it to no other
_PASSED_TO = {
    "backup": ("backup.amazonaws.com",),
    "codebuild": ("codebuild.amazonaws.com",),
    "codepipeline": ("codepipeline.amazonaws.com",),
    "ec2": ("ec2.amazonaws.com", "spotfleet.amazonaws.com", "vpc-flow-logs.amazonaws.com"),
    "ecs": ("ecs-tasks.amazonaws.com", "ecs.amazonaws.com"),
    "glue": ("glue.amazonaws.com",),
    "lambda": ("lambda.amazonaws.com",),
    "sagemaker": ("sagemaker.amazonaws.com",),
    "scheduler": ("scheduler.amazonaws.com",),
    "states": ("states.amazonaws.com",),
}

_PROFILE = re.compile(r"instance_?profile", re.IGNORECASE)
_ROLE = re.compile(r"role(?:_?arn|name|id)?s?$|instance_?profile", re.IGNORECASE)
#: the reference forgets to list PassRole with many an action that takes a role
_UNLISTED_ROLE = re.compile(r"(?<!Backend)(?<!Snowflake)(?<!Target)role(?:_?arn)?$", re.IGNORECASE)
#: services that name roles without passing them
_UNPASSED = frozenset({"iam", "securityhub", "sts"})


def _passed(call: Call, action: iam.Action) -> tuple[str, ...]:
    """The roles that the call passes to a service; ANY for one that it does not show."""
    if _PASSING in action.dependents:
        return _roles(call.given, _ROLE) or ((ANY,) if str(action) in _PASS_ANYWAY else ())
    if action.prefix in _UNPASSED or action.access_level in ("Read", "List"):
        return ()
    return _roles(call.given, _UNLISTED_ROLE)


def _roles(given: Given, named: re.Pattern[str]) -> tuple[str, ...]:
    """The roles that parameters name; an instance profile names a role that it does not show."""
    found: dict[str, None] = {}
    for path, text in leaves(given):
        if names := [name for name in path if named.search(name)]:
            found[ANY if _PROFILE.search(names[0]) else text] = None
    return tuple(found)


def _pass_role(
    action: iam.Action, roles: tuple[str, ...]
) -> tuple[Authorization, Condition | None]:
    to = _PASSED_TO.get(action.prefix)
    condition = Condition.of({"StringEquals": {"iam:PassedToService": to}}) if to else None
    return Authorization(iam.action(_PASSING), {"RoleName": list(roles)}), condition


def _create_tags(call: Call, action: iam.Action) -> tuple[Authorization, Condition | None]:
    """Tags that are put while the thing is made, and only then."""
    condition = Condition.of({"StringEquals": {"ec2:CreateAction": (call.operation.name,)}})
    arns = {kind.name: kind.arn for kind in action.resources}
    kinds = {text for path, text in leaves(call.given) if path[-1] == "ResourceType"}
    if not kinds or not kinds <= arns.keys():
        return Authorization(action, {}), condition
    made = tuple(re.sub(r"/\$\{\w+\}$", "/*", arns[kind]) for kind in sorted(kinds))
    return Authorization(action, {}, made), condition


def _use_key(call: Call, action: iam.Action) -> tuple[Authorization, Condition | None]:
    keys = [text for path, text in leaves(call.given) if "kms" in path[-1].lower()]
    return Authorization(action, {"KeyId": keys or ANY}), None
