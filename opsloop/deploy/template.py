"""The journal's table from infra/opsloop.yaml, for stand-ins that know no CloudFormation.

The demo and the tests make their table with it, so that there is one definition of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "infra" / "opsloop.yaml"


class _Loader(yaml.SafeLoader):
    """Reads `!Sub text` and the like as what stands behind the tag."""


def _untagged(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    match node:
        case yaml.ScalarNode():
            return loader.construct_scalar(node)
        case yaml.SequenceNode():
            return loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            return loader.construct_mapping(node, deep=True)
    raise TypeError(f"found a {type(node).__name__}, expected a scalar, a list or a map")


_Loader.add_multi_constructor("!", _untagged)


def load_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """The template as data, with CloudFormation's short functions left as their text."""
    return parse_template(path.read_text(encoding="utf-8"))


def parse_template(text: str) -> dict[str, Any]:
    """The same of a template's text."""
    # the loader is safe: it adds nothing but text to yaml.SafeLoader
    loaded: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506
    return loaded


def create_journal(client: Any, table: str, path: Path = TEMPLATE) -> None:
    """Make the journal's table, with its indexes and its time to live, and wait for it."""
    properties = load_template(path)["Resources"]["Journal"]["Properties"]
    same = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    client.create_table(TableName=table, **{name: properties[name] for name in same})
    client.get_waiter("table_exists").wait(TableName=table)
    client.update_time_to_live(
        TableName=table, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
    )
