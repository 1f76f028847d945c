"""How CloudTrail names what AWS's models name otherwise, or not at all. Data only.

Sources: each service's own page on CloudTrail, and the CloudTrail user guide's pages on
non-API events and on data events.
"""

from __future__ import annotations

from collections.abc import Mapping

API_CALL = "AWS API Call via CloudTrail"
SERVICE_EVENT = "AWS Service Event via CloudTrail"
SIGN_IN = "AWS Console Sign In via CloudTrail"

#: event sources, without `.amazonaws.com`, where the signing name or endpoint is not it;
#: two where a service has been seen under both
SOURCES: Mapping[str, tuple[str, ...]] = {
    "application-autoscaling": ("application-autoscaling", "autoscaling"),
    "memorydb": ("memory-db", "memorydb"),
    "mq": ("amazonmq",),
}

#: `service.Operation` by the name of its event
RENAMED: Mapping[str, str] = {
    "s3.DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "s3.GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "s3.GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "s3.GetBucketNotificationConfiguration": "GetBucketNotification",
    "s3.GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "s3.GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "s3.PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "s3.PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "s3.PutBucketNotificationConfiguration": "PutBucketNotification",
    "s3.PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "s3.PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "s3control.DeletePublicAccessBlock": "DeleteAccountPublicAccessBlock",
    "s3control.GetPublicAccessBlock": "GetAccountPublicAccessBlock",
    "s3control.PutPublicAccessBlock": "PutAccountPublicAccessBlock",
}

#: what is no API operation, by event source, with its detail-type
EVENTS: Mapping[str, Mapping[str, str]] = {
    "controltower": dict.fromkeys(
        (
            "CreateManagedAccount",
            "DeregisterOrganizationalUnit",
            "DisableGuardrail",
            "EnableGuardrail",
            "PrecheckOrganizationalUnit",
            "RegisterOrganizationalUnit",
            "SetupLandingZone",
            "UpdateLandingZone",
            "UpdateManagedAccount",
        ),
        SERVICE_EVENT,
    ),
    "ec2": dict.fromkeys(
        ("BidEvictedEvent", "SharedSnapshotCopyInitiated", "SharedSnapshotVolumeCreated"),
        SERVICE_EVENT,
    ),
    "kms": dict.fromkeys(("DeleteKey", "RotateKey", "SynchronizeMultiRegionKey"), SERVICE_EVENT),
    "organizations": dict.fromkeys(("CloseAccountResult", "CreateAccountResult"), SERVICE_EVENT),
    "secretsmanager": dict.fromkeys(
        (
            "CancelSecretVersionDelete",
            "EndSecretVersionDelete",
            "RotationAbandoned",
            "RotationFailed",
            "RotationStarted",
            "RotationSucceeded",
            "StartSecretVersionDelete",
        ),
        SERVICE_EVENT,
    ),
    "signin": {
        "CheckMfa": SIGN_IN,
        "ConsoleLogin": SIGN_IN,
        "CredentialChallenge": SERVICE_EVENT,
        "CredentialVerification": SERVICE_EVENT,
        "EmailUpdated": SIGN_IN,
        "ExitRole": SIGN_IN,
        "GetSigninToken": SIGN_IN,
        "PasswordRecoveryCompleted": SIGN_IN,
        "PasswordRecoveryRequested": SIGN_IN,
        "PasswordUpdated": SIGN_IN,
        "RenewRole": SIGN_IN,
        "SwitchRole": SIGN_IN,
        "UserAuthentication": SERVICE_EVENT,
    },
}

#: these read by their name, and EventBridge delivers them all the same
CHANGES_AFTER_ALL = frozenset({"sts.GetFederationToken", "sts.GetSessionToken"})

#: services all of whose operations are data events, or are not logged at all
DATA_SERVICES = frozenset(
    {
        "appconfigdata",
        "bedrock-agent-runtime",
        "cloudfront-keyvaluestore",
        "iot-data",
        "personalize-events",
        "rds-data",
        "sagemaker-featurestore-runtime",
        "sagemaker-runtime",
    }
)

#: operations that are data events, or are not logged at all, of services with others beside
DATA_EVENTS: Mapping[str, frozenset[str]] = {
    "cloudwatch": frozenset({"GetMetricData", "GetMetricWidgetImage", "PutMetricData"}),
    "dynamodb": frozenset(
        {
            "BatchExecuteStatement",
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "TransactGetItems",
            "TransactWriteItems",
            "UpdateItem",
        }
    ),
    "dynamodbstreams": frozenset({"GetRecords", "GetShardIterator"}),
    "ebs": frozenset(
        {"GetSnapshotBlock", "ListChangedBlocks", "ListSnapshotBlocks", "PutSnapshotBlock"}
    ),
    "events": frozenset({"PutEvents", "PutPartnerEvents"}),
    "firehose": frozenset({"PutRecord", "PutRecordBatch"}),
    "kinesis": frozenset(
        {"GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "SubscribeToShard"}
    ),
    "lambda": frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"}),
    "logs": frozenset({"PutLogEvents"}),
    "s3": frozenset(
        {
            "DeleteObjects",
            "ListMultipartUploads",
            "ListObjectVersions",
            "ListObjects",
            "ListObjectsV2",
        }
    ),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "sqs": frozenset(
        {
            "ChangeMessageVisibility",
            "ChangeMessageVisibilityBatch",
            "DeleteMessage",
            "DeleteMessageBatch",
            "ReceiveMessage",
            "SendMessage",
            "SendMessageBatch",
        }
    ),
    "xray": frozenset({"PutTelemetryRecords", "PutTraceSegments"}),
}

#: services whose events EventBridge has in one region of the `aws` partition only
ONE_REGION: Mapping[str, str] = {
    "account": "us-east-1",
    "budgets": "us-east-1",
    "ce": "us-east-1",
    "cloudfront": "us-east-1",
    "globalaccelerator": "us-west-2",
    "iam": "us-east-1",
    "networkmanager": "us-west-2",
    "organizations": "us-east-1",
    "route53": "us-east-1",
    "route53domains": "us-east-1",
    "shield": "us-east-1",
    "support": "us-east-1",
    "waf": "us-east-1",
}
