"""Projects for measuring the compiler: any number of rules, of ten kinds by turns."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEADER = "# yaml-language-server: $schema=../rule.schema.json\n"
#: beside the eight that are shipped: a rule for people, and one that loops
MORE = {
    "hosts/run-a-command": """\
description: Run a prepared command on an instance.
owner: team-platform
severity: medium
when: {manual: {parameters: {instance: string, service: string}}}
let: {asked: event.detail.parameters}
if:
  - regex(asked.service, '^[a-z-]+$')
then:
  - id: run
    do: aws.ssm.send_command
    with:
      DocumentName: AWS-RunShellScript
      InstanceIds: ["${asked.instance}"]
      Parameters: {commands: ["systemctl restart ${shell_quote(asked.service)}"]}
    retry: {attempts: 3, backoff: 5s}
  - do: http.post
    with:
      url: https://status.example.com/hooks/restart
      json: {instance: "${asked.instance}", command: "${steps.run.result.Command.CommandId}"}
""",
    "cost/stop-idle-databases": """\
description: Stop the databases of a team when it says that its day is over.
owner: team-data
severity: low
when: {topic: day-is-over}
facts:
  databases:
    do: aws.rds.describe_db_instances
    pick: "DBInstances[?DBInstanceStatus == 'available'].{id: DBInstanceIdentifier, tags: TagList}"
  limits: {do: aws.rds.describe_account_attributes}
if:
  - length(facts.databases) > 0
  - any: ["event.detail.message.team == 'data'", event.detail.message.all]
then:
  - id: stop
    do: aws.rds.stop_db_instance
    for_each: facts.databases[?tag(tags, 'stop') == 'nightly']
    as: database
    with: {DBInstanceIdentifier: "${database.id}"}
    on_error: continue
  - do: notify
    with: {to: platform, title: "${length(facts.databases)} databases stopped"}
""",
}


def kinds() -> list[tuple[str, str, str]]:
    """Pack, name and text of one rule of each kind."""
    shipped = [path for path in sorted((ROOT / "rules").glob("*/*.yaml")) if path.stem != "pack"]
    found = [(path.parent.name, path.stem, path.read_text(encoding="utf-8")) for path in shipped]
    for place, text in MORE.items():
        pack, _, name = place.partition("/")
        found.append((pack, name, HEADER + text))
    return found


def project(folder: Path, rules: int) -> Path:
    """A folder with so many rules."""
    (folder / "rules").mkdir(parents=True)
    shutil.copy(ROOT / "rules" / "opsloop.yaml", folder / "rules")
    made = kinds()
    for number in range(rules):
        pack, name, text = made[number % len(made)]
        path = folder / "rules" / pack / f"{name[:28]}-{_letters(number // len(made))}.yaml"
        if not path.parent.exists():
            shutil.copytree(ROOT / "rules" / pack, path.parent, ignore=_all_but_the_pack)
        path.write_text(text, encoding="utf-8")
    return folder


def _all_but_the_pack(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name != "pack.yaml"]


def _letters(number: int) -> str:
    """`ab`, as names that differ in a last number would be one to CloudFormation."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:03}")
