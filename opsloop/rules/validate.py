"""One file against its model: types, what comes later, secrets, and the checks beyond types.

Called by `project` for rules, packs and settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import ValidationError

from opsloop.problems import Path, Problem
from opsloop.rules import checks, later, secrets
from opsloop.rules.explain import explain
from opsloop.rules.fields import Model
from opsloop.rules.model import Rule
from opsloop.rules.source import Source

M = TypeVar("M", bound=Model)
Told = list[tuple[Path, Problem]]
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
    postponed = list(later.find(source, model))
    modelled, told = _attempt(source, model, data)
    if told:
        modelled, _ = _attempt(source, model, _without(data, (path for path, _ in told)))
    told += _checked(source, modelled, [path for path, _ in told])
    if isinstance(modelled, Rule) and not checks.is_sure(modelled):
        modelled = None
    said = {path for path, _ in postponed} | {(key,) for key in inherited}
    told = postponed + [one for one in told if not _is_below(one[0], said)]
    return modelled, [problem for _, problem in told + _secrets(source)]


def _attempt(source: Source, model: type[M], data: dict[str, Any]) -> tuple[M | None, Told]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, explain(error, source, model)


def _checked(source: Source, model: Model | None, lost: list[Path]) -> Told:
    """What is wrong beyond types, but for maps that are not whole here: they lost a key."""
    told = []
    for fault in checks.check(model) if isinstance(model, Rule) else ():
        path = source.own(fault.path)
        about = path[:-1] if fault.key else path
        if not any(_is_below(other, {about}) for other in lost):
            told.append((path, source.problem(fault)))
    return told


def _secrets(source: Source) -> Told:
    return [(fault.path, source.problem(fault)) for fault in secrets.find(source.data)]


def _is_below(path: Path, tops: set[Path]) -> bool:
    return any(path[: len(top)] == top for top in tops)


def _without(data: dict[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    """A copy without the keys at these paths, as far as nothing else reads them."""
    copy = deepcopy(data)
    for path in paths:
        owner = _at(copy, path[:-1])
        if isinstance(owner, dict) and path[:-1] not in _NAMING:
            owner.pop(path[-1], None)
    return copy


def _at(data: Any, path: Path) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data
