"""Actions on IAM users and their keys."""

from __future__ import annotations

from typing import Any

from chalicelib.actions.base import Permission, Tools, action
from chalicelib.actions.results import to_json
from chalicelib.errors import StepError

_USER = "arn:{partition}:iam::{account}:user/{user}"


@action(
    "iam.disable_access_key",
    effect="idempotent",
    permissions=(
        Permission("iam:ListAccessKeys", _USER),
        Permission("iam:UpdateAccessKey", _USER),
    ),
)
def disable_access_key(tools: Tools, *, user: str, access_key: str) -> dict[str, Any]:
    """Make a user's access key inactive, so that nobody can sign with it any more.

    The key is kept, and can be made active again. A key that is inactive already is left
    alone. Sessions that were opened with the key before (GetSessionToken, AssumeRole) live on
    until they expire. A temporary key (ASIA…) and a root user's key cannot be disabled so: the
    step fails and says it.

    With:
        user: The user's name, without a path.
        access_key: The key's id (AKIA…).

    Returns:
        `user`, `access_key`; `changed`, false where the key was inactive already; `created`,
        when the key was made.

    Example:
        then:
          - do: iam.disable_access_key
            with:
              user: ${event.detail.resource.accessKeyDetails.userName}
              access_key: ${event.detail.resource.accessKeyDetails.accessKeyId}
    """
    if access_key.startswith("ASIA"):
        raise StepError(
            "TemporaryKey", f"{access_key} belongs to a session, which has no key to disable"
        )
    client = tools.client("iam")
    key = _key(client, user, access_key)
    changed = key["Status"] != "Inactive"
    if changed:
        client.update_access_key(UserName=user, AccessKeyId=access_key, Status="Inactive")
    return {
        "user": user,
        "access_key": access_key,
        "changed": changed,
        "created": to_json(key["CreateDate"]),
    }


def _key(client: Any, user: str, access_key: str) -> dict[str, Any]:
    # a user has two keys at most: there is no second page
    keys: list[dict[str, Any]] = client.list_access_keys(UserName=user)["AccessKeyMetadata"]
    for key in keys:
        if key["AccessKeyId"] == access_key:
            return key
    raise StepError(
        "NoSuchAccessKey",
        f"user {user} has no access key {access_key}: deleted, another user's, or root's",
    )
