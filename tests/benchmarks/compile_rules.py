"""Projects for measuring the compiler: any number of rules, of ten kinds by turns or of one."""

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
#: rules that wake each other are so many at most
_ALIKE = 100


def kinds() -> list[tuple[str, str, str]]:
    """Pack, name and text of one rule of each kind."""
    shipped = [path for path in sorted((ROOT / "rules").glob("*/*.yaml")) if path.stem != "pack"]
    found = [(path.parent.name, path.stem, path.read_text(encoding="utf-8")) for path in shipped]
    for place, text in MORE.items():
        pack, _, name = place.partition("/")
        found.append((pack, name, HEADER + text))
    return found


def project(folder: Path, rules: int, of_kinds: int = 10) -> Path:
    """A folder with so many rules. No two have the same text."""
    (folder / "rules").mkdir(parents=True)
    shutil.copy(ROOT / "rules" / "opsloop.yaml", folder / "rules")
    made = kinds()[:of_kinds]
    for number in range(rules):
        pack, name, text = made[number % len(made)]
        path = folder / "rules" / pack / f"{name[:28]}-{_letters(number // len(made))}.yaml"
        if not path.parent.exists():
            shutil.copytree(ROOT / "rules" / pack, path.parent, ignore=_all_but_the_pack)
        path.write_text(_own(text, number), encoding="utf-8")
    return folder


#: how each kind is woken by what wakes no other rule
_WOKEN = {
    '"*-status-check"': '"{}-status-check"',
    "topic: day-is-over": "topic: day-is-over-{}",
    "    detail-type:": '    resources: ["arn:aws:x:us-east-1:123456789012:{}"]\n    detail-type:',
}
_CALLED = ("\nif:\n", "\nif:\n  - event.detail.sourceIPAddress == '{}'\n")


def _own(text: str, number: int) -> str:
    """A rule like the others of its kind, about something else.

    That which makes the very event that wakes it acts a few times only: each would wake each.
    """
    own = text.replace("description: ", f"description: Number {number}. ", 1)
    for common, particular in [*_WOKEN.items(), *([_CALLED] if "  api:" in text else [])]:
        own = own.replace(common, particular.format(number), 1)
    alike = "ecs.roll_back_deployment" in text and number >= _ALIKE
    return own.replace("mode: active", "mode: observe") if alike else own


def _all_but_the_pack(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name != "pack.yaml"]


def _letters(number: int) -> str:
    """`ab`, as names that differ in a last number would be one to CloudFormation."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:03}")
