"""The services that people run operations on: what the permission tables are held to."""

from __future__ import annotations

SERVICES = (
    *("accessanalyzer", "acm", "apigateway", "apigatewayv2", "application-autoscaling"),
    *("athena", "autoscaling", "backup", "batch", "budgets", "ce", "cloudformation"),
    *("cloudfront", "cloudtrail", "cloudwatch", "codebuild", "codedeploy", "codepipeline"),
    *("cognito-idp", "compute-optimizer", "config", "dms", "docdb", "ds", "dynamodb"),
    *("dynamodbstreams", "ebs", "ec2", "ecr", "ecs", "efs", "eks", "elasticache", "elb"),
    *("elbv2", "emr", "es", "events", "firehose", "fsx", "globalaccelerator", "glue"),
    *("guardduty", "health", "iam", "identitystore", "imagebuilder", "inspector2"),
    *("kafka", "kinesis", "kms", "lambda", "logs", "macie2", "memorydb", "mq", "neptune"),
    *("network-firewall", "opensearch", "organizations", "pipes", "rds", "redshift"),
    *("resource-groups", "resourcegroupstaggingapi", "route53", "route53resolver", "s3"),
    *("s3control", "sagemaker", "scheduler", "secretsmanager", "securityhub"),
    *("service-quotas", "ses", "sesv2", "shield", "sns", "sqs", "ssm", "ssm-incidents"),
    *("sso-admin", "stepfunctions", "sts", "support", "synthetics", "transfer", "wafv2"),
    *("workspaces", "xray"),
)
