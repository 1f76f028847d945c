"""Makes schemas.json.gz, and the NOTICE beside it, of npm's @aws-cdk/aws-service-spec.

`python -m opsloop.catalogue.build [VERSION]`, with npm and a network; nothing else calls it.
The same version of the package gives the same file. The package holds all of CloudFormation
too: what is kept are EventBridge's schemas, each distinct shape once.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import click

PACKAGE = "@aws-cdk/aws-service-spec"
#: what schemas.json.gz was last made of
VERSION = "0.1.216"
FOLDER = Path(__file__).parent
SCHEMAS, NOTICE = "schemas.json.gz", "NOTICE"

_SCALARS = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "json": "any",
}
_NOTICE = """\
{schemas} is made of the npm package {package}, version {version}
(https://github.com/cdklabs/awscdk-service-spec), by opsloop/catalogue/build.py.

Its authors license it under the Apache License, Version 2.0, whose text is LICENSE at the
root of this project.

Changed: only the schemas of EventBridge's events are kept, {events} of {sources} sources, and
each distinct shape is written once.
"""

#: a kind; the number of a shape; or ["list" | "map" | "either", codes...]
Code: TypeAlias = "str | int | list[Any]"


class Packing:
    """The schemas of a database, compact: shapes by number, each distinct one once."""

    def __init__(self, database: Mapping[str, Any]) -> None:
        schema = database["schema"]
        self._events = schema["event"]["entities"]
        self._types = {one["$id"]: one for one in schema["eventTypeDefinition"]["entities"]}
        self._numbers: dict[str, int] = {}
        self.shapes: list[dict[str, Code]] = []

    def events(self) -> dict[str, dict[str, list[list[Code]]]]:
        """By source and detail-type: the registry's name of each schema, and its shape."""
        found: dict[str, dict[str, list[list[Code]]]] = {}
        for one in sorted(self._events, key=lambda one: (one["source"], one["name"])):
            by_type = found.setdefault(one["source"], {})
            shape = self._shape(one["rootProperty"]["$ref"])
            by_type.setdefault(one["detailType"], []).append([one["name"], shape])
        return found

    def _shape(self, identity: str) -> int:
        """The number of a shape; a field that may be missing ends with a question mark."""
        properties = self._types[identity]["properties"]
        fields = {
            name if one.get("required") else f"{name}?": self._code(one["type"])
            for name, one in sorted(properties.items())
        }
        key = json.dumps(fields)
        if key not in self._numbers:
            self._numbers[key] = len(self.shapes)
            self.shapes.append(fields)
        return self._numbers[key]

    def _code(self, kind: Mapping[str, Any]) -> Code:
        match kind["type"]:
            case "ref":
                return self._shape(kind["reference"]["$ref"])
            case "array":
                return ["list", self._code(kind["element"])]
            case "map":
                return ["map", self._code(kind["element"])]
            case "union":
                return ["either", *map(self._code, kind["types"])]
        return _SCALARS[kind["type"]]


def packed(database: Mapping[str, Any], version: str) -> bytes:
    """The content of schemas.json.gz."""
    packing = Packing(database)
    events = packing.events()
    content = {
        "package": PACKAGE,
        "version": version,
        "licence": "Apache-2.0",
        "shapes": packing.shapes,
        "events": events,
    }
    text = json.dumps(content, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def notice(schemas: bytes) -> str:
    """What has to be said of them."""
    content = json.loads(gzip.decompress(schemas))
    return _NOTICE.format(
        schemas=SCHEMAS,
        package=content["package"],
        version=content["version"],
        events=sum(
            len(each) for by_type in content["events"].values() for each in by_type.values()
        ),
        sources=len(content["events"]),
    )


def download(version: str) -> Mapping[str, Any]:
    """The package's database, by npm. Raises CalledProcessError where npm has no such version."""
    with tempfile.TemporaryDirectory() as folder:
        npm = ["npm", "pack", "--silent", f"{PACKAGE}@{version}", "--pack-destination", folder]
        subprocess.run(npm, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - a constant's
        (package,) = Path(folder).glob("*.tgz")
        with tarfile.open(package) as archive:
            member = archive.extractfile("package/db.json.gz")
            if member is None:
                raise click.ClickException(f"found no database in {PACKAGE} {version}")
            database: Mapping[str, Any] = json.loads(gzip.decompress(member.read()))
            return database


@click.command("build")
@click.argument("version", default=VERSION)
def main(version: str) -> None:
    """Write schemas.json.gz and NOTICE anew."""
    schemas = packed(download(version), version)
    (FOLDER / SCHEMAS).write_bytes(schemas)
    (FOLDER / NOTICE).write_text(notice(schemas), encoding="utf-8")
    click.echo(f"wrote {SCHEMAS} ({len(schemas):,} bytes) and {NOTICE} of {PACKAGE} {version}")


if __name__ == "__main__":
    main()
