from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from tests.eventsource import samples

GOLDEN = json.loads(samples.GOLDEN.read_text())
SOURCES = (samples.FOLDER / "SOURCES.md").read_text()
ROW = re.compile(r"^\| (\S+)\.json \| \[[^\]]+\]\(https://docs\.aws\.amazon\.com/\S+\) \| \S.* \|$")


@pytest.mark.parametrize("name", samples.NAMES)
def test_what_a_rule_sees_of_each_event(name: str) -> None:
    assert samples.seen(samples.event(name)) == GOLDEN[name]


def test_the_golden_table_is_of_these_events() -> None:
    assert sorted(GOLDEN) == samples.NAMES


def test_each_file_says_where_aws_documents_it() -> None:
    rows = [line for line in SOURCES.splitlines() if ".json |" in line]
    assert [row[1] for line in rows if (row := ROW.match(line))] == samples.NAMES


def test_there_are_many_events_of_many_services() -> None:
    sources = {samples.event(name).envelope["source"] for name in samples.NAMES}
    assert len(samples.NAMES) >= 80
    assert len(sources) >= 30


def test_no_two_events_are_one_but_for_those_told_twice() -> None:
    counted = Counter(samples.event(name).identity for name in samples.NAMES)
    told = [name for name in samples.NAMES if "-by-sns" in name or name == "sns-eventbridge-event"]
    twice = {identity for identity, count in counted.items() if count > 1}
    assert twice == {samples.event(name).identity for name in told}


EXAMPLE_NUMBERS = {
    "123456789012": "the account of every event",
    "777788889999": "another account, which assumes a role",
    "555555555555": "a member account that is closed",
    "999988887777": "an outside principal",
    "137112412989": "AWS's registry of Amazon Linux images",
    "382416733822": "AWS's registry of SageMaker's algorithms",
}


def test_every_account_is_an_example() -> None:
    text = "\n".join((samples.FOLDER / f"{name}.json").read_text() for name in samples.NAMES)
    accounts = set(re.findall(r"(?<![\w.-])\d{12}(?![\w-])", text))
    assert accounts == EXAMPLE_NUMBERS.keys()
