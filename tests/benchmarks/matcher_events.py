"""Deterministic events for measuring: in the envelope of EventBridge, 1.2 KB on average.

They speak the vocabulary of perf_rules.jsonl.gz. Of five events, four are of a kind (a source and a
detail-type) that rules name, as often as rules name it, and their fields draw from the values that
rules look for; the fifth is of a kind that no rule names, as most events on a bus are.
"""

import json
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

Detail = Callable[[Random, str], dict[str, Any]]

NAMED = 0.8
ACCOUNT = "123456789012"
REGIONS = ["us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1"]
REGIONS += ["ap-southeast-1", "ap-northeast-1"]
USERS = ["alice", "bob", "carol", "dave", "erin", "ci", "terraform", "audit", "deploy-bot"]
USERS += ["ops-oncall", "mallory", "grace", "heidi", "ivan", "judy", "Zoë"]
VERBS = ["Create", "Delete", "Put", "Update", "Describe", "Get", "List", "Start", "Stop"]
NOUNS = ["Instances", "Stack", "Queue", "Table", "Bucket", "Grant", "BucketAcl", "SessionToken"]
NOUNS += ["Function", "Role", "Secret", "LogGroup"]
BUCKETS = ["logs", "assets", "data-lake", "backup", "uploads"]
REASONS = {
    "Object Created": ["PutObject", "CopyObject", "CompleteMultipartUpload"],
    "Object Deleted": ["DeleteObject", "Lifecycle Expiration"],
}
FINDINGS = ["UnauthorizedAccess:EC2/SSHBruteForce", "Recon:EC2/PortProbeUnprotectedPort"]
FINDINGS += ["Trojan:EC2/DNSDataExfiltration", "CryptoCurrency:EC2/BitcoinTool.B!DNS"]
FINDINGS += ["Policy:S3/BucketBlockPublicAccessDisabled"]
OTHERS = [
    ("aws.health", "AWS Health Event"),
    ("aws.config", "Config Configuration Item Change"),
    ("aws.autoscaling", "EC2 Instance Launch Successful"),
    ("aws.ssm", "EC2 Command Status-change Notification"),
    ("aws.codepipeline", "CodePipeline Stage Execution State Change"),
    ("aws.athena", "AWS API Call via CloudTrail"),
]
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]})
AGENT = "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#arm64 api/x#1.0.0"


def _hex(random: Random, digits: int) -> str:
    return f"{random.getrandbits(4 * digits):0{digits}x}"


def _uuid(random: Random) -> str:
    return "-".join(_hex(random, digits) for digits in (8, 4, 4, 4, 12))


def _time(random: Random) -> str:
    day, second = random.randint(1, 30), random.randrange(86_400)
    return f"2024-06-{day:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def _identity(random: Random) -> dict[str, Any]:
    user, kind = random.choice(USERS), random.choice(["IAMUser", "AssumedRole", "Root"])
    role = f"arn:aws:iam::{ACCOUNT}:role/{user}"
    attributes = {
        "creationDate": _time(random),
        "mfaAuthenticated": random.choice(["true", "false"]),
    }
    issuer = {"type": "Role", "principalId": f"AROA{_hex(random, 16).upper()}", "arn": role}
    return {
        "type": kind,
        "principalId": f"AIDA{_hex(random, 16).upper()}:{user}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{user}/{_hex(random, 8)}",
        "accountId": ACCOUNT,
        "accessKeyId": f"ASIA{_hex(random, 16).upper()}",
        "userName": user,
        "sessionContext": {"sessionIssuer": issuer, "attributes": attributes},
    }


def _cloudtrail(random: Random, source: str) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "eventVersion": "1.09",
        "userIdentity": _identity(random),
        "eventTime": _time(random),
        "eventSource": f"{source.removeprefix('aws.')}.amazonaws.com",
        "eventName": random.choice(VERBS) + random.choice(NOUNS),
        "awsRegion": random.choice(REGIONS),
        "sourceIPAddress": f"203.0.113.{random.randrange(256)}",
        "userAgent": AGENT,
        "requestParameters": {
            "dryRun": random.random() < 0.1,
            "count": random.randint(1, 20),
            "resourceArn": f"arn:aws:{source[4:]}:us-east-1:{ACCOUNT}:thing/{_hex(random, 12)}",
        },
        "responseElements": None,
        "requestID": _uuid(random),
        "eventID": _uuid(random),
        "readOnly": random.random() < 0.5,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{source[4:]}.us-east-1.amazonaws.com",
        },
    }
    if random.random() < 0.2:
        detail["requestParameters"]["policyDocument"] = POLICY
    if random.random() < 0.1:
        detail["errorCode"] = random.choice(["AccessDenied", "ThrottlingException", "NoSuchKey"])
        detail["errorMessage"] = "User is not authorized to perform this operation"
    return detail


def _s3(random: Random, kind: str) -> dict[str, Any]:
    key = f"{random.choice(['in', 'out', 'tmp', 'raw'])}/{random.randrange(100_000)}.json"
    return {
        "version": "0",
        "bucket": {"name": f"{random.choice(BUCKETS)}-{random.choice(['dev', 'prod'])}"},
        "object": {
            "key": key,
            "size": random.randrange(100_000_000),
            "storage-class": random.choice(["STANDARD", "INTELLIGENT_TIERING", "GLACIER_IR"]),
            "etag": _hex(random, 32),
            "version-id": _hex(random, 32),
            "sequencer": _hex(random, 18).upper(),
        },
        "request-id": _hex(random, 16).upper(),
        "requester": ACCOUNT,
        "source-ip-address": f"198.51.100.{random.randrange(256)}",
        "reason": random.choice(REASONS.get(kind, ["Restore"])),
    }


def _ec2(random: Random, _kind: str) -> dict[str, Any]:
    states = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"]
    sizes = ["t3.micro", "m5.large", "c6g.xlarge", "r5.2xlarge", "m7g.medium"]
    tags = {"Name": f"web-{_hex(random, 4)}", "team": "platform", "cost-center": "4711"}
    instance = {
        "tags": tags,
        "type": random.choice(sizes),
        "az": random.choice(REGIONS) + "a",
        "imageId": f"ami-{_hex(random, 17)}",
    }
    instance_id = f"i-{_hex(random, 17)}"
    return {"instance-id": instance_id, "state": random.choice(states), "instance": instance}


def _ecs(random: Random, _kind: str) -> dict[str, Any]:
    service = random.choice(["shipping", "orders", "billing", "identity", "search", "fraud"])
    cluster = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/main"
    container = {
        "containerArn": f"{cluster}/{_uuid(random)}",
        "lastStatus": "RUNNING",
        "name": service,
        "image": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/{service}:{_hex(random, 8)}",
        "imageDigest": f"sha256:{_hex(random, 64)}",
        "cpu": "256",
    }
    return {
        "clusterArn": cluster,
        "taskArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/main/{_hex(random, 32)}",
        "taskDefinitionArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/{service}:7",
        "containers": [container, {**container, "name": "sidecar"}],
        "desiredStatus": random.choice(["RUNNING", "STOPPED"]),
        "lastStatus": random.choice(["PROVISIONING", "PENDING", "RUNNING", "STOPPED"]),
        "group": f"service:{service}",
        "launchType": random.choice(["EC2", "FARGATE"]),
        "stopCode": random.choice(
            ["EssentialContainerExited", "UserInitiated", "TaskFailedToStart"]
        ),
        "version": random.randint(1, 9),
    }


def _guardduty(random: Random, _kind: str) -> dict[str, Any]:
    finding = _uuid(random).replace("-", "")
    return {
        "schemaVersion": "2.0",
        "id": finding,
        "arn": f"arn:aws:guardduty:us-east-1:{ACCOUNT}:detector/{finding}/finding/{finding}",
        "type": random.choice(FINDINGS),
        "severity": random.choice([2, 2.0, 4.5, 5, 7.8, 8, 8.9]),
        "resource": {
            "resourceType": random.choice(["Instance", "S3Bucket", "AccessKey"]),
            "instanceDetails": {"instanceId": f"i-{_hex(random, 17)}", "imageId": "ami-0abc"},
        },
        "service": {
            "serviceName": "guardduty",
            "detectorId": finding,
            "action": {
                "actionType": random.choice(["NETWORK_CONNECTION", "DNS_REQUEST", "PORT_PROBE"])
            },
            "count": random.randrange(300),
            "archived": False,
        },
        "title": "An unusual thing was done to a resource by somebody, somewhere.",
        "description": "Something that is not usually done by this principal was just done. " * 4,
    }


def _custom(random: Random, _kind: str) -> dict[str, Any]:
    def item() -> dict[str, Any]:
        warehouse = random.choice(["w1", "w2", "w3", "w4"])
        sku = f"sku-{_hex(random, 8)}"
        return {"sku": sku, "quantity": random.randint(1, 9), "warehouse": warehouse}

    return {
        "id": _uuid(random),
        "tenant": f"t-{random.randrange(200):03}",
        "status": random.choice(["created", "paid", "shipped", "cancelled", "failed", "refunded"]),
        "priority": random.randint(1, 5),
        "amount": round(random.uniform(1, 2_000), 2),
        "currency": random.choice(["EUR", "USD", "GBP", "JPY"]),
        "customer": {
            "id": f"c-{_hex(random, 12)}",
            "tier": random.choice(["free", "pro", "enterprise"]),
            "country": random.choice(["DE", "FR", "US", "GB", "JP", "BR"]),
            "email": f"{_hex(random, 8)}@example.com",
        },
        "items": [item() for _ in range(random.randint(1, 4))],
        "trace": {"traceId": _hex(random, 32), "spanId": _hex(random, 16), "sampled": False},
        "note": "Left with the neighbour; please ring twice. " * 4,
    }


_DETAILS: dict[str, Detail] = {
    "EC2 Instance State-change Notification": _ec2,
    "ECS Task State Change": _ecs,
    "GuardDuty Finding": _guardduty,
}


def _detail(random: Random, source: str, kind: str) -> dict[str, Any]:
    if kind.endswith("via CloudTrail"):
        return _cloudtrail(random, source)
    return _DETAILS.get(kind, _s3 if kind.startswith("Object") else _custom)(random, kind)


def _event(random: Random, source: str, kind: str) -> bytes:
    event = {
        "version": "0",
        "id": _uuid(random),
        "detail-type": kind,
        "source": source,
        "account": ACCOUNT,
        "time": _time(random),
        "region": random.choice(REGIONS),
        "resources": [f"arn:aws:x:us-east-1:{ACCOUNT}:thing/{_hex(random, 17)}"],
        "detail": _detail(random, source, kind),
    }
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def events(rules: Iterable[str], count: int, seed: int = 20_240_601) -> list[bytes]:
    """As many events, each kind as often as the rules name it."""
    random = Random(seed)
    patterns = [json.loads(rule) for rule in rules]
    kinds = [(pattern["source"][0], pattern["detail-type"][0]) for pattern in patterns]
    drawn = (random.choice(kinds if random.random() < NAMED else OTHERS) for _ in range(count))
    return [_event(random, *kind) for kind in drawn]
