"""What is told, and how text is made to fit where it is told. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from chalicelib.actions.base import Tools
from chalicelib.errors import StepError

Severity = Literal["critical", "high", "medium", "low", "info"]
#: what ends a text that was cut
MARK = "…"
#: Slack takes 50 blocks of 10 each; nobody reads that many
MOST_FIELDS = 30


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and where it comes from."""

    title: str
    body: str
    severity: Severity
    fields: Mapping[str, str]
    rule: str
    execution: str
    account: str
    region: str
    token: str

    @classmethod
    def of(
        cls, tools: Tools, title: str, body: str, severity: Severity, fields: Mapping[str, Any]
    ) -> Message:
        """The message of this step. What is no text is shown as JSON. Raises StepError."""
        if severity not in get_args(Severity):
            known = ", ".join(get_args(Severity))
            raise StepError("InvalidParameters", f"severity {severity!r}; expected one of {known}")
        texts = {_text(name): _text(value) for name, value in fields.items()}
        return cls(
            title=" ".join(_text(title).split()),
            body=_text(body).strip(),
            severity=severity,
            fields=dict(_at_most(texts)),
            rule=tools.rule,
            execution=tools.execution,
            account=tools.account,
            region=tools.region,
            token=tools.token,
        )

    @property
    def origin(self) -> str:
        """One line that leads back to the rule and its history."""
        return f"{self.severity} · {self.rule} · {self.account} {self.region} · {self.execution}"

    @property
    def text(self) -> str:
        """All of it as plain text."""
        fields = "\n".join(f"{name}: {value}" for name, value in self.fields.items())
        return "\n\n".join(part for part in (self.title, self.body, fields, self.origin) if part)


def fit(
    text: str,
    limit: int,
    escape: Callable[[str], str] = str,
    size: Callable[[str], int] = len,
) -> str:
    """The text, escaped, of at most `limit` as `size` counts; cut with a mark where it is longer.

    `escape` works letter by letter, and so is never cut in the middle of an escape.
    """
    whole = escape(text)
    if size(whole) <= limit:
        return whole
    kept, left = [], limit - size(MARK)
    for letter in map(escape, text):
        left -= size(letter)
        if left < 0:
            break
        kept.append(letter)
    return "".join(kept) + MARK


def in_bytes(text: str) -> int:
    """A text's size in UTF-8."""
    return len(text.encode())


def in_json(text: str) -> int:
    """A text's size inside JSON in UTF-8, escapes and all."""
    return in_bytes(json.dumps(text, ensure_ascii=False)) - 2


def _text(value: Any) -> str:
    """Text, without half surrogate pairs: JSON may hold them, UTF-8 cannot."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode(errors="replace").decode()


def _at_most(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for number, field in enumerate(fields.items()):
        if number == MOST_FIELDS:
            yield MARK, f"{len(fields) - number} more"
            return
        yield field
