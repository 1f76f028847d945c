"""What services tell of on EventBridge because they were called, beside CloudTrail. Data only.

Read by `opsloop.compiler.chains`. The services' own pages on their events are the source. It
names what a call brings about by itself and soon, not what may come of it in the end.
"""

from __future__ import annotations

from collections.abc import Mapping

#: by dotted field of `detail`, the values that it may have
Detail = Mapping[str, tuple[str, ...]]

_INSTANCE = "EC2 Instance State-change Notification"
_TASK: tuple[str, Detail] = ("ECS Task State Change", {})
_DEPLOYED: tuple[tuple[str, Detail], ...] = (
    (
        "ECS Deployment State Change",
        {
            "eventName": (
                "SERVICE_DEPLOYMENT_IN_PROGRESS",
                "SERVICE_DEPLOYMENT_COMPLETED",
                "SERVICE_DEPLOYMENT_FAILED",
            )
        },
    ),
    ("ECS Service Action", {}),
    _TASK,
)
_DB_INSTANCE: tuple[tuple[str, Detail], ...] = (("RDS DB Instance Event", {}),)
_DB_CLUSTER: tuple[tuple[str, Detail], ...] = (("RDS DB Cluster Event", {}), *_DB_INSTANCE)
_CREATED = "Object Created"
_DELETED: tuple[tuple[str, Detail], ...] = (("Object Deleted", {"reason": ("DeleteObject",)}),)
_STARTED = "EC2 Instance Launch Successful"
_ENDED = "EC2 Instance Terminate Successful"


def _instance(*states: str) -> tuple[tuple[str, Detail], ...]:
    return ((_INSTANCE, {"state": states}),)


def _parameter(*operations: str) -> tuple[tuple[str, Detail], ...]:
    return (("Parameter Store Change", {"operation": operations}),)


#: `service.method`, as boto3 has them -> the detail-types of that service's own events
CONSEQUENCES: Mapping[str, tuple[tuple[str, Detail], ...]] = {
    "autoscaling.set_desired_capacity": ((_STARTED, {}), (_ENDED, {})),
    "autoscaling.terminate_instance_in_auto_scaling_group": ((_STARTED, {}), (_ENDED, {})),
    "autoscaling.update_auto_scaling_group": ((_STARTED, {}), (_ENDED, {})),
    "batch.cancel_job": (("Batch Job State Change", {"status": ("FAILED",)}),),
    "batch.submit_job": (("Batch Job State Change", {}),),
    "batch.terminate_job": (("Batch Job State Change", {"status": ("FAILED",)}),),
    "cloudformation.create_stack": (("CloudFormation Stack Status Change", {}),),
    "cloudformation.delete_stack": (("CloudFormation Stack Status Change", {}),),
    "cloudformation.update_stack": (("CloudFormation Stack Status Change", {}),),
    "cloudwatch.set_alarm_state": (("CloudWatch Alarm State Change", {}),),
    "codebuild.start_build": (
        ("CodeBuild Build State Change", {}),
        ("CodeBuild Build Phase Change", {}),
    ),
    "codebuild.stop_build": (
        ("CodeBuild Build State Change", {"build-status": ("STOPPED",)}),
        ("CodeBuild Build Phase Change", {}),
    ),
    "codedeploy.create_deployment": (("CodeDeploy Deployment State-change Notification", {}),),
    "codedeploy.stop_deployment": (
        ("CodeDeploy Deployment State-change Notification", {"state": ("STOP",)}),
    ),
    "codepipeline.start_pipeline_execution": (
        ("CodePipeline Pipeline Execution State Change", {}),
    ),
    "ec2.create_snapshot": (("EBS Snapshot Notification", {"event": ("createSnapshot",)}),),
    "ec2.create_volume": (("EBS Volume Notification", {"event": ("createVolume",)}),),
    "ec2.delete_volume": (("EBS Volume Notification", {"event": ("deleteVolume",)}),),
    "ec2.modify_volume": (("EBS Volume Notification", {"event": ("modifyVolume",)}),),
    "ec2.run_instances": _instance("pending", "running"),
    "ec2.start_instances": _instance("pending", "running"),
    "ec2.stop_instances": _instance("stopping", "stopped"),
    "ec2.terminate_instances": _instance("shutting-down", "terminated"),
    "ecs.run_task": (_TASK,),
    "ecs.start_task": (_TASK,),
    "ecs.stop_task": (_TASK,),
    "ecs.update_service": _DEPLOYED,
    "glue.start_crawler": (("Glue Crawler State Change", {}),),
    "glue.start_job_run": (("Glue Job State Change", {}),),
    "rds.failover_db_cluster": _DB_CLUSTER,
    "rds.modify_db_cluster": _DB_CLUSTER,
    "rds.modify_db_instance": _DB_INSTANCE,
    "rds.reboot_db_cluster": _DB_CLUSTER,
    "rds.reboot_db_instance": _DB_INSTANCE,
    "rds.start_db_cluster": _DB_CLUSTER,
    "rds.start_db_instance": _DB_INSTANCE,
    "rds.stop_db_cluster": _DB_CLUSTER,
    "rds.stop_db_instance": _DB_INSTANCE,
    "s3.complete_multipart_upload": ((_CREATED, {"reason": ("CompleteMultipartUpload",)}),),
    "s3.copy_object": ((_CREATED, {"reason": ("CopyObject",)}),),
    "s3.delete_object": _DELETED,
    "s3.delete_object_tagging": (("Object Tags Deleted", {}),),
    "s3.delete_objects": _DELETED,
    "s3.put_object": ((_CREATED, {"reason": ("PutObject",)}),),
    "s3.put_object_acl": (("Object ACL Updated", {}),),
    "s3.put_object_tagging": (("Object Tags Added", {}),),
    "ssm.delete_parameter": _parameter("Delete"),
    "ssm.put_parameter": _parameter("Create", "Update"),
    "ssm.send_command": (("EC2 Command Status-change Notification", {}),),
    "stepfunctions.start_execution": (("Step Functions Execution Status Change", {}),),
    "stepfunctions.stop_execution": (
        ("Step Functions Execution Status Change", {"status": ("ABORTED",)}),
    ),
}
