import pytest

from chalicelib.actions.notfound import not_found


@pytest.mark.parametrize(
    "code",
    [
        "404",
        "HTTP404",
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchEntity",
        "NoSuchTagSet",
        "NoSuchPublicAccessBlockConfiguration",
        "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
        "InvalidInstanceID.NotFound",
        "InvalidGroup.NotFound",
        "DBInstanceNotFound",
        "DBInstanceNotFoundFault",
        "ResourceNotFoundException",
        "NotFoundException",
        "ParameterNotFound",
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
        "WAFNonexistentItemException",
        "DeploymentDoesNotExistException",
        "RedshiftIdcApplicationNotExists",
        "UnknownResourceFault",
    ],
)
def test_not_there(code: str) -> None:
    assert not_found(code)


@pytest.mark.parametrize(
    "code",
    [
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "InvalidInstanceID.Malformed",
        "ValidationError",
        "UnknownOperationException",
        "MissingParameter",
        "ThrottlingException",
        "NameNotResolved",
        "HTTP403",
        "HTTP4040",
        "Timeout",
        "NotFoundation",
        "",
    ],
)
def test_something_else(code: str) -> None:
    assert not not_found(code)
