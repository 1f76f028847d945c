"""AWS as it is for whoever may not do everything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import boto3


def refuse(session: boto3.Session, *operations: str) -> None:
    """From now on, clients of this session are refused these operations."""
    for operation in operations:
        session.events.register(f"before-call.{operation}", _refused)


def _refused(model: Any, **_: Any) -> Any:
    error = {"Code": "AccessDenied", "Message": f"you may not {model.name}"}
    return SimpleNamespace(status_code=403), {"Error": error, "ResponseMetadata": {}}
