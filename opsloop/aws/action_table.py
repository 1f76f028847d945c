"""Operations whose IAM action has another name, or that need more than one. Data only.

Keys are `service.Operation`. What is not here has an action of its own name, or one whose
documentation in IAM's reference is the operation's page. Sources: AWS's Service
Authorization Reference and each operation's own page ("Permissions"); botocore's models
repeat the latter.
"""

from __future__ import annotations

from collections.abc import Mapping

_PUT_OBJECT = "s3:PutObject"

#: these actions instead of one of the operation's name
RENAMED: Mapping[str, tuple[str, ...]] = {
    "apigatewaymanagementapi.DeleteConnection": ("execute-api:ManageConnections",),
    "apigatewaymanagementapi.GetConnection": ("execute-api:ManageConnections",),
    "apigatewaymanagementapi.PostToConnection": ("execute-api:ManageConnections",),
    "bedrock-runtime.Converse": ("bedrock:InvokeModel",),
    "bedrock-runtime.ConverseStream": ("bedrock:InvokeModelWithResponseStream",),
    "bedrock-runtime.StartAsyncInvoke": ("bedrock:InvokeModel",),
    "budgets.CreateBudget": ("budgets:ModifyBudget",),
    "budgets.CreateNotification": ("budgets:ModifyBudget",),
    "budgets.CreateSubscriber": ("budgets:ModifyBudget",),
    "budgets.DeleteBudget": ("budgets:ModifyBudget",),
    "budgets.DeleteNotification": ("budgets:ModifyBudget",),
    "budgets.DeleteSubscriber": ("budgets:ModifyBudget",),
    "budgets.DescribeBudget": ("budgets:ViewBudget",),
    "budgets.DescribeBudgetNotificationsForAccount": ("budgets:ViewBudget",),
    "budgets.DescribeBudgetPerformanceHistory": ("budgets:ViewBudget",),
    "budgets.DescribeBudgets": ("budgets:ViewBudget",),
    "budgets.DescribeNotificationsForBudget": ("budgets:ViewBudget",),
    "budgets.DescribeSubscribersForNotification": ("budgets:ViewBudget",),
    "budgets.UpdateBudget": ("budgets:ModifyBudget",),
    "budgets.UpdateNotification": ("budgets:ModifyBudget",),
    "budgets.UpdateSubscriber": ("budgets:ModifyBudget",),
    "cloudfront.CreateDistributionWithTags": (
        "cloudfront:CreateDistribution",
        "cloudfront:TagResource",
    ),
    "dms.DescribeMetadataModelAssessments": ("dms:ListMetadataModelAssessments",),
    "dms.DescribeMetadataModelExportsAsScript": ("dms:ListMetadataModelExports",),
    "dms.DescribeMetadataModelExportsToTarget": ("dms:ListMetadataModelExports",),
    "dms.DescribeMigrationProjects": ("dms:ListMigrationProjects",),
    "dynamodb.TransactGetItems": ("dynamodb:GetItem",),
    "ecr.ListImageReferrers": ("ecr:BatchGetImage",),
    "glue.GetUnfilteredPartitionMetadata": ("glue:GetPartition",),
    "glue.GetUnfilteredPartitionsMetadata": ("glue:GetPartitions",),
    "glue.GetUnfilteredTableMetadata": ("glue:GetTable",),
    "lambda.GetLayerVersionByArn": ("lambda:GetLayerVersion",),
    "lambda.InvokeAsync": ("lambda:InvokeFunction",),
    "lambda.InvokeWithResponseStream": ("lambda:InvokeFunction",),
    "s3.CompleteMultipartUpload": (_PUT_OBJECT,),
    "s3.CreateMultipartUpload": (_PUT_OBJECT,),
    "s3.CreateSession": ("s3express:CreateSession",),
    "s3.DeleteBucketAnalyticsConfiguration": ("s3:PutAnalyticsConfiguration",),
    "s3.DeleteBucketCors": ("s3:PutBucketCORS",),
    "s3.DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3.DeleteBucketIntelligentTieringConfiguration": ("s3:PutIntelligentTieringConfiguration",),
    "s3.DeleteBucketInventoryConfiguration": ("s3:PutInventoryConfiguration",),
    "s3.DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3.DeleteBucketMetricsConfiguration": ("s3:PutMetricsConfiguration",),
    "s3.DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3.DeleteBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3.DeleteBucketTagging": ("s3:PutBucketTagging",),
    "s3.DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3.GetBucketLifecycle": ("s3:GetLifecycleConfiguration",),
    "s3.GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3.GetObjectAttributes": ("s3:GetObject", "s3:GetObjectAttributes"),
    "s3.GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3.HeadBucket": ("s3:ListBucket",),
    "s3.HeadObject": ("s3:GetObject",),
    "s3.ListBucketAnalyticsConfigurations": ("s3:GetAnalyticsConfiguration",),
    "s3.ListBucketIntelligentTieringConfigurations": ("s3:GetIntelligentTieringConfiguration",),
    "s3.ListBucketInventoryConfigurations": ("s3:GetInventoryConfiguration",),
    "s3.ListBucketMetricsConfigurations": ("s3:GetMetricsConfiguration",),
    "s3.ListDirectoryBuckets": ("s3express:ListAllMyDirectoryBuckets",),
    "s3.ListObjects": ("s3:ListBucket",),
    "s3.PutBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3.PutBucketNotificationConfiguration": ("s3:PutBucketNotification",),
    "s3.PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3.SelectObjectContent": ("s3:GetObject",),
    "s3.UploadPart": (_PUT_OBJECT,),
    "s3.WriteGetObjectResponse": ("s3-object-lambda:WriteGetObjectResponse",),
    # S3 Control's bucket operations are those of S3 on Outposts
    "s3control.CreateBucket": ("s3-outposts:CreateBucket",),
    "s3control.DeleteBucket": ("s3-outposts:DeleteBucket",),
    "s3control.DeleteBucketLifecycleConfiguration": ("s3-outposts:PutLifecycleConfiguration",),
    "s3control.DeleteBucketPolicy": ("s3-outposts:DeleteBucketPolicy",),
    "s3control.DeleteBucketReplication": ("s3-outposts:PutReplicationConfiguration",),
    "s3control.DeleteBucketTagging": ("s3-outposts:PutBucketTagging",),
    "s3control.GetBucket": ("s3-outposts:GetBucket",),
    "s3control.GetBucketLifecycleConfiguration": ("s3-outposts:GetLifecycleConfiguration",),
    "s3control.GetBucketPolicy": ("s3-outposts:GetBucketPolicy",),
    "s3control.GetBucketReplication": ("s3-outposts:GetReplicationConfiguration",),
    "s3control.GetBucketTagging": ("s3-outposts:GetBucketTagging",),
    "s3control.GetBucketVersioning": ("s3-outposts:GetBucketVersioning",),
    "s3control.ListRegionalBuckets": ("s3-outposts:ListRegionalBuckets",),
    "s3control.PutBucketLifecycleConfiguration": ("s3-outposts:PutLifecycleConfiguration",),
    "s3control.PutBucketPolicy": ("s3-outposts:PutBucketPolicy",),
    "s3control.PutBucketReplication": ("s3-outposts:PutReplicationConfiguration",),
    "s3control.PutBucketTagging": ("s3-outposts:PutBucketTagging",),
    "s3control.PutBucketVersioning": ("s3-outposts:PutBucketVersioning",),
    "s3control.DeleteAccessPointScope": ("s3express:DeleteAccessPointScope",),
    "s3control.DeletePublicAccessBlock": ("s3:PutAccountPublicAccessBlock",),
    "s3control.GetAccessPointScope": ("s3express:GetAccessPointScope",),
    "s3control.GetPublicAccessBlock": ("s3:GetAccountPublicAccessBlock",),
    "s3control.ListAccessPointsForDirectoryBuckets": (
        "s3express:ListAccessPointsForDirectoryBuckets",
    ),
    "s3control.PutAccessPointScope": ("s3express:PutAccessPointScope",),
    "s3control.PutPublicAccessBlock": ("s3:PutAccountPublicAccessBlock",),
    "sns.PublishBatch": ("sns:Publish",),
    "sqs.ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
    "sqs.DeleteMessageBatch": ("sqs:DeleteMessage",),
    "sqs.SendMessageBatch": ("sqs:SendMessage",),
}

_ACL = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")

#: a further action where one of these parameters is given
ALSO: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "s3.CreateMultipartUpload": (
        ("s3:PutObjectAcl", _ACL),
        ("s3:PutObjectTagging", ("Tagging",)),
    ),
    "s3.PutObject": (
        ("s3:PutObjectAcl", _ACL),
        ("s3:PutObjectLegalHold", ("ObjectLockLegalHoldStatus",)),
        ("s3:PutObjectRetention", ("ObjectLockMode", "ObjectLockRetainUntilDate")),
        ("s3:PutObjectTagging", ("Tagging",)),
    ),
}

#: an S3 call on one version of an object asks for an action of its own
VERSIONED: Mapping[str, str] = {
    "s3:DeleteObject": "s3:DeleteObjectVersion",
    "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
    "s3:GetObject": "s3:GetObjectVersion",
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:GetObjectAttributes": "s3:GetObjectVersionAttributes",
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
    "s3:GetObjectTorrent": "s3:GetObjectVersionTorrent",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
}

#: what no reference tells, and what to do instead
REFUSED: Mapping[str, str] = {
    "resourcegroupstaggingapi.TagResources": (
        "tags.apply, or the tagging operation of the service itself: this one needs the "
        "permissions of each service whose resources it tags"
    ),
    "resourcegroupstaggingapi.UntagResources": (
        "the untagging operation of the service itself: this one needs the permissions of "
        "each service whose resources it untags"
    ),
}
