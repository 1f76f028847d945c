"""Secrets that stand in a file as they are. Pure; called by `project` with raw data.

A secret belongs into Parameter Store or Secrets Manager: the file holds its reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from opsloop.problems import PLAIN_SECRET, Fault, Path

_LOOKS = {
    "a Slack webhook's URL": r"https://hooks\.slack\.com/(services|workflows)/[\w/]{8,}",
    "a Slack token": r"\bxox[abeoprs]-[\w-]{10,}",
    "a Teams webhook's URL": r"https://[\w.-]+\.(webhook\.office|logic\.azure|powerplatform)\.com\S{20,}",
    "a Discord webhook's URL": r"https://discord(app)?\.com/api/webhooks/\d+/[\w-]{8,}",
    "a GitHub token": r"\b(gh[pousr]_\w{20,}|github_pat_\w{20,})",
    "an AWS access key": r"\b(AKIA|ASIA)[A-Z2-7]{16}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a GitLab token": r"\bglpat-[\w-]{20,}",
    "a Stripe key": r"\b[rs]k_live_\w{16,}",
    "a Google API key": r"\bAIza[\w-]{35}",
    "a SendGrid key": r"\bSG\.[\w-]{16,}\.[\w-]{16,}",
    "a JSON web token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a password in a URL": r"\w://[^\s/:@?#]*:[^\s/@${}]+@",
}
_KNOWN = {what: re.compile(pattern) for what, pattern in _LOOKS.items()}
#: what one of them has to hold, so that most texts are looked at once
_HINT = re.compile(
    "://|xox|gh[pousr]_|github_pat_|AKIA|ASIA|-----BEGIN|glpat-|k_live_|AIza|SG[.]|eyJ"
)
#: keys whose values are secrets, whatever they look like
_KEYS = re.compile(r"(?i)(.*_)?(password|token|secret|api_?key|routing_?key|integration_?key)")
_KEY_SHAPE = re.compile(r"[\w+/=.:-]{8,}")
_EXPECTED = "its reference: \"${secret('ssm:/…')}\" or \"${secret('sm:…')}\""


def find(data: Any, path: Path = ()) -> Iterator[Fault]:
    """Every secret below `data`; the finding never repeats it."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from find(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from find(value, (*path, number))
    elif isinstance(data, str) and (what := _secret(data, str(path[-1]) if path else "")):
        yield Fault(what, _EXPECTED, path=path, lint=PLAIN_SECRET)


def _secret(text: str, key: str) -> str | None:
    for what, pattern in _KNOWN.items() if _HINT.search(text) else ():
        if pattern.search(text):
            return f"{what} in plain text"
    if _KEYS.fullmatch(key) and _KEY_SHAPE.fullmatch(text) and "${" not in text:
        return f"the value of '{key}' in plain text"
    return None
