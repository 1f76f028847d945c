"""A deployed package, read as data."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZipFile

import pytest

from chalicelib.plans import SCHEMA
from opsloop.planning.package import Unreadable, fetched, opened

COMPILED = Path(__file__).parents[2] / "chalicelib" / "compiled"
PLAN = (COMPILED / "close-public-bucket.json").read_text(encoding="utf-8")
STAGE = (COMPILED / "stages" / "dev.json").read_text(encoding="utf-8")
NOW = f"expected schema {SCHEMA} as this version has it; the next deployment brings that"


def packed(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_what_is_in_it() -> None:
    found = opened(
        packed(
            {
                "app.py": "app",
                "chalicelib/engine/core.py": "core",
                "chalicelib/__pycache__/x.pyc": "bytecode",
                "chalicelib/compiled/index.json": "{}",
                "chalicelib/compiled/report.json": PLAN,
                "chalicelib/compiled/stages/dev.json": STAGE,
                "jmespath/__init__.py": "",
                "jmespath-1.1.0.dist-info/METADATA": "",
                "jmespath-1.1.0.dist-info/RECORD": "",
                "aws_lambda_powertools-3.37.0.dist-info/METADATA": "",
                "other-1.dist-info/METADATA": "",
            }
        ),
        ["aws-lambda-powertools", "jmespath"],
    )
    assert (list(found.plans), list(found.stages)) == (["report"], ["dev"])
    assert {path: one for path, one in found.facts.items() if path[0] == "requirement"} == {
        ("requirement", "aws-lambda-powertools"): "3.37.0",
        ("requirement", "jmespath"): "1.1.0",
    }
    assert [path[1] for path in found.facts if path[0] == "file"] == [
        "app.py",
        "chalicelib/engine/core.py",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html>", "the package is no zip: File is not a zip file"),
        (
            packed({"chalicelib/compiled/report.json": '{"schema": 0}'}),
            f"report was deployed by another version of opsloop: found schema 0, {NOW}",
        ),
        (
            packed({"chalicelib/compiled/report.json": PLAN.replace('"verify":', '"other":', 1)}),
            f"report was deployed by another version of opsloop: found no verify, {NOW}",
        ),
    ],
    ids=["no zip", "another schema", "another shape"],
)
def test_what_cannot_be_read(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as error:
        opened(content, [])
    assert str(error.value) == why


def test_an_address_that_leads_nowhere() -> None:
    with pytest.raises(Unreadable) as error:
        fetched("http://127.0.0.1:9/package.zip?X-Amz-Signature=secret")
    told = "could not fetch the package from 127.0.0.1: EndpointConnectionError"
    assert str(error.value) == told
