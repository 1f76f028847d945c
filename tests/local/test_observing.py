"""A rule that observes, as it is compiled and run: nothing is made, all of it is told."""

from __future__ import annotations

import pytest

from tests.local.stages import HEAD, ORDER, LocalStage, order

SNAP = """\
- id: snap
  do: aws.ec2.create_snapshot
  with: {VolumeId: "${event.detail.volume}"}
- id: look
  do: aws.ec2.describe_snapshots
  with: {SnapshotIds: ["${steps.snap.result.SnapshotId}"]}
- if: steps.look.result.Snapshots[0].State == 'error'
  fail: "${steps.snap.result.SnapshotId} cannot be used"
- id: delete
  do: aws.ec2.delete_volume
  with: {VolumeId: "${event.detail.volume}"}
"""
CAME = {
    "snap": ("observed", None),
    "look": ("observed", "not known: depends on snap"),
    "fail": ("observed", "not known: depends on look"),
    "delete": ("observed", None),
}


def rule(steps: str) -> str:
    indented = "".join(f"  {line}\n" for line in steps.splitlines())
    return HEAD.replace("active", "observe") + ORDER + f"then:\n{indented}"


@pytest.fixture
def volume(stage: LocalStage) -> str:
    made: str = stage.session.client("ec2").create_volume(AvailabilityZone="eu-west-1a", Size=1)[
        "VolumeId"
    ]
    stage.asked.clear()
    return made


def test_a_read_of_what_is_not_made_is_not_known_and_the_rest_is_told(
    stage: LocalStage, volume: str
) -> None:
    stage.deploy({"rule": rule(SNAP)})
    assert stage.deliver(order(queue="q", volume=volume)) == ["observed"]
    assert stage.asked == []
    steps = stage.journal("rule")[0].steps
    assert [(one.status, one.note) for one in steps] == list(CAME.values())
    assert steps[3].result == {
        "would_call": "ec2.delete_volume",
        "parameters": {"VolumeId": volume},
    }


def test_so_it_is_for_each_element(stage: LocalStage, volume: str) -> None:
    inner = "".join(f"    {line}\n" for line in SNAP.splitlines())
    stage.deploy(
        {"rule": rule(f"- id: each\n  for_each: event.detail.volumes\n  as: v\n  steps:\n{inner}")}
    )
    assert stage.deliver(order(queue="q", volume=volume, volumes=[1, 2])) == ["observed"]
    assert stage.asked == []
    came = [
        [(one["status"], one.get("note")) for one in turn["steps"].values()]
        for turn in stage.journal("rule")[0].steps[0].result
    ]
    assert came == [list(CAME.values())] * 2
