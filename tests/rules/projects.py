"""Projects made for a test: the cases of tests/broken/ beside settings that have no fault."""

from __future__ import annotations

import shutil
from pathlib import Path

BROKEN = Path(__file__).parents[1] / "broken"
HEADER = "# yaml-language-server: $schema=../rule.schema.json\n"
SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: eu-west-1
    channels:
      pager: {type: sns, topic: pager}
"""
RULE = f"""\
{HEADER}description: Reboot an instance that fails its status checks.
owner: team-platform
severity: high
when:
  alarm: {{names: ["status-*"], to: ALARM}}
then:
  - id: reboot
    do: aws.ec2.reboot_instances
    with: {{InstanceIds: ["${{alarm.dimensions.InstanceId}}"]}}
"""


def project(folder: Path, rules: dict[str, str] | None = None) -> Path:
    """A project with these files below rules/, and the settings above."""
    for name, text in {"opsloop.yaml": SETTINGS, **(rules or {})}.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def broken(folder: Path, case: str) -> Path:
    """A case of tests/broken/: one rule of the pack `pack`, or a folder as it stands."""
    project(folder)
    alone = BROKEN / f"{case}.yaml"
    if not alone.is_file():
        shutil.copytree(BROKEN / case, folder, dirs_exist_ok=True)
        return folder
    rule = folder / "rules" / "pack" / f"{name_of(case)}.yaml"
    rule.parent.mkdir()
    shutil.copyfile(alone, rule)
    return folder


def name_of(case: str) -> str:
    """`07-bad-cron` is the rule bad-cron."""
    return case.partition("-")[2]
