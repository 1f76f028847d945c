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
