"""Whether an error code means that the thing is not there. For a fact's `or:`. Pure.

AWS has no one code for it: services say NoSuchBucket, InvalidInstanceID.NotFound,
DBInstanceNotFoundFault, OwnershipControlsNotFoundError, AWS.SimpleQueueService.NonExistentQueue.
CloudFormation says ValidationError, as for all else, and cannot be told apart.
"""

from __future__ import annotations

import re

_NOT_FOUND = re.compile(
    r"""
      ^(?:HTTP)?404$
    | ^NoSuch[A-Z]
    | (?:NotFound|DoesNotExist|NotExists)(?:Exception|Fault|Error)?$
    | Non[Ee]xistent
    | ^UnknownResource(?:Exception|Fault)$
    """,
    re.VERBOSE,
)


def not_found(code: str) -> bool:
    """Whether a StepError's `code` says that what was asked for does not exist."""
    return _NOT_FOUND.search(code) is not None
