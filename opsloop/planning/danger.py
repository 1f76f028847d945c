"""Why a permission deserves a second look. Pure, but for reading IAM's reference once."""

from __future__ import annotations

from opsloop.aws import iam
from opsloop.planning.permissions import ALWAYS, Permission

_CHANGES = ("Write", "Tagging")
#: actions of other services by which a role becomes more than its own policy says
_BECOMES = {
    "sts:assumerole": "acts as another role",
    "iam:passrole": "hands a role on",
}


def danger(one: Permission) -> str | None:
    """What to mind, in a few words; None for what a rule like any other does."""
    if one.effect != "Allow":
        return None
    if "*" in one.action or "?" in one.action or one.action.startswith("!"):
        return "a wildcard for an action"
    known = iam.find(one.action.lower())
    if known is None:
        return "IAM's reference does not know it"
    return _BECOMES.get(str(known).lower()) or _by_level(known, one)


def _by_level(known: iam.Action, one: Permission) -> str | None:
    if known.access_level == "Permissions management":
        return "changes who may do what"
    if known.access_level not in _CHANGES:
        return None
    if known.prefix == "iam":
        return "changes IAM"
    return "changes any resource" if _anything(one) else None


def _anything(one: Permission) -> bool:
    """Whether neither the resource nor a condition says on what."""
    return one.condition == ALWAYS and (one.resource == "*" or one.resource.startswith("!"))
