"""A small project whose rules are woken by every road."""

from __future__ import annotations

from pathlib import Path

from tests.compiler.projects import project

SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: us-east-1
    params: {high: 7}
    channels:
      pager: {type: sns, topic: pager}
"""
HEAD = "description: A rule.\nowner: team\nseverity: low\n"
TELL = "then: [{do: notify, with: {to: pager, title: Hello}}]\n"
RULES = {
    "pack/close-bucket.yaml": """\
when: {api: [s3:PutBucketAcl, s3:PutBucketPolicy]}
let: {bucket: event.detail.requestParameters.bucketName}
facts:
  tags: {do: aws.s3.get_bucket_tagging, with: {Bucket: "${bucket}"}, pick: TagSet, or: []}
  acl: {do: aws.s3.get_bucket_acl, with: {Bucket: "${bucket}"}, pick: Grants}
if: ["tag(facts.tags, 'public') != 'approved'"]
""",
    "pack/quarantine.yaml": """\
when:
  event:
    source: [aws.guardduty]
    detail-type: [GuardDuty Finding]
    detail: {resource: {resourceType: [Instance]}}
if: [round(event.detail.severity) >= params.high, event.detail.service.archived != true]
""",
    "pack/tag-instance.yaml": """\
when: {api: ec2:RunInstances}
each: {of: event.detail.responseElements.instancesSet.items, as: instance}
if: ["tag(instance.tagSet.items, 'creator') == null"]
""",
    "pack/reboot.yaml": "when: {alarm: {names: ['*-status-check'], to: ALARM}}\n",
    "pack/listen.yaml": "when: {topic: alarms}\n",
    "pack/tick.yaml": "when: {schedule: rate(1 day)}\n",
    "pack/by-hand.yaml": "when: {manual: {parameters: {host: string}}}\n",
}


def write(folder: Path) -> Path:
    """The project in this folder."""
    rules = {name: f"{HEAD}{text}{TELL}" for name, text in RULES.items()}
    return project(folder, rules, SETTINGS)
