"""Secret references, resolved when a step needs them, and kept out of all that is written.

Made by the composition root; `resolve` is what `secret('ssm:/…')` and `secret('sm:…')` call in
expressions. Powertools' Parameters does the fetching and the caching, and is imported, with
boto3, when the first secret is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from chalicelib.errors import SecretError

CACHED_SECONDS = 300
MASK = "***"
#: how everything here ends a text that it cuts
CUT = "…"
#: a shorter text is in every other word: it is only masked where it stands alone
SHORTEST = 4

ClientFactory = Callable[[str], Any]


class Secrets:
    """All secrets that this sandbox has seen. `client` makes a boto3 client by service name."""

    def __init__(self, client: ClientFactory) -> None:
        self._client = client
        self._providers: dict[str, Any] = {}
        self._seen: set[str] = set()

    def resolve(self, reference: str) -> str:
        """The secret's text. Raises SecretError, which never holds it.

        `ssm:/path` is a parameter of SSM, decrypted; `sm:name` a secret of Secrets Manager,
        by name or ARN. Kept for five minutes, so that a rotated secret is soon the new one.
        """
        store, _, name = reference.partition(":")
        if store not in ("ssm", "sm") or not name:
            raise SecretError(
                f"found the reference {reference!r}; expected ssm:/parameter or sm:secret"
            )
        text = self._fetch(store, name, reference)
        self._seen.update(_forms(text))
        return text

    def redact(self, value: Any) -> Any:
        """The same JSON value, with every secret seen so far replaced by `***`, keys too."""
        if not self._seen:
            return value
        if isinstance(value, str):
            return self._masked(value)
        if isinstance(value, dict):
            return {self.redact(name): self.redact(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.redact(item) for item in value]
        return value

    def _masked(self, text: str) -> str:
        if text in self._seen:
            return MASK
        # longest first, or a secret that begins with another leaves its tail behind
        for secret in sorted(self._seen, key=len, reverse=True):
            if len(secret) >= SHORTEST:
                text = text.replace(secret, MASK)
        *cut, last = text.split(CUT)
        return CUT.join([*map(self._without_head, cut), last])

    def _without_head(self, text: str) -> str:
        """A text that was cut, where that left the beginning of a secret at its end."""
        for secret in self._seen:
            place = text.find(secret[:SHORTEST], max(0, len(text) - len(secret)))
            while 0 <= place <= len(text) - SHORTEST:
                if secret.startswith(text[place:]):
                    return f"{text[:place]}{MASK}"
                place = text.find(secret[:SHORTEST], place + 1)
        return text

    def _fetch(self, store: str, name: str, reference: str) -> str:
        from aws_lambda_powertools.utilities.parameters.exceptions import (  # noqa: PLC0415 - as above
            GetParameterError,
        )

        options = {"decrypt": True} if store == "ssm" else {}
        try:
            text = self._provider(store).get(name, max_age=CACHED_SECONDS, **options)
        except GetParameterError as error:
            raise SecretError(f"secret({reference!r}): {error}") from error
        if not isinstance(text, str) or not text:
            raise SecretError(f"secret({reference!r}): found no text there; expected some")
        return text

    def _provider(self, store: str) -> Any:
        """Powertools' provider of this store, which keeps what it fetched."""
        from aws_lambda_powertools.utilities import parameters  # noqa: PLC0415 - as above

        if store not in self._providers:
            provider = parameters.SSMProvider if store == "ssm" else parameters.SecretsProvider
            client = self._client("ssm" if store == "ssm" else "secretsmanager")
            self._providers[store] = provider(boto3_client=client)
        return self._providers[store]


def _forms(secret: str) -> Iterator[str]:
    """The secret, what is in it, and how either looks in JSON, in Python's errors, in a URL."""
    parts = (part for part in _parts(secret) if len(part) >= SHORTEST)
    for text in (secret, *parts):
        yield from (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
        yield from (repr(text)[1:-1], quote(text, safe="", errors="backslashreplace"))


def _parts(secret: str) -> Iterator[str]:
    """The texts of a secret that is JSON, as databases' are; the path of one that is a URL."""
    if secret.startswith(("https://", "http://")):
        yield secret.split("/", 3)[-1]
    try:
        content = json.loads(secret)
    except ValueError:
        return
    yield from _texts(content)


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    items = content.values() if isinstance(content, dict) else content
    for item in items if isinstance(content, dict | list) else ():
        yield from _texts(item)
