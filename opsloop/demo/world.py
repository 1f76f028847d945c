"""The account before anything happens, and what is looked at again when it is over.

Everything is made through boto3, as a person would have made it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import boto3

IMAGE = "ami-12c6146b"
OPEN_BUCKET = "customer-exports"
SITE_BUCKET = "public-website"
USER = "deploy-bot"
#: the channels that people read, each a topic of its name
TOPICS = ("security", "platform")
#: the parameter with the pager's key
PAGER_KEY = "/opsloop/pagerduty"
#: as the event's shape has it
ALARM = "web-status-check"
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"


@dataclass(frozen=True, slots=True)
class World:
    """The account, by the names that the events use."""

    session: boto3.Session
    impaired: str
    infected: str
    fresh: str
    access_key: str

    def recover(self) -> None:
        """The reboot helped: CloudWatch takes the alarm back."""
        _alarm_says(self.session, "OK")

    def state(self) -> dict[str, str]:
        """What the rules are about, in words."""
        return dict(self._state())

    def _state(self) -> Iterator[tuple[str, str]]:
        yield f"bucket {OPEN_BUCKET}", self._bucket(OPEN_BUCKET)
        yield f"bucket {SITE_BUCKET}", self._bucket(SITE_BUCKET)
        yield f"key {self.access_key} of {USER}", self._key()
        yield f"instance {self.infected}", self._groups(self.infected)
        yield f"instance {self.fresh}", self._creator(self.fresh)

    def _bucket(self, name: str) -> str:
        s3 = self.session.client("s3")
        try:
            block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchPublicAccessBlockConfiguration":
                raise
            block = {}
        if block and all(block.values()):
            return "closed to the public"
        grants = s3.get_bucket_acl(Bucket=name)["Grants"]
        is_open = any(grant["Grantee"].get("URI") == EVERYBODY for grant in grants)
        return "open to everybody" if is_open else "not open"

    def _key(self) -> str:
        keys = self.session.client("iam").list_access_keys(UserName=USER)["AccessKeyMetadata"]
        return next(str(key["Status"]) for key in keys if key["AccessKeyId"] == self.access_key)

    def _instance(self, instance: str) -> Any:
        found = self.session.client("ec2").describe_instances(InstanceIds=[instance])
        return found["Reservations"][0]["Instances"][0]

    def _groups(self, instance: str) -> str:
        interfaces = self._instance(instance)["NetworkInterfaces"]
        groups = {group["GroupName"] for one in interfaces for group in one["Groups"]}
        return f"in security group {', '.join(sorted(groups))}"

    def _creator(self, instance: str) -> str:
        tags = {tag["Key"]: tag["Value"] for tag in self._instance(instance).get("Tags", [])}
        return f"creator: {tags['creator']}" if "creator" in tags else "no creator tag"


def build(session: boto3.Session) -> World:
    """Make it all."""
    _buckets(session)
    _people(session)
    ec2 = session.client("ec2")
    for size in (8, 100, 20):
        ec2.create_volume(AvailabilityZone=f"{session.region_name}a", Size=size)
    impaired, infected, fresh = _instances(ec2)
    _alarm(session, impaired)
    return World(session, impaired, infected, fresh, _access_key(session))


def _buckets(session: boto3.Session) -> None:
    s3 = session.client("s3")
    for name in (OPEN_BUCKET, SITE_BUCKET):
        s3.create_bucket(Bucket=name, **_located(session.region_name))
        s3.put_bucket_acl(Bucket=name, ACL="public-read")
    tags = {"TagSet": [{"Key": "public", "Value": "approved"}]}
    s3.put_bucket_tagging(Bucket=SITE_BUCKET, Tagging=tags)


def _located(region: str) -> Mapping[str, Any]:
    """Where a bucket shall be, which S3 wants to hear of every region but the first."""
    if region == "us-east-1":
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _people(session: boto3.Session) -> None:
    sns, sqs = session.client("sns"), session.client("sqs")
    for topic in TOPICS:
        arn = sns.create_topic(Name=topic)["TopicArn"]
        url = sqs.create_queue(QueueName=topic)["QueueUrl"]
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue["Attributes"]["QueueArn"])
    session.client("ssm").put_parameter(
        Name=PAGER_KEY, Type="SecureString", Value="R0DEMOROUTINGKEY0000000000000000"
    )


def _instances(ec2: Any) -> list[str]:
    made = ec2.run_instances(ImageId=IMAGE, MinCount=3, MaxCount=3)["Instances"]
    return [instance["InstanceId"] for instance in made]


def _alarm(session: boto3.Session, instance: str) -> None:
    session.client("cloudwatch").put_metric_alarm(
        AlarmName=ALARM,
        Namespace="AWS/EC2",
        MetricName="StatusCheckFailed_Instance",
        Dimensions=[{"Name": "InstanceId", "Value": instance}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=2,
        Threshold=1.0,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    _alarm_says(session, "ALARM")


def _alarm_says(session: boto3.Session, state: Literal["OK", "ALARM"]) -> None:
    client = session.client("cloudwatch")
    client.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="the demo says so")


def _access_key(session: boto3.Session) -> str:
    iam = session.client("iam")
    iam.create_user(UserName=USER)
    key: str = iam.create_access_key(UserName=USER)["AccessKey"]["AccessKeyId"]
    return key


def messages(session: boto3.Session, topic: str) -> list[str]:
    """What was published to a topic: the subjects."""
    sqs = session.client("sqs")
    url = sqs.get_queue_url(QueueName=topic)["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    bodies = [json.loads(message["Body"]) for message in found]
    return [body.get("Subject") or body["Message"] for body in bodies]
