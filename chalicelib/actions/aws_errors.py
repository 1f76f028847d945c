"""botocore's exceptions in opsloop's words. Used by whatever calls AWS for a step.

Imports botocore only once something has gone wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from chalicelib.errors import OpsloopError, StepError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

#: EC2 encodes what it refused, and why, in thousands of characters
LONGEST = 1_000


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn what botocore raises in the block into StepError; let all else pass."""
    try:
        yield
    except OpsloopError:
        raise
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        raise told from error


def _told(error: Exception) -> StepError | None:
    from botocore import exceptions  # noqa: PLC0415 - as the module's docstring says

    if isinstance(error, exceptions.ClientError):
        return _answered(error)
    if isinstance(error, exceptions.BotoCoreError):
        faults = (exceptions.HTTPClientError, exceptions.ConnectionError)
        unanswered = (exceptions.ReadTimeoutError, exceptions.ConnectionClosedError)
        return StepError(
            type(error).__name__,
            _short(str(error)),
            retryable=isinstance(error, faults),
            lost=isinstance(error, unanswered),
        )
    return None


def _answered(error: ClientError) -> StepError:
    found: Any = error.response.get("Error", {})
    code = found.get("Code") or "Unknown"
    message = f"{error.operation_name}: {found.get('Message') or 'AWS gave no reason'}"
    return StepError(code, _short(message), retryable=_retryable(error.response))


def _retryable(response: Any) -> bool:
    """By botocore's own lists: throttled, or a fault that passes."""
    from botocore.retries import standard  # noqa: PLC0415 - as above

    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    context = standard.RetryContext(
        attempt_number=1,
        parsed_response=response,
        http_response=SimpleNamespace(status_code=status),
    )
    checkers = (standard.TransientRetryableChecker(), standard.ThrottledRetryableChecker())
    return any(checker.is_retryable(context) for checker in checkers)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
