"""What `opsloop approve` and `opsloop deny` share: the answer, and how it is told."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from opsloop.output import print_json, tell, working


def tell_answer(
    project: Path, stage: str, execution_id: str, *, approved: bool, why: str, as_json: bool
) -> None:
    """Give the answer, and say what comes of it. Raises NotDecided where it does not count."""
    with working("writing down your answer"):
        from opsloop.history.deciding import answer  # noqa: PLC0415 - boto3 is slow

        found = answer(project, stage, execution_id, approved=approved, why=why)
    if as_json:
        decision = asdict(found.decision) if found.decision else None
        print_json({"execution": found.id, "rule": found.rule, "decision": decision})
        return
    said = "approved: it goes on" if approved else "denied: it ends as failed"
    tell(f"{found.rule}: {said} within a minute")
    tell(f"`opsloop show {found.id}` shows what becomes of it", "dim")
