"""The names under which CloudTrail tells of a call."""

from __future__ import annotations

import pytest

from opsloop.aws import models
from opsloop.aws.cloudtrail import ApiCall, api_calls
from opsloop.aws.cloudtrail_table import (
    CHANGES_AFTER_ALL,
    DATA_EVENTS,
    DATA_SERVICES,
    ONE_REGION,
    RENAMED,
    SOURCES,
)
from opsloop.aws.faults import FaultError
from opsloop.problems import Fault

CALL = "AWS API Call via CloudTrail"
SIGN_IN = "AWS Console Sign In via CloudTrail"
SERVICE = "AWS Service Event via CloudTrail"


def told(
    source: str,
    *names: str,
    detail_type: str = CALL,
    read_only: bool = False,
    data_event: bool = False,
    region: str | None = None,
) -> list[ApiCall]:
    return [
        ApiCall(
            f"aws.{source}",
            f"{source}.amazonaws.com",
            name,
            detail_type,
            read_only,
            data_event,
            region,
        )
        for name in names
    ]


def in_virginia(source: str, *names: str) -> list[ApiCall]:
    return told(source, *names, region="us-east-1")


CODE = ("UpdateFunctionCode", "UpdateFunctionCode20150331", "UpdateFunctionCode20150331v2")

NAMES = [
    ("ec2:RunInstances", told("ec2", "RunInstances")),
    ("ec2:run_instances", told("ec2", "RunInstances")),
    ("EC2:runinstances", told("ec2", "RunInstances")),
    # IAM's prefix, boto3's name, CloudTrail's source
    ("elasticloadbalancing:ModifyListener", told("elasticloadbalancing", "ModifyListener")),
    ("elbv2:ModifyListener", told("elasticloadbalancing", "ModifyListener")),
    ("cloudwatch:PutMetricAlarm", told("monitoring", "PutMetricAlarm")),
    ("monitoring:PutMetricAlarm", told("monitoring", "PutMetricAlarm")),
    ("states:StartExecution", told("states", "StartExecution")),
    ("stepfunctions:StartExecution", told("states", "StartExecution")),
    ("ses:VerifyEmailIdentity", told("ses", "VerifyEmailIdentity")),
    ("ses:CreateEmailIdentity", told("ses", "CreateEmailIdentity")),
    ("sesv2:CreateEmailIdentity", told("ses", "CreateEmailIdentity")),
    ("ecr:PutImage", told("ecr", "PutImage")),
    ("efs:DeleteFileSystem", told("elasticfilesystem", "DeleteFileSystem")),
    ("tag:TagResources", told("tagging", "TagResources")),
    ("mq:RebootBroker", told("amazonmq", "RebootBroker")),
    ("rds:DeleteDBInstance", told("rds", "DeleteDBInstance")),
    ("apigateway:CreateApi", told("apigateway", "CreateApi")),
    ("sagemaker:CreateEndpoint", told("sagemaker", "CreateEndpoint")),
    ("es:UpdateDomainConfig", told("es", "UpdateDomainConfig")),
    (
        "application-autoscaling:RegisterScalableTarget",
        told("application-autoscaling", "RegisterScalableTarget")
        + told("autoscaling", "RegisterScalableTarget"),
    ),
    # CloudTrail's own names
    ("lambda:UpdateFunctionCode", told("lambda", *CODE)),
    ("lambda:update_function_code", told("lambda", *CODE)),
    ("lambda:UpdateFunctionCode20150331v2", told("lambda", CODE[2])),
    ("lambda:CreateFunction20150331", told("lambda", "CreateFunction20150331")),
    ("s3:DeletePublicAccessBlock", told("s3", "DeleteBucketPublicAccessBlock")),
    ("s3:DeleteBucketPublicAccessBlock", told("s3", "DeleteBucketPublicAccessBlock")),
    ("s3control:PutPublicAccessBlock", told("s3", "PutAccountPublicAccessBlock")),
    ("s3:PutBucketAcl", told("s3", "PutBucketAcl")),
    ("s3:PutBucketLifecycleConfiguration", told("s3", "PutBucketLifecycle")),
    (
        "cloudfront:UpdateDistribution",
        in_virginia("cloudfront", "UpdateDistribution", "UpdateDistribution2020_05_31"),
    ),
    # wildcards
    ("ec2:Delete*SecurityGroup*", told("ec2", "DeleteSecurityGroup")),
    ("kms:*KeyRotation", told("kms", "DisableKeyRotation", "EnableKeyRotation")),
    (
        "s3:Put*PublicAccessBlock",
        told("s3", "PutAccountPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ),
    ("lambda:UpdateFunctionCode*", told("lambda", *CODE)),
    # what is no operation
    (
        "signin:ConsoleLogin",
        told("signin", "ConsoleLogin", detail_type=SIGN_IN),
    ),
    ("kms:RotateKey", told("kms", "RotateKey", detail_type=SERVICE)),
    (
        "secretsmanager:RotationFailed",
        told("secretsmanager", "RotationFailed", detail_type=SERVICE),
    ),
    (
        "controltower:CreateManagedAccount",
        told("controltower", "CreateManagedAccount", detail_type=SERVICE),
    ),
    (
        "controltower:UpdateLandingZone",
        told("controltower", "UpdateLandingZone")
        + told("controltower", "UpdateLandingZone", detail_type=SERVICE),
    ),
    # one region has them all
    ("iam:CreateAccessKey", in_virginia("iam", "CreateAccessKey")),
    ("route53:ChangeResourceRecordSets", in_virginia("route53", "ChangeResourceRecordSets")),
    # boto3's methods
    ("ec2:run_instances", told("ec2", "RunInstances")),
    ("s3:put_public_access_block", told("s3", "PutBucketPublicAccessBlock")),
    ("ec2:run_*", told("ec2", "RunInstances", "RunScheduledInstances")),
    # what EventBridge does not deliver without more ado
    ("ec2:DescribeInstances", told("ec2", "DescribeInstances", read_only=True)),
    ("s3:GetBucketAcl", told("s3", "GetBucketAcl", read_only=True)),
    ("sts:GetSessionToken", told("sts", "GetSessionToken")),
    ("sts:GetCallerIdentity", told("sts", "GetCallerIdentity", read_only=True)),
    ("sts:AssumeRole", told("sts", "AssumeRole")),
    ("s3:PutObject", told("s3", "PutObject", data_event=True)),
    ("s3:GetObject", told("s3", "GetObject", read_only=True, data_event=True)),
    ("s3:DeleteObjects", told("s3", "DeleteObjects", data_event=True)),
    ("dynamodb:PutItem", told("dynamodb", "PutItem", data_event=True)),
    ("dynamodb:DeleteTable", told("dynamodb", "DeleteTable")),
    ("sns:Publish", told("sns", "Publish", data_event=True)),
    (
        "lambda:Invoke",
        told("lambda", "Invoke", "Invoke20150331", "Invoke20150331v2", data_event=True),
    ),
    ("rds-data:ExecuteStatement", told("rds-data", "ExecuteStatement", data_event=True)),
]


@pytest.mark.parametrize(("name", "calls"), NAMES)
def test_names(name: str, calls: list[ApiCall]) -> None:
    assert api_calls(name) == calls


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("RunInstances", Fault("'RunInstances'", "service:Operation, such as ec2:RunInstances")),
        ("ec2:", Fault("'ec2:'", "service:Operation, such as ec2:RunInstances")),
        (
            "ec2:RunInstance",
            Fault(
                "'RunInstance', which ec2 does not have",
                "RunInstances",
                "ec2:RunInstances",
                offset=4,
            ),
        ),
        (
            "s3:DeleteBucketPublicAccessBlok",
            Fault(
                "'DeleteBucketPublicAccessBlok', which s3 does not have",
                "DeleteBucketPublicAccessBlock",
                "s3:DeleteBucketPublicAccessBlock",
                offset=3,
            ),
        ),
        (
            "ec2:Fly*",
            Fault(
                "'Fly*', which ec2 does not have",
                "an operation of ec2, or a wildcard over them",
                offset=4,
            ),
        ),
        (
            "dynamodbb:DeleteTable",
            Fault("the service 'dynamodbb', which AWS does not have", "dynamodb"),
        ),
        (
            "q9:DeleteTable",
            Fault(
                "the service 'q9', which AWS does not have",
                "an IAM prefix or boto3's name of a service",
            ),
        ),
    ],
)
def test_what_names_nothing(name: str, fault: Fault) -> None:
    with pytest.raises(FaultError) as caught:
        api_calls(name)
    assert caught.value.fault == fault


@pytest.mark.parametrize(
    "name",
    # sorted: sets have another order in each of pytest-xdist's workers
    sorted(
        [
            *RENAMED,
            *CHANGES_AFTER_ALL,
            *(f"{service}.{one}" for service, names in DATA_EVENTS.items() for one in names),
        ]
    ),
)
def test_tables_name_operations_that_there_are(name: str) -> None:
    service, _, operation = name.partition(".")
    assert operation in models.model(service).operation_names


def test_tables_name_services_that_there_are() -> None:
    assert {*SOURCES, *DATA_SERVICES, *ONE_REGION} <= set(models.services())
