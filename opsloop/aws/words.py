"""A rule's values in words, and the YAML that was probably meant instead. Pure.

Called by `shapes` for AWS's types, and by `opsloop.actions.kinds` for Python's.
"""

from __future__ import annotations

from typing import Any, Literal

#: a type as far as YAML tells types apart
Kind = Literal["text", "texts", "whole", "flag"]

_FLAGS = {
    "true": "true",
    "yes": "true",
    "on": "true",
    "false": "false",
    "no": "false",
    "off": "false",
}


def seen(value: Any) -> str:
    """What was found: "the text 'x'", "the number 5", "a list"."""
    match value:
        case None:
            return "null"
        case dict():
            return "a map"
        case list():
            return "a list"
        case str():
            return f"the text {str(value)!r}"
        case bool():
            return str(value).lower()
        case _:
            return f"the number {value}"


def meant(kind: Kind | None, value: Any) -> str | None:
    """The YAML that was meant, spelt as it stands in a file, where there is no doubt."""
    if value is None or isinstance(value, dict | list):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    match kind:
        case "text" if not isinstance(value, str):
            return f'"{text}"'
        case "texts":
            return f"[{text}]" if _is_plain(text) else f'["{text}"]'
        case "whole" if text.removeprefix("-").isdecimal():
            return text
        case "flag" if isinstance(value, str):
            return _FLAGS.get(text.lower())
    return None


def _is_plain(text: str) -> bool:
    """Whether the text may stand in a list without quotes, and is none of YAML's other values."""
    return text.replace("-", "").replace("_", "").isalnum() and not text[0].isdigit()
