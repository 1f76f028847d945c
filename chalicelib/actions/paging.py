"""All pages of a read, joined to one answer: never a silent first page.

Called by `actions.aws`. How an operation pages is what botocore's paginators say; most of
those it has none for page by `NextToken` and answer one list, which is enough to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jmespath

from chalicelib.errors import StepError

MOST_PAGES = 100
_TOKENS = ("NextToken", "nextToken", "NextPageToken", "NextMarker", "Marker")
_LIMIT = re.compile(r"max|limit|page_?size", re.IGNORECASE)

Config = Mapping[str, Any]

#: read every day, without a paginator, and with more than one list in an answer
_KNOWN: dict[str, Config] = {
    "ce.GetCostAndUsage": {
        "input_token": "NextPageToken",
        "output_token": "NextPageToken",
        "result_key": "ResultsByTime",
    },
}


def read(client: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
    """The answer of a read: all its pages, or the one that the parameters ask for.

    Raises StepError where there are more than 100, or where pages cannot be joined.
    """
    method = getattr(client, operation)
    name = client.meta.method_to_api_mapping[operation]
    model = client.meta.service_model.operation_model(name)
    if _asks_for_a_page(model, parameters):
        return method(**parameters)
    config = _config(model)
    if config is not None:
        return _joined(_pages(method, config, model, parameters), config)
    response = method(**parameters)
    if any(response.get(token) for token in _TOKENS if token in _members(model.input_shape)):
        raise StepError(
            "MorePages",
            f"{model.name} answered with the first of several pages, which cannot be "
            f"joined; narrow it, or set its limit to say that one page is enough",
        )
    return response


def _asks_for_a_page(model: Any, parameters: Mapping[str, Any]) -> bool:
    """Whether the caller set a limit or a token: then the page is theirs to choose."""
    config = _config(model) or {}
    tokens = _as_list(config.get("input_token", _TOKENS))
    if any(token in parameters for token in tokens):
        return True
    if limit := config.get("limit_key"):
        return limit in parameters
    return any(_LIMIT.match(name) for name in parameters)


def _config(model: Any) -> Config | None:
    service = model.service_model.service_name
    found = _modelled(service).get(model.name) or _KNOWN.get(f"{service}.{model.name}")
    return found or _derived(model)


@cache
def _modelled(service: str) -> Mapping[str, Config]:
    """Each paginated operation's configuration, as botocore ships it."""
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415 - a call is being made
    from botocore.loaders import create_loader  # noqa: PLC0415 - as above

    try:
        loaded = create_loader().load_service_model(service, "paginators-1")
    except UnknownServiceError:
        return {}
    paginators: Mapping[str, Config] = loaded["pagination"]
    return paginators


def _derived(model: Any) -> Config | None:
    """For an operation that takes and answers a token, and answers one list beside it."""
    inputs, outputs = _members(model.input_shape), _members(model.output_shape)
    token = next((name for name in _TOKENS if name in inputs and name in outputs), None)
    kinds = [(shape.type_name, name) for name, shape in outputs.items()]
    holders = [name for kind, name in kinds if kind in ("list", "structure", "map")]
    lists = [name for kind, name in kinds if kind == "list"]
    if token is None or len(lists) != 1 or holders != lists:
        return None
    return {"input_token": token, "output_token": token, "result_key": lists[0]}


def _pages(
    method: Callable[..., Any], config: Config, model: Any, parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    from botocore.paginate import Paginator  # noqa: PLC0415 - a call is being made

    pages: list[dict[str, Any]] = []
    paginator: Any = Paginator(method, dict(config), model)  # type: ignore[arg-type] # stubs err
    for page in paginator.paginate(**parameters):
        if len(pages) == MOST_PAGES:
            raise StepError(
                "TooManyPages",
                f"{model.name}: more than {MOST_PAGES} pages; narrow it with its filters, or set "
                f"{config.get('limit_key') or 'its limit'} to take one page only",
            )
        pages.append(page)
    return pages


def _joined(pages: list[dict[str, Any]], config: Config) -> dict[str, Any]:
    """The last page, which has no token for a next one, with the results of all."""
    whole = pages[-1]
    if len(pages) == 1:
        return whole
    for key in _as_list(config.get("non_aggregate_keys", [])):
        _put(whole, key, jmespath.search(key, pages[0]))
    for key in _as_list(config["result_key"]):
        _put(whole, key, _sum([jmespath.search(key, page) for page in pages]))
    return whole


def _sum(parts: list[Any]) -> Any:
    """Lists one behind the other, numbers added; null where no page has any."""
    there = [part for part in parts if part is not None]
    if not there or not isinstance(there[0], list | int | float):
        return there[0] if there else None
    total = there[0]
    for part in there[1:]:
        total = total + part
    return total


def _put(whole: dict[str, Any], path: str, value: Any) -> None:
    if value is None:
        return
    *parents, last = path.split(".")
    for name in parents:
        whole = whole.setdefault(name, {})
    whole[last] = value


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _members(shape: Any) -> Mapping[str, Any]:
    return shape.members if shape is not None else {}
