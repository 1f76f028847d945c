"""botocore's models, loaded one service at a time and kept. The only reader of them here.

botocore is imported when first asked: `opsloop eval` and the like never pay for it.
"""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsloop.aws.faults import FaultError
from opsloop.aws.names import close, listing, plain
from opsloop.problems import Fault

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

_SERVICE = "service-2"
#: metadata stands at the very start of a model file
_HEAD = 8192
_OPEN: Mapping[str, Callable[..., Any]] = {".json": open, ".json.gz": gzip.open}


@functools.cache
def services() -> tuple[str, ...]:
    """Every service by boto3's name."""
    return tuple(sorted(_loader().list_available_services(_SERVICE)))


@functools.cache
def model(service: str) -> ServiceModel:
    """The service's model. Raises FaultError for a service that boto3 does not have."""
    from botocore.model import ServiceModel  # noqa: PLC0415 - costs 90 ms

    if service not in services():
        raise FaultError(_unknown_service(service))
    return ServiceModel(_loader().load_service_model(service, _SERVICE), service)


@functools.cache
def methods(service: str) -> Mapping[str, str]:
    """boto3's method names of the service, and AWS's operation behind each."""
    from botocore import xform_name  # noqa: PLC0415 - as above

    return {xform_name(name): name for name in model(service).operation_names}


@functools.cache
def paginators(service: str) -> Mapping[str, Mapping[str, Any]]:
    """The paginator settings by operation; empty for a service without any."""
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415 - as above

    try:
        content = _loader().load_service_model(service, "paginators-1")
    except UnknownServiceError:  # a service that pages nowhere has no such file
        return {}
    settings: Mapping[str, Mapping[str, Any]] = content["pagination"]
    return settings


@functools.cache
def metadata() -> Mapping[str, Mapping[str, Any]]:
    """The metadata of all services, without loading their models (some 30 ms)."""
    return {service: _metadata(service) for service in services()}


def _metadata(service: str) -> Mapping[str, Any]:
    version = _loader().determine_latest_version(service, _SERVICE)
    for folder in _loader().search_paths:
        path = Path(folder) / service / version / f"{_SERVICE}.json.gz"
        if path.exists():
            with gzip.open(path) as file:
                head = file.read(_HEAD).decode(errors="ignore")
            start = head.index("{", head.index('"metadata"'))
            found: Mapping[str, Any] = json.JSONDecoder().raw_decode(head, start)[0]
            return found
    return model(service).metadata


@functools.cache
def _loader() -> Loader:
    from botocore.loaders import Loader  # noqa: PLC0415 - as above

    files: Any = _Files()  # it asks for no more than these two methods
    # not the user's own ~/.aws/models: the same rules give the same plans on every machine
    own = [Loader.BUILTIN_DATA_PATH]
    return Loader(file_loader=files, extra_search_paths=own, include_default_search_paths=False)


class _Files:
    """Reads what botocore's loader asks for, in a third of its own reader's time."""

    def exists(self, file_path: str) -> bool:
        """Whether there is such a file; the path comes without its ending."""
        return any(Path(file_path + ending).is_file() for ending in _OPEN)

    def load_file(self, file_path: str) -> Any:
        """The file's content; None where there is none."""
        import orjson  # noqa: PLC0415 - policy_sentry brings it

        for ending, open_ in _OPEN.items():
            if Path(file_path + ending).is_file():
                with open_(file_path + ending, "rb") as file:
                    return orjson.loads(file.read())
        return None


def _unknown_service(service: str) -> Fault:
    meant = called_otherwise(service) or tuple(close(service, services()))
    named = listing(meant) if meant else "`opsloop actions aws` lists them"
    return Fault(
        found=f"the service {service!r}, which boto3 does not have",
        expected=f"boto3's name of a service: {named}",
        offset=len("aws."),
    )


def called_otherwise(name: str) -> tuple[str, ...]:
    """The services that have this name as endpoint, signing name, id or title."""
    others = ("endpointPrefix", "signingName", "serviceId", "serviceAbbreviation")
    return tuple(
        service
        for service, known in metadata().items()
        if plain(name) in {plain(str(known[other])) for other in others if other in known}
    )
