"""Prints what CloudFormation would make of a SAM template. Runs in `.venv-sam`, alone."""

import json
import sys
from pathlib import Path

from samtranslator.translator.transform import transform  # type: ignore[import-not-found]


class ManagedPolicies:
    """No function of ours takes a managed policy, so there is none to look up in AWS."""

    def load(self) -> dict[str, str]:
        """All managed policies by name."""
        return {}


template = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        # what `aws cloudformation package` does with a local path
        resource["Properties"]["CodeUri"] = "s3://bucket/deployment.zip"
sys.stdout.write(json.dumps(transform(template, {}, ManagedPolicies())))
