"""Actions on S3 buckets."""

from __future__ import annotations

from typing import Any

from chalicelib.actions.aws_errors import in_our_words
from chalicelib.actions.base import Permission, Tools, action
from chalicelib.errors import StepError

_BUCKET = "arn:{partition}:s3:::{bucket}"
_CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


@action(
    "s3.block_public_access",
    effect="idempotent",
    permissions=(
        Permission("s3:GetBucketPublicAccessBlock", _BUCKET),
        Permission("s3:PutBucketPublicAccessBlock", _BUCKET),
    ),
)
def block_public_access(tools: Tools, *, bucket: str) -> dict[str, Any]:
    """Close a bucket to the public, whatever its policy and its ACLs say.

    All four settings of the bucket's public access block are turned on. Policy and ACLs stay
    as they are, and have no effect on strangers any more. A bucket that is closed already is
    left alone, and one of another account is refused.

    With:
        bucket: The bucket's name.

    Returns:
        `bucket`; `changed`, false where it was closed already; `before`, the settings as they
        were, null where there were none: what to put back to undo it.

    Example:
        then:
          - id: close
            do: s3.block_public_access
            with: {bucket: "${event.detail.requestParameters.bucketName}"}
    """
    client = tools.client("s3")
    owner = {"Bucket": bucket, "ExpectedBucketOwner": tools.account}
    before = _before(client, owner)
    if before == _CLOSED:
        return {"bucket": bucket, "changed": False, "before": before}
    client.put_public_access_block(**owner, PublicAccessBlockConfiguration=_CLOSED)
    return {"bucket": bucket, "changed": True, "before": before}


def _before(client: Any, owner: dict[str, str]) -> dict[str, bool] | None:
    try:
        with in_our_words():
            answer = client.get_public_access_block(**owner)
    except StepError as error:
        # no bucket is not no block: NoSuchBucket goes on
        if error.code == "NoSuchPublicAccessBlockConfiguration":
            return None
        raise
    settings: dict[str, bool] = answer["PublicAccessBlockConfiguration"]
    return settings
