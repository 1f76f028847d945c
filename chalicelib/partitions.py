"""AWS's partitions, by the names of their regions. Standard library only."""

from __future__ import annotations

_BY_PREFIX = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
}


def partition_of(region: str) -> str:
    """The second part of the region's ARNs; `aws` where its name says nothing else."""
    return next((name for prefix, name in _BY_PREFIX.items() if region.startswith(prefix)), "aws")


#: where a partition keeps what has no region: users, distributions, hosted zones
_GLOBAL = {
    "aws": "us-east-1",
    "aws-cn": "cn-northwest-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-eusc": "eusc-de-east-1",
}


def global_region(partition: str) -> str:
    """The region that answers for what is in none."""
    return _GLOBAL[partition]
