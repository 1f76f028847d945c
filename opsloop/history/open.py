"""The journal of a stage, read with the user's own AWS credentials."""

from __future__ import annotations

from pathlib import Path

from chalicelib.clock import SystemClock
from opsloop.deploy.account import session_for, stage_of
from opsloop.deploy.names import table_name
from opsloop.history.reader import Reader


def journal_of(project: Path, stage: str) -> Reader:
    """Raises PlanError for an unknown stage, DeployError for another account's credentials."""
    session = session_for(stage_of(project, stage))
    return Reader(session.client("dynamodb"), table_name(stage), SystemClock())
