"""Calls that answer with a secret: a key, a password, credentials. Data only; for `calls`.

An answer stands in the journal. What only shows a secret among much else (an endpoint's
settings, say) is not here: a rule picks what it needs of it.
"""

from __future__ import annotations

from collections.abc import Mapping

#: those for which a rule has another way: a reference that is read where it is used
REFERENCES: Mapping[str, str] = {
    "aws.secretsmanager.batch_get_secret_value": "sm:name",
    "aws.secretsmanager.get_secret_value": "sm:name",
    "aws.ssm.get_parameter": "ssm:/name",
    "aws.ssm.get_parameter_history": "ssm:/name",
    "aws.ssm.get_parameters": "ssm:/name",
    "aws.ssm.get_parameters_by_path": "ssm:/name",
}

#: these hold a secret only where they are asked to decrypt
DECRYPTING = frozenset(name for name in REFERENCES if name.startswith("aws.ssm."))

SECRETIVE = frozenset(
    {
        *REFERENCES,
        "aws.acm.export_certificate",
        "aws.codeartifact.get_authorization_token",
        "aws.codecatalyst.create_access_token",
        "aws.cognito-identity.get_credentials_for_identity",
        "aws.cognito-identity.get_open_id_token",
        "aws.cognito-identity.get_open_id_token_for_developer_identity",
        "aws.connect.get_federation_token",
        "aws.deadline.assume_fleet_role_for_read",
        "aws.deadline.assume_fleet_role_for_worker",
        "aws.deadline.assume_queue_role_for_read",
        "aws.deadline.assume_queue_role_for_user",
        "aws.deadline.assume_queue_role_for_worker",
        "aws.ec2.create_key_pair",
        "aws.ecr-public.get_authorization_token",
        "aws.ecr.get_authorization_token",
        "aws.eks-auth.assume_role_for_pod_identity",
        "aws.emr.get_cluster_session_credentials",
        "aws.gamelift.get_compute_access",
        "aws.gamelift.get_instance_access",
        "aws.gamelift.request_upload_credentials",
        "aws.iam.create_access_key",
        "aws.iam.create_service_specific_credential",
        "aws.iam.reset_service_specific_credential",
        "aws.iot.create_keys_and_certificate",
        "aws.iot.create_provisioning_claim",
        "aws.kms.decapsulate",
        "aws.kms.decrypt",
        "aws.kms.derive_shared_secret",
        "aws.kms.generate_data_key",
        "aws.kms.generate_data_key_pair",
        "aws.kms.generate_random",
        "aws.lightsail.create_bucket_access_key",
        "aws.lightsail.create_container_service_registry_login",
        "aws.lightsail.create_key_pair",
        "aws.lightsail.download_default_key_pair",
        "aws.lightsail.get_instance_access_details",
        "aws.lightsail.get_relational_database_master_user_password",
        "aws.payment-cryptography-data.decrypt_data",
        "aws.pca-connector-scep.create_challenge",
        "aws.pca-connector-scep.get_challenge_password",
        "aws.redshift-serverless.get_credentials",
        "aws.redshift.get_cluster_credentials",
        "aws.redshift.get_cluster_credentials_with_iam",
        "aws.s3.create_session",
        "aws.s3control.get_data_access",
        "aws.secretsmanager.get_random_password",
        "aws.ssm.get_access_token",
        "aws.sso-oidc.create_token",
        "aws.sso-oidc.create_token_with_iam",
        "aws.sso-oidc.register_client",
        "aws.sso.get_role_credentials",
        "aws.storagegateway.describe_chap_credentials",
        "aws.sts.assume_role",
        "aws.sts.assume_role_with_saml",
        "aws.sts.assume_role_with_web_identity",
        "aws.sts.assume_root",
        "aws.sts.get_federation_token",
        "aws.sts.get_session_token",
    }
)
