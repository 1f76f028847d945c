"""A small project: one rule that people run, one woken by an event, one that is off."""

from __future__ import annotations

from pathlib import Path

ACCOUNT = "123456789012"
HEADER = "# yaml-language-server: $schema=../rule.schema.json\n"
SETTINGS = f"""\
stages:
  dev:
    account: "{ACCOUNT}"
    region: us-east-1
    max_mode: active
"""
TAG_BUCKET = f"""\
{HEADER}description: Tag a bucket with what somebody says of it.
owner: team
severity: low
mode: active
when:
  manual: {{parameters: {{bucket: string, note: string}}}}
then:
  - id: tag
    do: tags.apply
    with:
      service: s3
      resources: ["arn:aws:s3:::${{event.detail.parameters.bucket}}"]
      tags: {{note: "${{event.detail.parameters.note}}"}}
"""
CLOSE_BUCKET = f"""\
{HEADER}description: Close a bucket whose ACL was changed.
owner: team
severity: high
mode: active
when:
  api: s3:PutBucketAcl
let:
  bucket: event.detail.requestParameters.bucketName
if: event.detail.awsRegion == region
then:
  - id: close
    do: s3.block_public_access
    with: {{bucket: "${{bucket}}"}}
"""
SLEEPING = CLOSE_BUCKET.replace("mode: active", "mode: 'off'")
RULES = {
    "opsloop.yaml": SETTINGS,
    "storage/tag-bucket.yaml": TAG_BUCKET,
    "storage/close-bucket.yaml": CLOSE_BUCKET,
    "storage/sleeping.yaml": SLEEPING,
}


def write(folder: Path, rules: dict[str, str] | None = None) -> Path:
    """The project in this folder, with these files in place of others or beside them."""
    for name, text in {**RULES, **(rules or {})}.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
