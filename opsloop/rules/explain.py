"""Pydantic's errors in words that say what to do, with places and corrected lines.

One row for each kind of error that the models can raise; an unknown kind is a bug and raises.
Called by `project`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from opsloop.problems import Fault, Path, Problem
from opsloop.rules.corrections import spell
from opsloop.rules.fields import Model
from opsloop.rules.model import Rule
from opsloop.rules.settings import INHERITED
from opsloop.rules.shape import keys_of, model_at
from opsloop.rules.source import Source
from opsloop.rules.words import Refused, Unquoted, listed, said

#: words of other tools, and what they are called here: the first that there is at a place
_ELSEWHERE = {
    "action": ("do", "then"),
    "actions": ("then",),
    "always": ("finally",),
    "args": ("with",),
    "condition": ("if",),
    "conditions": ("if",),
    "criteria": ("if",),
    "do": ("then",),
    "foreach": ("for_each",),
    "loop": ("for_each",),
    "name": ("id",),
    "on": ("when",),
    "parameters": ("with",),
    "params": ("with",),
    "priority": ("severity",),
    "run": ("do", "then"),
    "steps": ("then",),
    "tasks": ("then",),
    "team": ("owner",),
    "trigger": ("when",),
    "triggers": ("when",),
    "uses": ("do",),
    "vars": ("let",),
    "when": ("if",),
    "with_items": ("for_each",),
}
#: what a rule says otherwise than by a key
_OTHERWISE = {
    "enabled": "'mode': off, observe, approve or active",
    "id": "nothing: the file's name is the rule's name",
    "name": "nothing: the file's name is the rule's name",
    "pack": "nothing: the folder's name is the pack's name",
}
_TRUTH = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false"}


@dataclass(frozen=True, slots=True)
class Told:
    """A problem, the path of what it is about as the file has it, and the key that was meant."""

    path: Path
    problem: Problem
    meant: str | None = None


@dataclass(frozen=True, slots=True)
class _Error:
    """One of pydantic's errors and what is needed to speak of it."""

    source: Source
    model: type[Model]
    path: Path
    value: Any
    context: dict[str, Any]

    @property
    def last(self) -> str:
        return str(self.path[-1]) if self.path else ""

    @property
    def field(self) -> FieldInfo | None:
        """The model's field, None where the user chose the key."""
        owner = model_at(self.path[:-1], self.model)
        fields = owner.model_fields.values() if owner else ()
        return next((field for field in fields if field.alias == self.last), None)

    def example(self) -> str | None:
        """A line that has the key with a value."""
        examples = self.field.examples if self.field else None
        return f"{self.last}: {examples[0]}" if examples else None

    def problem(self, expected: str, correction: str | None = None) -> Problem:
        """The value is not what it should be. `correction` is the whole line."""
        if self.value is None:
            correction = self.example()
        return Problem(self.source.place(self.path), said(self.value), expected, correction)


def explain(error: ValidationError, source: Source, model: type[Model]) -> list[Told]:
    """All that pydantic found, told once: a misspelt key is not missing as well."""
    errors = error.errors(include_url=False)
    unknown = [source.own(one["loc"]) for one in errors if one["type"] == "extra_forbidden"]
    meant = {path: _meant(path, model) for path in unknown}
    misspelt = {(*path[:-1], key) for path, key in meant.items()}
    found = []
    for one in errors:
        at_key = one["loc"][-1:] == ("[key]",)
        path = source.own(one["loc"][:-1] if at_key else one["loc"])
        seen = _Error(source, model, path, one["input"], one.get("ctx", {}))
        if one["type"] != "missing" or path not in misspelt:
            problem = _of_key(seen) if at_key else _KINDS[one["type"]](seen)
            found.append(Told(path, problem, meant.get(path)))
    return found


def _meant(path: Path, model: type[Model]) -> str | None:
    """The key that was meant by an unknown one."""
    owner, word = model_at(path[:-1], model), str(path[-1]).lower()
    keys = keys_of(owner) if owner else []
    near = [*_ELSEWHERE.get(word, ()), *get_close_matches(word, keys, 1)]
    return next((one for one in near if one in keys), None)


def _of_key(error: _Error) -> Problem:
    fault = _fault(error)
    fixed = error.source.renamed(error.path, fault.correction) if fault.correction else None
    place = error.source.place(error.path, key=True)
    return Problem(place, f"the key '{error.last}'", fault.expected, fixed)


def _fault(error: _Error) -> Fault:
    refused = error.context["error"]
    if not isinstance(refused, Refused):
        raise refused
    return refused.fault


def _refused(error: _Error) -> Problem:
    if isinstance(error.context["error"], Unquoted):
        return error.problem(_fault(error).expected, _as_text(error))
    return error.source.problem(_fault(error), error.path)


def _as_text(error: _Error) -> str | None:
    raw = error.source.raw(error.path)
    if not isinstance(error.value, list | dict) or "\n" in raw.strip():
        return None
    return error.source.replaced(error.path, spell(raw.strip(), style='"'))


def _unknown(error: _Error) -> Problem:
    meant = _meant(error.path, error.model)
    place = error.source.place(error.path, key=True)
    found = f"the unknown key '{error.last}'"
    if meant is None:
        owner = model_at(error.path[:-1], error.model)
        keys = keys_of(owner) if owner else []
        otherwise = _OTHERWISE.get(error.last.lower()) if owner is Rule else None
        return Problem(place, found, otherwise or f"one of {', '.join(keys)}")
    return Problem(place, found, f"'{meant}'", error.source.renamed(error.path, meant))


def _missing(error: _Error) -> Problem:
    place = error.source.place(error.path[:-1])
    meaning = error.field.description if error.field else None
    where = " (or in pack.yaml)" if len(error.path) == 1 and error.last in INHERITED else ""
    return Problem(place, f"no '{error.last}'", f"it here{where}: {meaning}", error.example())


def _text(error: _Error) -> Problem:
    scalar = isinstance(error.value, bool | int | float)
    fixed = f'"{error.source.raw(error.path)}"' if scalar else None
    return error.problem("a text", fixed and error.source.replaced(error.path, fixed))


def _empty(error: _Error) -> Problem:
    return error.problem("a text that is not empty")


def _whole_number(error: _Error) -> Problem:
    text = str(error.value)
    is_number = isinstance(error.value, str) and re.fullmatch(r"\d{1,9}", text)
    fixed = error.source.replaced(error.path, text) if is_number else None
    return error.problem("a whole number", fixed)


def _number(error: _Error) -> Problem:
    return error.problem("a number")


def _boolean(error: _Error) -> Problem:
    meant = _TRUTH.get(str(error.value).lower())
    fixed = error.source.replaced(error.path, meant) if meant else None
    return error.problem("true or false", fixed)


def _list(error: _Error) -> Problem:
    fixed = None
    if isinstance(error.value, str | int | float):
        fixed = error.source.replaced(error.path, f"[{error.source.raw(error.path)}]")
    return error.problem("a list", fixed)


def _map(error: _Error) -> Problem:
    model = model_at(error.path, error.model)
    keys = f" with {listed(keys_of(model), 'or')}" if model else ""
    return error.problem(f"a map{keys}")


def _choice(error: _Error) -> Problem:
    choices = re.findall(r"'([^']*)'", error.context["expected"])
    near = get_close_matches(str(error.value).lower(), [one.lower() for one in choices], 1)
    meant = next((one for one in choices if [one.lower()] == near), None)
    fixed = error.source.rewritten(error.path, meant) if meant else None
    return error.problem(listed(choices, "or"), fixed)


def _bound(words: str, limit: str) -> Callable[[_Error], Problem]:
    return lambda error: error.problem(f"a number {words} {error.context[limit]}")


_KINDS: dict[str, Callable[[_Error], Problem]] = {
    "value_error": _refused,
    "extra_forbidden": _unknown,
    "missing": _missing,
    "string_type": _text,
    "string_too_short": _empty,
    "int_type": _whole_number,
    "float_type": _number,
    "bool_type": _boolean,
    "list_type": _list,
    "dict_type": _map,
    "model_type": _map,
    "literal_error": _choice,
    "greater_than": _bound("above", "gt"),
    "greater_than_equal": _bound("of at least", "ge"),
    "less_than_equal": _bound("of at most", "le"),
}
