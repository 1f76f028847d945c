"""What AWS writes in its own ways: tags, ARNs, addresses; and `get`.

Mixed into `functions.Functions`. ipaddress is imported where it is used.
"""

from __future__ import annotations

from typing import Any

from chalicelib.expressions.signatures import takes
from chalicelib.expressions.values import Misuse

#: the spellings of a tag's name and value over AWS's services
_TAGS = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"), ("tagKey", "tagValue"))
ARN_PARTS = ("partition", "service", "region", "account", "resource", "type", "id")
_FIELDS = 6
#: services whose resource is a name alone, in which a slash or colon is part of the name
_NAMES_ONLY = frozenset({"s3", "sns", "sqs"})


class AwsFunctions:
    """Null in, null out, where absence is common; else `Misuse`."""

    @takes("array|object|null", "string")
    def _func_tag(self, tags: Any, key: str) -> Any:
        if isinstance(tags, dict):
            return tags.get(key)
        for tag in tags or ():
            for name, value in _TAGS:
                if isinstance(tag, dict) and tag.get(name) == key:
                    return tag.get(value)
        return None

    @takes("object|array|null", "string|number", "any?")
    def _func_get(self, container: Any, key: str | float, default: Any = None) -> Any:
        if isinstance(container, dict):
            found = container.get(key)
        elif isinstance(container, list) and isinstance(key, int):
            found = container[key] if -len(container) <= key < len(container) else None
        else:
            found = None
        return default if found is None else found

    @takes("string", "string")
    def _func_arn(self, arn: str, part: str) -> str | None:
        fields = arn.split(":", _FIELDS - 1)
        if len(fields) < _FIELDS or fields[0] != "arn":
            raise Misuse(
                "arn(): the text is no ARN (arn:partition:service:region:account:resource)"
            )
        if part not in ARN_PARTS:
            raise Misuse(f"arn(): no such part; there are {', '.join(ARN_PARTS)}")
        if part in ("type", "id"):
            kind, name = _resource(fields[2], fields[5])
            return kind if part == "type" else name
        # S3's ARNs have no region: null, so that a template says so
        return fields[ARN_PARTS.index(part) + 1] or None

    @takes("string", "string|array-string")
    def _func_in_cidr(self, address: str, networks: str | list[str]) -> bool:
        from ipaddress import ip_address, ip_network  # noqa: PLC0415 - costs, and is seldom wanted

        try:
            ip = ip_address(address)
        except ValueError:
            raise Misuse("in_cidr(): the first text is no IP address") from None
        try:
            blocks = [networks] if isinstance(networks, str) else networks
            return any(ip in ip_network(block, strict=False) for block in blocks)
        except ValueError:
            raise Misuse("in_cidr(): the second text is no network such as 10.0.0.0/8") from None


def _resource(service: str, resource: str) -> tuple[str | None, str]:
    """`instance/i-1` is of type instance; the type ends at the first slash or colon."""
    if service in _NAMES_ONLY:
        return None, resource
    name = resource.removeprefix("/")
    ends = [place for place in (name.find("/"), name.find(":")) if place >= 0]
    if not ends:
        return None, name
    return name[: min(ends)], name[min(ends) + 1 :]
