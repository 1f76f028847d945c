"""The codes of lints with their titles, for whoever tells of them without the compiler.

Called by `base` and by the commands, which answer from memory. Imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

PAGE = "docs/lint.md"

#: what each lint finds, in a few words
TITLES: Mapping[str, str] = {
    "OPS001": "A silencing without a reason, or of nothing that there is",
    "OPS002": "A silencing that silences nothing",
    "OPS101": "A field that no such event is known to have",
    "OPS102": "A value of another kind, as far as a schema says",
    "OPS103": "A source or a detail-type that is not known",
    "OPS201": "Criteria that no event meets",
    "OPS202": "Criteria that are always met",
    "OPS203": "A pattern that lets everything through",
    "OPS204": "An API call that EventBridge never delivers so",
    "OPS205": "An API call that CloudTrail may not tell of",
    "OPS206": "A rule that is deployed nowhere",
    "OPS301": "A destructive step that nothing bounds",
    "OPS302": "Acting on events without a caller, and without a rest",
    "OPS303": "Acting without looking whether it helped",
    "OPS304": "Rules that wake each other in a circle that nothing ends",
    "OPS305": "Rules that wake each other in a circle",
    "OPS306": "Two rules that act on the same event",
    "OPS401": "A secret in plain text",
    "OPS501": "A name that AWS would refuse for its length",
    "OPS502": "Names that CloudFormation cannot tell apart",
    "OPS503": "Many rules for one account",
    "OPS504": "An environment near Lambda's limit",
    "OPS505": "A policy near IAM's limit",
}


def link(code: str) -> str:
    """Where a lint is explained."""
    return f"{PAGE}#{code.lower()}"
