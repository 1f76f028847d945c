"""Answering at the desk: the user's own credentials say who it is that answers."""

from __future__ import annotations

from pathlib import Path

from chalicelib.clock import SystemClock
from chalicelib.deciding import Deciding
from chalicelib.journal.record import Execution
from chalicelib.journal.table import Table
from opsloop.deploy.account import session_for, stage_of
from opsloop.deploy.caller import caller
from opsloop.deploy.names import table_name
from opsloop.history.reader import Reader
from opsloop.naming import WrongUsage


def answer(project: Path, stage: str, execution_id: str, *, approved: bool, why: str) -> Execution:
    """The execution with its answer.

    Raises WrongUsage for an execution that there is not, NotDecided where it does not count.
    """
    session, clock = session_for(stage_of(project, stage)), SystemClock()
    client = session.client("dynamodb")
    found = Reader(client, table_name(stage), clock).one(execution_id)
    if found is None:
        raise WrongUsage(
            f"no execution {execution_id} in stage {stage}; "
            "`opsloop history --status waiting` lists those that wait"
        )
    deciding = Deciding(Table(lambda: client, table_name(stage), clock), clock, caller(session))
    return deciding.decide(found.rule, found.id, approved=approved, why=why)
