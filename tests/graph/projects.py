"""Small projects to draw."""

from __future__ import annotations

from pathlib import Path

from tests.compiler.projects import HEAD, project

SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: eu-west-1
    channels:
      pager: {type: sns, topic: pager}
"""
STATE = "EC2 Instance State-change Notification"
#: tag → CreateTags → stop → stopped → tell, and → start → StartInstances → tag
RULES = {
    "one/tag": """\
mode: active
when: {api: [ec2:RunInstances, ec2:StartInstances]}
guard: {cooldown: 1h}
then:
  - id: tag
    do: aws.ec2.create_tags
    with: {Resources: ["i-1"], Tags: [{Key: a, Value: b}]}
""",
    "one/stop": """\
mode: active
when: {api: ec2:CreateTags}
guard: {cooldown: 1h}
then:
  - {id: "off", do: aws.ec2.stop_instances, with: {InstanceIds: ["i-1"]}}
  - wait: 5m
on_failure: [{do: notify, with: {to: pager, title: Hello}}]
""",
    "two/start": f"""\
when: {{event: {{source: [aws.ec2], detail-type: [{STATE}], detail: {{state: [stopped]}}}}}}
guard: {{cooldown: 1h}}
then: [{{do: aws.ec2.start_instances, with: {{InstanceIds: ["i-1"]}}}}]
""",
    "two/tell": """\
when: {topic: pager}
then: [{do: http.post, with: {url: "https://example.com", json: {}}}]
""",
    "two/clock": """\
when: {schedule: rate(1 day)}
then: [{do: notify, with: {to: pager, title: Hello}}]
""",
}


def written(folder: Path, **more: str) -> Path:
    """The project, with these rules beside."""
    rules = {**RULES, **{name.replace("__", "/"): text for name, text in more.items()}}
    texts = {f"{name}.yaml": HEAD + text for name, text in rules.items()}
    return project(folder, texts, SETTINGS)
