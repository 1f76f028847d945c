"""IAM's names of the actions that an operation asks for, whatever its parameters.

Called by `authorizations`, which knows the parameters too, and by `operations`, to say which
operations somebody means who writes a permission's name.
"""

from __future__ import annotations

from opsloop.aws import iam
from opsloop.aws.action_table import RENAMED
from opsloop.aws.prefixes import prefix


def of(service: str, operation: str) -> tuple[str, ...]:
    """Of boto3's service and AWS's name of the operation; none where IAM's reference knows none.

    Raises FaultError for a service that IAM's reference does not have.
    """
    if renamed := RENAMED.get(f"{service}.{operation}"):
        return renamed
    own = prefix(service)
    if same := iam.find(f"{own}:{operation}"):
        return (str(same),)
    return iam.documented_as(own, operation)
