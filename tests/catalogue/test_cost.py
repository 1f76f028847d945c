"""The library costs little, and nothing where no rule asks for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.compiler.projects import HEAD, MANUAL, NOTIFY, project

#: how often pydantic could be imported meanwhile; measured: 0.5
MOST_IMPORTS = 4

_ASKED = """
import sys
from pathlib import Path
from opsloop.compiler.build import compile_project
compile_project(Path(sys.argv[1]))
from opsloop.catalogue import samples, schemas
print(samples.every.cache_info().currsize, schemas.content.cache_info().currsize)
"""


def _read(folder: Path) -> str:
    found = subprocess.run(  # noqa: S603 - this Python
        [sys.executable, "-c", _ASKED, str(folder)], capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


def test_rules_that_no_event_wakes_read_nothing_of_it(tmp_path: Path) -> None:
    assert _read(project(tmp_path, {"pack/rule.yaml": HEAD + MANUAL + NOTIFY})) == "0 0"


def test_rules_that_events_wake_read_it_once(tmp_path: Path) -> None:
    when = "when: {event: {source: [aws.kms], detail-type: [KMS CMK Deletion]}}\n"
    assert _read(project(tmp_path, {"pack/rule.yaml": HEAD + when + NOTIFY})) == "1 1"


def test_all_of_it_is_read_in_the_time_of_an_import() -> None:
    code = (
        "import time; began = time.process_time();"
        "import pydantic.main; imported = time.process_time();"
        "from opsloop.catalogue.events import detail_of;"
        "detail_of('aws.ec2', 'EC2 Instance State-change Notification');"
        "print((time.process_time() - imported) / (imported - began))"
    )
    found = subprocess.run(  # noqa: S603 - as above
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert float(found.stdout) < MOST_IMPORTS
