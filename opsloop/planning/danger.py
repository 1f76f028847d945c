"""Why a permission deserves a second look. Pure, but for reading IAM's reference once."""

from __future__ import annotations

from opsloop.aws import iam
from opsloop.planning.permissions import ALWAYS, Permission

_CHANGES = ("Write", "Tagging")
_ROLE, _COMMANDS = "acts as another role", "runs commands on machines"
_CODE, _WHO = "changes what runs as another role", "changes who may do what"
_BLINDS = "blinds those who watch"
#: actions by which a role becomes more than its own policy says, or is seen no more
BECOMES = {
    "cloudformation:createchangeset": _CODE,
    "cloudformation:createstack": _CODE,
    "cloudformation:executechangeset": _CODE,
    "cloudformation:updatestack": _CODE,
    "cloudtrail:deletetrail": _BLINDS,
    "cloudtrail:puteventselectors": _BLINDS,
    "cloudtrail:stoplogging": _BLINDS,
    "cloudtrail:updatetrail": _BLINDS,
    "codebuild:startbuild": _CODE,
    "codebuild:updateproject": _CODE,
    "config:deleteconfigurationrecorder": _BLINDS,
    "config:stopconfigurationrecorder": _BLINDS,
    "ec2-instance-connect:sendserialconsolesshpublickey": _COMMANDS,
    "ec2-instance-connect:sendsshpublickey": _COMMANDS,
    "ecs:executecommand": _COMMANDS,
    "eks:associateaccesspolicy": _WHO,
    "eks:createaccessentry": _WHO,
    "eks:updateaccessentry": _WHO,
    "glue:updatejob": _CODE,
    "guardduty:deletedetector": _BLINDS,
    "guardduty:updatedetector": _BLINDS,
    "iam:passrole": "hands a role on",
    "lambda:updatefunctioncode": _CODE,
    "lambda:updatefunctionconfiguration": _CODE,
    "securityhub:disablesecurityhub": _BLINDS,
    "ssm:sendcommand": _COMMANDS,
    "ssm:startautomationexecution": _CODE,
    "ssm:startsession": _COMMANDS,
    "states:updatestatemachine": _CODE,
    "sts:assumerole": _ROLE,
    "sts:assumerolewithsaml": _ROLE,
    "sts:assumerolewithwebidentity": _ROLE,
    "sts:assumeroot": _ROLE,
    "sts:getfederationtoken": _ROLE,
}
#: reading, but of what opens other doors, where its name is not told
SECRETS = frozenset(
    {
        "secretsmanager:batchgetsecretvalue",
        "secretsmanager:getsecretvalue",
        "ssm:getparameter",
        "ssm:getparameters",
        "ssm:getparametersbypath",
    }
)


def danger(one: Permission) -> str | None:
    """What to mind, in a few words; None for what a rule like any other does."""
    if one.effect != "Allow":
        return None
    if "*" in one.action or "?" in one.action or one.action.startswith("!"):
        return "a wildcard for an action"
    known = iam.find(one.action.lower())
    if known is None:
        return "IAM's reference does not know it"
    name = str(known).lower()
    if name in SECRETS and "*" in one.resource:
        return "reads secrets of any name"
    return BECOMES.get(name) or _by_level(known, one)


def _by_level(known: iam.Action, one: Permission) -> str | None:
    if known.access_level == "Permissions management":
        return _WHO
    if known.access_level not in _CHANGES:
        return None
    if known.prefix == "iam":
        return "changes IAM"
    return "changes any resource" if _anything(one) else None


def _anything(one: Permission) -> bool:
    """Whether neither the resource nor a condition says on what."""
    return one.condition == ALWAYS and (one.resource == "*" or one.resource.startswith("!"))
