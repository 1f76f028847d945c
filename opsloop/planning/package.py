"""What a deployed package holds: the plans that run, and the code that runs them.

Lambda tells where a function's package can be fetched; it is a zip that is read in memory, and
nothing of it is run. Called by `deployed`.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from zipfile import BadZipFile, ZipFile

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from chalicelib.errors import OpsloopError
from chalicelib.plan import Plan, Stage
from chalicelib.plans import INDEX, SCHEMA
from opsloop.compiler.build import COMPILED
from opsloop.planning.expected import canonical, package_facts
from opsloop.planning.fitting import plan_misfit, stage_misfit
from opsloop.planning.state import Facts

#: fetches what an address leads to
Fetch = Callable[[str], bytes]

_PLAN = re.compile(rf"{COMPILED}/(?:stages/)?([^/]+)\.json")
_DISTRIBUTION = re.compile(r"([^/]+)-([^/-]+)\.dist-info/")
#: Lambda takes no package that is larger, unpacked
MOST = 250 * 1024 * 1024


class Unreadable(OpsloopError):
    """A package that cannot be fetched, or holds what this version cannot read."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package: its plans and its stage, as far as they are of the schema of today."""

    plans: Mapping[str, Plan]
    stages: Mapping[str, Stage]
    facts: Facts


def fetched(url: str) -> bytes:
    """What the address leads to, by the proxies that boto3 takes.

    Raises Unreadable, without the address: whoever has that may fetch the package.
    """
    request = AWSRequest("GET", url).prepare()
    failed = f"could not fetch the package from {urlsplit(url).hostname}"
    try:
        answer = URLLib3Session(proxies=get_environ_proxies(url)).send(request)
    except BotoCoreError as error:
        raise Unreadable(f"{failed}: {type(error).__name__}") from None
    if answer.status_code != HTTPStatus.OK:
        raise Unreadable(f"{failed}: the answer was {answer.status_code}")
    content: bytes = answer.content
    return content


def opened(content: bytes, requirements: Iterable[str]) -> Package:
    """The package; of the distributions in it, those that requirements.txt pins.

    Raises Unreadable for what is no package of opsloop's, or of another schema.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST:
                raise Unreadable("the package is larger than Lambda takes")
            files = {name: archive.read(name) for name in archive.namelist() if _is_ours(name)}
            pinned = _distributions(archive.namelist(), frozenset(requirements))
    except BadZipFile as error:
        raise Unreadable(f"the package is no zip: {error}") from error
    return Package(
        plans=_compiled(files, COMPILED),
        stages=_compiled(files, f"{COMPILED}/stages"),
        facts={**package_facts(files), **pinned},
    )


def _is_ours(name: str) -> bool:
    return name == "app.py" or name.startswith("chalicelib/")


def _compiled(files: Mapping[str, bytes], folder: str) -> dict[str, Any]:
    """What was compiled into this folder, by name."""
    there = {
        name.removeprefix(f"{folder}/").removesuffix(".json"): json.loads(content)
        for name, content in files.items()
        if name.rpartition("/")[0] == folder and not name.endswith(f"/{INDEX}")
    }
    misfit = plan_misfit if folder == COMPILED else stage_misfit
    for name, content in there.items():
        if said := misfit(content):
            raise Unreadable(
                f"{name} was deployed by another version of opsloop: found {said}, expected schema "
                f"{SCHEMA} as this version has it; the next deployment brings that"
            )
    return there


def _distributions(names: Iterable[str], pinned: frozenset[str]) -> Facts:
    found = {match for name in names if (match := _DISTRIBUTION.match(name))}
    versions = {canonical(match[1]): match[2] for match in found}
    return {("requirement", name): one for name, one in versions.items() if name in pinned}
