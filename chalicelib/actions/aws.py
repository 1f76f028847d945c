"""`aws.<service>.<operation>`: every operation of boto3 as an action.

The compiler has checked the operation and its parameters against botocore's model, so this
only calls, reads all the pages of a read, and answers in JSON. Text given for a blob is sent
as its UTF-8 bytes; a blob in an answer is base64.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.actions.aws_errors import in_our_words
from chalicelib.actions.base import Tools
from chalicelib.actions.paging import read
from chalicelib.actions.reads import is_read
from chalicelib.actions.results import answer
from chalicelib.errors import StepError


def call(tools: Tools, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
    """The operation's answer as JSON. `operation` is boto3's method: `stop_instances`.

    Of a read without a limit or a token among its parameters, all pages, joined.
    Raises StepError with AWS's error code, retryable where botocore says so.
    """
    with in_our_words():
        client = tools.client(service)
        _check(client, service, operation)
        if is_read(service, operation):
            return answer(read(client, operation, parameters))
        return answer(getattr(client, operation)(**parameters))


def _check(client: Any, service: str, operation: str) -> None:
    """Raises StepError for what a step cannot call."""
    name = client.meta.method_to_api_mapping.get(operation)
    if name is None:
        raise StepError("UnknownOperation", f"this boto3 has no {service}.{operation}")
    if client.meta.service_model.operation_model(name).has_event_stream_output:
        raise StepError(
            "EventStream", f"{service}.{operation} answers with a stream that a step cannot hold"
        )
