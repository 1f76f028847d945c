"""One action as a document: what it is called with, does, needs and gives back."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

from chalicelib.actions import TABLE, find
from chalicelib.actions.base import Action, Own, Permission
from chalicelib.plan import Effect
from opsloop.actions.kinds import described, required

_SECTION = re.compile(r"^(With|Returns|Example):$", re.MULTILINE)
_ENTRY = re.compile(r"^(\w+): ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an action."""

    name: str
    #: in words: "text", "a list of texts"
    kind: str
    #: the Python type, without None
    type: Any
    required: bool
    default: Any
    text: str


@dataclass(frozen=True, slots=True)
class ActionDoc:
    """All that there is to say of an action."""

    name: str
    summary: str
    #: paragraphs behind the summary
    text: str
    parameters: tuple[Parameter, ...]
    returns: str
    #: YAML, as it would stand in a rule
    example: str
    effect: Effect
    permissions: tuple[Permission, ...]
    own: Mapping[str, Own]

    @property
    def touches(self) -> tuple[str, ...]:
        """The ARNs by which `only` and `except` hold a curated action; none of one that reads."""
        if self.effect == "read" or self.name not in TABLE:
            return ()
        from opsloop.aws.touches import templates  # noqa: PLC0415 - a list has no use for it

        return templates(find(self.name), {})


def catalogue() -> list[ActionDoc]:
    """Every curated action, by name."""
    return [describe(find(name)) for name in sorted(TABLE)]


def describe(action: Action) -> ActionDoc:
    """The document of a curated action."""
    summary, text, sections = _read(action.function)
    return ActionDoc(
        name=action.name,
        summary=summary,
        text=text,
        parameters=parameters(action.function),
        returns=_flow(sections["Returns"]),
        example=sections["Example"],
        effect=action.effect,
        permissions=action.permissions,
        own=action.own,
    )


def signature(action: Action) -> list[inspect.Parameter]:
    """What the action takes, its types evaluated, without its tools."""
    return _signature(action.function)


@functools.cache
def parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """What an action's function is called with, beside its tools. Every step of a rule asks."""
    words = _entries(_read(function)[2]["With"])
    return tuple(_parameter(one, words) for one in _signature(function))


@functools.cache
def _signature(function: Callable[..., Any]) -> list[inspect.Parameter]:
    _tools, *own = inspect.signature(function, eval_str=True).parameters.values()
    return own


def _parameter(one: inspect.Parameter, words: Mapping[str, str]) -> Parameter:
    kind = required(one.annotation)
    needed = one.default is inspect.Parameter.empty
    return Parameter(
        name=one.name,
        kind=described(kind),
        type=kind,
        required=needed,
        default=None if needed else one.default,
        text=words[one.name],
    )


def _read(function: Callable[..., Any]) -> tuple[str, str, dict[str, str]]:
    """The docstring: its first line, its paragraphs, its sections by name."""
    whole = inspect.getdoc(function) or ""
    opening, *rest = _SECTION.split(whole)
    summary, _, text = opening.strip().partition("\n")
    bodies = (dedent(body.strip("\n")).rstrip() for body in rest[1::2])
    return summary, text.strip(), dict(zip(rest[::2], bodies, strict=True))


def _entries(section: str) -> dict[str, str]:
    _, *rest = _ENTRY.split(section)
    return {name: _flow(text) for name, text in zip(rest[::2], rest[1::2], strict=True)}


def _flow(text: str) -> str:
    """The text as one line: where it breaks in the source means nothing."""
    return " ".join(text.split())
