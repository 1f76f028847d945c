"""One file against its model: types, what comes later, secrets, and the checks beyond types.

Called by `project` for rules, packs and settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import ValidationError

from opsloop.problems import Path, Problem
from opsloop.rules import checks, later, secrets
from opsloop.rules.explain import Told, explain
from opsloop.rules.fields import Model
from opsloop.rules.model import Rule
from opsloop.rules.source import Source
from opsloop.rules.words import readable

M = TypeVar("M", bound=Model)
#: other parts of a rule read these names: a rule without one of them is another rule
_NAMING = (("let",), ("facts",), ("each",))


def validated(
    source: Source, model: type[M], inherited: dict[str, Any]
) -> tuple[M | None, list[Problem]]:
    """The model of a file and what is wrong with it.

    With problems there is a model too, where it can do without the keys they are about. What
    is wrong with an `inherited` key has been said of the file that it comes from.
    """
    data = inherited | source.data
    postponed = [Told(path, problem) for path, problem in later.find(source, model)]
    modelled, told = _attempt(source, model, data)
    if told:
        modelled = _modelled(model, _mended(data, told))
    told += _checked(source, modelled, {one.path for one in told})
    if isinstance(modelled, Rule) and not checks.is_sure(modelled):
        modelled = None
    said = {one.path for one in postponed} | {(key,) for key in inherited}
    told = [one for one in told if not _is_below(one.path, said)]
    problems = [one.problem for one in (*postponed, *told, *_secrets(source))]
    return modelled, readable(problems)


def _attempt(source: Source, model: type[M], data: dict[str, Any]) -> tuple[M | None, list[Told]]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, explain(error, source, model)


def _modelled(model: type[M], data: dict[str, Any]) -> M | None:
    """The model of data that is not the file's: what is wrong with it has no place there."""
    try:
        return model.model_validate(data)
    except ValidationError:
        return None


def _checked(source: Source, model: Model | None, lost: set[Path]) -> Iterator[Told]:
    """What is wrong beyond types, but for maps that are not whole here: they lost a key."""
    for fault in checks.check(model) if isinstance(model, Rule) else ():
        path = source.own(fault.path)
        about = path[:-1] if fault.key else path
        if not any(_is_below(other, {about}) for other in lost):
            yield Told(path, source.problem(fault))


def _secrets(source: Source) -> Iterator[Told]:
    for fault in secrets.find(source.data):
        yield Told(fault.path, source.problem(fault))


def _is_below(path: Path, tops: set[Path]) -> bool:
    return any(path[: len(top)] == top for top in tops)


def _mended(data: dict[str, Any], told: Iterable[Told]) -> dict[str, Any]:
    """A copy with misspelt keys as they were meant, and without others that are wrong.

    Names stay, wrong or not: other parts of the rule read them.
    """
    copy = deepcopy(data)
    for one in told:
        owner = _at(copy, one.path[:-1])
        if isinstance(owner, dict) and one.path[-1] in owner and one.path[:-1] not in _NAMING:
            value = owner.pop(one.path[-1])
            if one.meant is not None:
                owner.setdefault(one.meant, value)
    return copy


def _at(data: Any, path: Path) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data
