"""Who sits at the desk: the ARN that STS says of their credentials."""

from __future__ import annotations

import boto3


def caller(session: boto3.Session) -> str:
    """The caller's ARN; of an assumed role, the session's."""
    arn: str = session.client("sts").get_caller_identity()["Arn"]
    return arn
