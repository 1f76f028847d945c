"""The account that a proof runs in: MiniStack as its root user and as a function see it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

import boto3

from opsloop.deploy.template import create_journal
from tests.e2e.ministack import ACCOUNT, REGION

TABLE = "opsloop-dev"
#: the secret of the stage's pager
PARAMETER = "/opsloop/pagerduty"


class Session:
    """boto3's session of one user, whose clients know no other place than this endpoint."""

    def __init__(self, endpoint: str, key: str) -> None:
        self.boto3 = boto3.Session(key, "made-up", region_name=REGION)
        self._endpoint = endpoint
        self._credentials: Any = self.boto3.get_credentials()

    def become(self, key: Mapping[str, str]) -> None:
        """Sign with this key from here on, in clients that are there already as well."""
        self._credentials.access_key = key["AccessKeyId"]
        self._credentials.secret_key = key["SecretAccessKey"]

    def client(self, service: str, **more: Any) -> Any:
        """A client of this user."""
        make: Any = self.boto3.client
        return make(service, **more | {"endpoint_url": self._endpoint})


class Account:
    """Everything in it, through its root user; the facts that AWS knows of it.

    The function's role is played by a user, because a role's session would need Lambda: IAM
    judges the two alike.
    """

    partition, account, region = "aws", ACCOUNT, REGION

    def __init__(self, endpoint: str) -> None:
        #: MiniStack takes the account's id for the key of its root user
        self.root = Session(endpoint, ACCOUNT)
        self.function = Session(endpoint, "nobody")
        self._endpoint = endpoint
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A client that may do anything."""
        if service not in self._clients:
            self._clients[service] = self.root.client(service)
        return self._clients[service]

    def begin(self) -> None:
        """An account with nothing in it but what a stage has."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        place = f"{self._endpoint}/_ministack/reset"
        request = urllib.request.Request(place, method="POST")  # noqa: S310 - our own server
        opener.open(request, timeout=30).close()
        create_journal(self.client("dynamodb"), TABLE)
        for topic in ("security", "platform"):
            self.client("sns").create_topic(Name=topic)
        self.client("ssm").put_parameter(Name=PARAMETER, Type="SecureString", Value="R0UT1NG")

    def allow(self, policy: Mapping[str, Any]) -> None:
        """Give the function this policy, and no other."""
        iam = self.client("iam")
        iam.create_user(UserName="function")
        document = json.dumps(policy)
        iam.put_user_policy(UserName="function", PolicyName="function", PolicyDocument=document)
        self.function.become(iam.create_access_key(UserName="function")["AccessKey"])

    def tags(self, arn: str) -> dict[str, str]:
        """The tags of an EC2 resource or a queue; of others no policy here asks for them."""
        found: list[dict[str, str]] = []
        if arn.startswith(f"arn:{self.partition}:ec2:"):
            wanted = [{"Name": "resource-id", "Values": [arn.rpartition("/")[2]]}]
            found = self.client("ec2").describe_tags(Filters=wanted)["Tags"]
        if arn.startswith(f"arn:{self.partition}:sqs:"):
            known = self.client("resourcegroupstaggingapi").get_resources(ResourceARNList=[arn])
            found = [tag for one in known["ResourceTagMappingList"] for tag in one["Tags"]]
        return {tag["Key"]: tag["Value"] for tag in found}

    def user(self, name: str) -> str:
        """The ARN of a user, with its path."""
        arn: str = self.client("iam").get_user(UserName=name)["User"]["Arn"]
        return arn

    def user_of(self, access_key: str) -> str:
        """The ARN of the user whose key it is."""
        owner = self.client("iam").get_access_key_last_used(AccessKeyId=access_key)["UserName"]
        return self.user(owner)

    def secret(self, name: str) -> str:
        """The ARN of a secret, with the characters at its end."""
        arn: str = self.client("secretsmanager").describe_secret(SecretId=name)["ARN"]
        return arn

    def key_of_topic(self, arn: str) -> str | None:
        """The ARN of the KMS key that a topic is encrypted under."""
        found = self.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
        return found.get("KmsMasterKeyId") or None
