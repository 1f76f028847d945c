"""Where a stage is: its partition, account and region. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.partitions import partition_of
from chalicelib.plan import Stage

_VARIABLE = re.compile(r"\$\{(Partition|Account|Region)\}")


@dataclass(frozen=True, slots=True)
class Location:
    """One stage's account and region, as ARNs have them."""

    partition: str
    account: str
    region: str

    @classmethod
    def of(cls, stage: Stage) -> Location:
        """The location of a stage; its region says which partition it is in."""
        return cls(partition_of(stage["region"]), stage["account"], stage["region"])

    def fill(self, arn: str) -> str:
        """The ARN with this location's `${Partition}`, `${Account}` and `${Region}`."""
        values = {"Partition": self.partition, "Account": self.account, "Region": self.region}
        return _VARIABLE.sub(lambda found: values[found[1]], arn)
