"""The types of channels and their settings: one literal table, for the step and for the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import StepError


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a type of channel, beside `type`, each with its Python type."""

    required: Mapping[str, type]
    optional: Mapping[str, type]
    #: what some settings are limited to
    choices: Mapping[str, tuple[str, ...]]
    #: settings that let whoever has them write to the channel: a `secret()`, never plain text
    secret: tuple[str, ...] = ()


TYPES: dict[str, Settings] = {
    "sns": Settings({"topic": str}, {"kms_key": str}, {}),
    "slack": Settings({"url": str}, {}, {}, ("url",)),
    "teams": Settings({"url": str}, {}, {}, ("url",)),
    "pagerduty": Settings(
        {"routing_key": str}, {"site": str}, {"site": ("us", "eu")}, ("routing_key",)
    ),
    "opsgenie": Settings(
        {"api_key": str}, {"site": str}, {"site": ("us", "eu", "jsm")}, ("api_key",)
    ),
    "webhook": Settings({"url": str}, {"headers": dict, "networks": list}, {}),
    "apprise": Settings({"urls": list}, {}, {}, ("urls",)),
}


def check(name: str, settings: Mapping[str, Any]) -> str:
    """The channel's type. Raises StepError for what is wrong with its settings, by name."""
    kind = settings.get("type")
    if kind not in TYPES:
        raise _wrong(name, f"type {kind!r}", f"one of {', '.join(TYPES)}")
    expected = TYPES[kind]
    known = {"type": str, **expected.required, **expected.optional}
    for setting in expected.required:
        if setting not in settings:
            raise _wrong(name, f"no `{setting}`", f"the settings {', '.join(known)}")
    for setting, value in settings.items():
        if setting not in known:
            raise _wrong(name, f"`{setting}`", f"the settings {', '.join(known)}")
        if not isinstance(value, known[setting]):
            found = f"{type(value).__name__} in `{setting}`"
            raise _wrong(name, found, known[setting].__name__)
        choices = expected.choices.get(setting)
        if choices is not None and value not in choices:
            raise _wrong(name, f"{value!r} in `{setting}`", f"one of {', '.join(choices)}")
    return str(kind)


def _wrong(name: str, found: str, expected: str) -> StepError:
    return StepError("InvalidChannel", f"channel {name}: found {found}; expected {expected}")
