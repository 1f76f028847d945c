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
        ("header", "glpat-" + "a" * 20),
        ("header", "Bearer sk_" + "live_" + "a" * 24),
        ("url", "https://maps.example.com/?key=AIza" + "a" * 35),
        ("header", "Bearer SG." + "a" * 22 + "." + "b" * 43),
        ("header", "Bearer eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 20),
        ("url", "https://ci:correct-horse@example.com/hook"),
        ("url", "redis://:correct-horse@cache:6379"),
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
        ("url", "https://${params.user}:${secret('ssm:/x')}@example.com"),
        ("url", "https://example.com:8443/a@b"),
        ("url", "https://example.com/a:b@c"),
        ("topic", "arn:aws:sns:us-east-1:123456789012:a"),
        ("body", "see https://example.com: it is @oncall"),
        ("token", "short"),
        ("password", "a rule about passwords"),
        ("title", "The password of ${actor.name} leaked"),
    ],
)
def test_not_found(key: str, text: str) -> None:
    assert list(find({key: text})) == []
