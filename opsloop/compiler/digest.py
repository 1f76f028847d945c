"""A plan's digest: it changes when what the rule does changes, and only then."""

from __future__ import annotations

import hashlib

from chalicelib.plan import Plan
from opsloop.compiler.output import as_compact_json

#: where a rule stands and who owns it is not what it does
_ASIDE = ("digest", "source", "description", "owner", "severity", "saves")


def with_digest(plan: Plan) -> Plan:
    """The plan with its digest."""
    content = {key: value for key, value in plan.items() if key not in _ASIDE}
    digest = hashlib.sha256(as_compact_json(content).encode()).hexdigest()
    return {**plan, "digest": digest[:16]}
