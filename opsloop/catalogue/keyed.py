"""Maps in events whose keys are data, not names of fields: a sample's keys say nothing of them.

By the map's own name, in lower case. Pure data.
"""

from __future__ import annotations

KEYED_BY_DATA = frozenset(
    {
        "additionalinfo",
        "annotations",
        "assumerolepolicydocument",
        "attributes",
        "bucketpolicy",
        "check-item-detail",
        "condition",
        "dimensions",
        "encryptioncontext",
        "environmentvariables",
        "finding-severity-counts",
        "headers",
        "hyperparameters",
        "input",
        "labels",
        "message",
        "metadata",
        "nodeproperties",
        "output",
        "parameters",
        "policy",
        "policydocument",
        "principal",
        "statichyperparameters",
        "tags",
        "usermetadata",
        "variables",
    }
)
