"""The models as a tree of keys: which model a path leads to, and what keys it has.

Called by `explain` and `later`, which look at raw data beside the models.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

from opsloop.problems import Path
from opsloop.rules.fields import Model


def keys_of(model: type[Model]) -> list[str]:
    """The keys of a model as the file writes them, in the model's order."""
    return [field.alias or name for name, field in model.model_fields.items()]


def models_in(data: Any, model: type[Model], path: Path = ()) -> Iterator[tuple[type[Model], Path]]:
    """Every map of `data` that has a model, with its path."""
    if not isinstance(data, dict):
        return
    yield model, path
    for key, value in data.items():
        below = _below(model).get(key)
        if below is None:
            continue
        inner, named = below
        for part, one in _elements(value, named=named):
            yield from models_in(one, inner, (*path, key, *part))


def _elements(value: Any, *, named: bool) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, list):
        yield from (((number,), one) for number, one in enumerate(value))
    elif named and isinstance(value, dict):
        yield from (((key,), one) for key, one in value.items())
    else:
        yield (), value


def model_at(path: Path, model: type[Model]) -> type[Model] | None:
    """The model of the map at a path that pydantic gave, None where a map has none."""
    parts = iter(path)
    for part in parts:
        below = _below(model).get(part)
        if below is None and isinstance(part, int):
            continue
        if below is None:
            return None
        model, named = below
        if named:
            next(parts, None)
    return model


@cache
def _below(model: type[Model]) -> dict[str | int, tuple[type[Model], bool]]:
    """For each key that holds models: which, and whether names of the user stand between."""
    found: dict[str | int, tuple[type[Model], bool]] = {}
    for name, field in model.model_fields.items():
        for inner, named in _models_of(field.annotation):
            found[field.alias or name] = inner, named
    return found


def _models_of(annotation: Any, *, named: bool = False) -> Iterator[tuple[type[Model], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation, named
    named = named or get_origin(annotation) is dict
    for argument in get_args(annotation):
        yield from _models_of(argument, named=named)
