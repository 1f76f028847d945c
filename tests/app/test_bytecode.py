"""What Chalice packs: sources and plans, and none of the bytecode that they leave behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from chalicelib.freshness import leave_no_bytecode
leave_no_bytecode(Path(sys.argv[1]))
sys.path.insert(0, str(Path(sys.argv[1]).parent))
import package.late
"""


def test_bytecode_goes_and_none_comes_back(tmp_path: Path) -> None:
    package = tmp_path / "package"
    for folder in (package / "__pycache__", package / "inner" / "__pycache__"):
        folder.mkdir(parents=True)
        (folder / "early.cpython-311.pyc").write_bytes(b"")
    for name in ("__init__.py", "late.py", "inner/kept.py"):
        (package / name).write_text("")
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", SCRIPT, str(package)],
        env={"PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).parents[2],
        check=True,
    )
    left = sorted(path.relative_to(package).as_posix() for path in package.rglob("*"))
    assert left == ["__init__.py", "inner", "inner/kept.py", "late.py"]
