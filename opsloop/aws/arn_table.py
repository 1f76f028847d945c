"""Which parameter names a variable of IAM's ARNs, where the names do not say so. Data only.

Keys are `prefix:Variable`, or `prefix:type:Variable` for one type of resource; values are
parameters by their exact names. Without an entry, a variable is named by a parameter with
the same stem: `BucketName` by `Bucket`, `InstanceId` by `InstanceIds`.
"""

from __future__ import annotations

from collections.abc import Mapping

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "autoscaling:GroupFriendlyName": ("AutoScalingGroupName", "AutoScalingGroupNames"),
    "autoscaling:LaunchConfigurationName": ("LaunchConfigurationName",),
    "cloudfront:distribution:DistributionId": ("Id", "DistributionId"),
    "cloudtrail:TrailName": ("Name", "TrailName", "trailNameList"),
    "cloudwatch:InsightRuleName": ("RuleName", "RuleNames"),
    "codepipeline:PipelineName": ("pipelineName", "name"),
    "ec2:DedicatedHostId": ("HostId", "HostIds"),
    "ec2:KeyPairName": ("KeyName",),
    "ec2:NaclId": ("NetworkAclId", "NetworkAclIds"),
    "ec2:PlacementGroupName": ("GroupName", "GroupNames"),
    "ec2:SecurityGroupId": ("GroupId", "GroupIds", "SecurityGroupIds", "Groups"),
    "ec2:VpcEndpointServiceId": ("ServiceId", "ServiceIds"),
    "ec2:VpcFlowLogId": ("FlowLogId", "FlowLogIds"),
    "ecs:ContainerInstanceId": ("containerInstance", "containerInstances"),
    "ecs:TaskDefinitionFamilyName": ("taskDefinition", "family"),
    "ecs:TaskDefinitionRevisionNumber": ("taskDefinition",),
    "ecs:TaskId": ("task", "tasks"),
    "eks:cluster:ClusterName": ("name", "clusterName"),
    "elasticloadbalancing:loadbalancer:LoadBalancerName": ("LoadBalancerName", "LoadBalancerNames"),
    "events:EventBusName": ("EventBusName",),
    "events:RuleName": ("Rule", "Name"),
    "events:event-bus:EventBusName": ("EventBusName", "Name"),
    "iam:CertificateNameWithPath": ("ServerCertificateName",),
    "kms:Alias": ("AliasName",),
    "kms:KeyId": ("KeyId",),
    "logs:LogGroupName": (
        "logGroupName",
        "logGroupNames",
        "logGroupIdentifier",
        "logGroupIdentifiers",
    ),
    "rds:ClusterParameterGroupName": ("DBClusterParameterGroupName",),
    "rds:ClusterSnapshotName": ("DBClusterSnapshotIdentifier",),
    "rds:DbClusterEndpoint": ("DBClusterEndpointIdentifier",),
    "rds:DbClusterInstanceName": ("DBClusterIdentifier",),
    "rds:GlobalCluster": ("GlobalClusterIdentifier",),
    "rds:ParameterGroupName": ("DBParameterGroupName",),
    "rds:SecurityGroupName": ("DBSecurityGroupName", "DBSecurityGroups"),
    "rds:SnapshotName": ("DBSnapshotIdentifier",),
    "rds:SubnetGroupName": ("DBSubnetGroupName",),
    "redshift:ClusterName": ("ClusterIdentifier",),
    "redshift:EventSubscriptionName": ("SubscriptionName",),
    "redshift:SubnetGroupName": ("ClusterSubnetGroupName",),
    "route53:change:Id": ("Id",),
    "route53:healthcheck:Id": ("HealthCheckId",),
    "route53:hostedzone:Id": ("HostedZoneId", "Id"),
    "s3-outposts:BucketName": ("Bucket",),
    "s3:ObjectName": ("Key",),
    "secretsmanager:SecretId": ("SecretId", "SecretIdList", "Name"),
    "servicequotas:QuotaCode": ("QuotaCode",),
    "servicequotas:ServiceCode": ("ServiceCode",),
    "sqs:QueueName": ("QueueUrl", "QueueName"),
    "ssm:ParameterNameWithoutLeadingSlash": ("Name", "Names", "Path"),
    "ssm:automation-definition:AutomationDefinitionName": ("DocumentName",),
    "ssm:automation-definition:VersionId": (),
    "ssm:automation-execution:AutomationExecutionId": ("AutomationExecutionId",),
    "ssm:document:DocumentName": ("DocumentName", "Name"),
    "ssm:instance:InstanceId": ("InstanceIds", "InstanceId", "Target"),
    "ssm:maintenancewindow:ResourceId": ("WindowId",),
    "ssm:managed-instance:InstanceId": ("InstanceIds", "InstanceId", "Target"),
    "ssm:opsitem:ResourceId": ("OpsItemId",),
    "ssm:patchbaseline:PatchBaselineIdResourceId": ("BaselineId",),
    "ssm:servicesetting:ResourceId": ("SettingId",),
    "wafv2:Scope": ("Scope",),
}

#: services whose resources belong to another account than the caller's: the organisation's
FOREIGN_ACCOUNT = frozenset({"organizations", "sso"})

#: kinds of resource that a call touches though no parameter names them: always, or where
#: one of these parameters is given
UNNAMED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # without these it takes the default groups, and is judged on them
    "rds:CreateDBInstance": {"og": (), "pg": (), "subgrp": ()},
    # the image brings its disks
    "ec2:RunInstances": {"volume": ()},
    "ssm:SendCommand": {"instance": ("Targets",), "managed-instance": ("Targets",)},
}
