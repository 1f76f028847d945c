"""Every lint there is, in the order of docs/lint.md. Called by `run`, `docs` and the commands."""

from __future__ import annotations

from opsloop.lint import circles, effects, matching, overlaps, quotas, silencing, told
from opsloop.lint.base import Lint

#: by code
LINTS: dict[str, Lint] = {
    lint.code: lint
    for lint in sorted(
        (
            *silencing.LINTS,
            *told.LINTS,
            *matching.LINTS,
            *effects.LINTS,
            *circles.LINTS,
            *overlaps.LINTS,
            *quotas.LINTS,
        ),
        key=lambda lint: lint.code,
    )
}
#: those that a comment may silence
SILENCED = frozenset(code for code, lint in LINTS.items() if lint.silenced)
#: those on what a rule does, which its mode allows or not
OF_MODE = frozenset(code for code in LINTS if code.startswith("OPS3"))
