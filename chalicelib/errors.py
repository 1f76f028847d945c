"""Every error of the run side, in one tree.

    OpsloopError
    ├── PlanError            a compiled plan is missing, stale, or of another schema
    ├── EventError           a payload that is no event opsloop knows
    ├── ExpressionError      an expression or a template could not be evaluated
    │   ├── NullValue        it gave null where a value is needed
    │   └── NotKnown         it reads what an observed step would have given
    ├── StepError            a step failed for good: what `error` is in `on_failure`
    ├── SecretError          a secret reference could not be resolved
    ├── BusError             an event could not be put on the bus
    └── JournalError         the journal could not be read or written
        ├── Conflict         somebody else changed a guard's state meanwhile: try again
        └── TableMissing     there is no journal table in this account and region

Standard library only: everything else may import this module.
"""

from __future__ import annotations


class OpsloopError(Exception):
    """Base of all of them. `str()` says where, what was found and what to do."""


class PlanError(OpsloopError):
    """A compiled plan is missing, stale, or of another schema version."""


class EventError(OpsloopError):
    """A payload that is no event opsloop knows."""


class ExpressionError(OpsloopError):
    """An expression could not be evaluated.

    `text` is the expression as the rule has it; `reason` is what was wrong with its values.
    """

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text}: {reason}")
        self.text = text
        self.reason = reason


class NullValue(ExpressionError):
    """An expression gave null where a value is needed. `at` is the parameter's path."""

    def __init__(self, text: str, at: str) -> None:
        super().__init__(text, f"null, where {at} needs a value")
        self.at = at


class NotKnown(ExpressionError):
    """An expression reads what a step would have given that was only observed."""

    def __init__(self, step: str) -> None:
        super().__init__(f"steps.{step}.result", "its step was only observed")
        self.step = step

    def __str__(self) -> str:
        return f"not known: depends on {self.step}"


class StepError(OpsloopError):
    """A step failed for good.

    `code` is AWS's error code where AWS answered, else the name of what went wrong. `lost` says
    that no answer came to what was sent: it may have taken effect all the same.
    """

    def __init__(
        self, code: str, message: str, *, retryable: bool = False, lost: bool = False
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retryable = retryable
        self.lost = lost


class SecretError(OpsloopError):
    """A secret reference could not be resolved; the text never holds the secret."""


class BusError(OpsloopError):
    """An event could not be put on the bus."""


class JournalError(OpsloopError):
    """The journal could not be read or written."""


class Conflict(JournalError):
    """Somebody else changed a guard's state meanwhile: read it again, and try again."""


class TableMissing(JournalError):
    """There is no journal table in this account and region."""

    def __init__(self, table: str, region: str) -> None:
        super().__init__(
            f"no DynamoDB table {table!r} in {region}: create it with "
            f"`opsloop infra --stage {table.removeprefix('opsloop-')}`"
        )
