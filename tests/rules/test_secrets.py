"""Secrets in plain text are found by their look or by their key, and never repeated."""

from __future__ import annotations

import pytest

from opsloop.rules.secrets import find


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("url", "https://hooks.slack.com/services/T0AAAAAAA/B0AAAAAAA/abcdefghijklmnop"),
        ("body", "post to https://hooks.slack.com/workflows/T0AAAAAAA/A0AAAAAAA"),
        ("token", "xoxb-" + "1234567890-abcdef"),
        ("url", "https://acme.webhook.office.com/webhookb2/0123456789abcdef0123456789"),
        ("url", "https://discord.com/api/webhooks/123456/abcdefgh"),
        ("header", "Bearer ghp_" + "a" * 36),
        ("id", "AKIA" + "A" * 16),
        ("key", "-----BEGIN RSA PRIVATE KEY-----"),
        ("routing_key", "0123456789abcdef0123456789abcdef"),
        ("api_key", "0123abcd-4567-89ef-0123-456789abcdef"),
        ("db_password", "correct-horse"),
    ],
)
def test_found(key: str, text: str) -> None:
    (fault,) = find({"a": [{key: text}]})
    assert fault.path == ("a", 0, key)
    assert fault.found.endswith("in plain text")
    assert text not in fault.found + fault.expected


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("routing_key", "${secret('ssm:/opsloop/pagerduty')}"),
        ("url", "${secret('sm:slack')}"),
        ("url", "https://example.com/hooks"),
        ("token", "${params.token}"),
        ("token", "short"),
        ("password", "a rule about passwords"),
        ("title", "The password of ${actor.name} leaked"),
    ],
)
def test_not_found(key: str, text: str) -> None:
    assert list(find({key: text})) == []
