"""The journal's access patterns as queries. Reads only, and never scans.

The indexes hold keys alone, so that a write costs once and not four times; what an index finds
is read from the table, a hundred items at a time.

An id holds its event's time, so an execution is found from its id alone: the day and the
shard of the `recent` index follow from it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice, takewhile
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from chalicelib.clock import Clock
from chalicelib.errors import JournalError, TableMissing
from chalicelib.events.ulid import first_id, time_of
from chalicelib.journal.item import SHARDS, day_key, from_item
from chalicelib.journal.record import UNFINISHED, Execution

#: how far back a listing across all rules looks where nothing says otherwise
DEFAULT_SINCE = timedelta(days=30)
#: keys that one page of an index gives: a hundred, the most of BatchGetItem, over the shards
PAGE = 100 // SHARDS
#: an execution's id begins with 7 at most
BEYOND_EVERY_ID = "8"
#: seconds until DynamoDB is asked again for items that it left unread
PAUSE = 0.2

#: as DynamoDB has it, each value under its type
Item = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list; None does not narrow."""

    rule: str | None = None
    status: str | None = None
    resource: str | None = None
    since: datetime | None = None
    limit: int = 50


class Reader:
    """One stage's journal, for people."""

    def __init__(self, client: Any, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def one(self, execution_id: str) -> Execution | None:
        """The execution of that id, if there is one.

        Raises EventError for a text that is no execution's id.
        """
        day = datetime.fromtimestamp(time_of(execution_id), UTC).date()
        keys = {"day": day_key(execution_id, day.isoformat()), "id": execution_id}
        return next(self._query("recent", keys), None)

    def between(self, begin: float, end: float, limit: int) -> Iterator[Execution]:
        """At most `limit` executions for events of that time, in epoch seconds; oldest first."""
        first, last = (datetime.fromtimestamp(at, UTC).date() for at in (begin, end))
        days = reversed(list(_days_back(last, first)))
        ids = first_id(begin), first_id(end)
        found = (self._of_day(day, ids) for day in days)
        return islice(chain.from_iterable(found), limit)

    def _of_day(self, day: date, ids: tuple[str, str]) -> Iterator[Execution]:
        keys = _keys(day.isoformat())
        shards = [self._query("recent", {"day": key}, between=ids) for key in keys]
        return heapq.merge(*shards, key=lambda one: one.id)

    def newest(self, wanted: Wanted) -> list[Execution]:
        """At most `wanted.limit` executions, newest first."""
        found = takewhile(lambda one: _since(one, wanted.since), self._source(wanted))
        return list(islice((one for one in found if _fits(one, wanted)), wanted.limit))

    def _source(self, wanted: Wanted) -> Iterator[Execution]:
        """By the narrowest key there is; every source is sorted newest first."""
        if wanted.rule is not None:
            return self._query(None, {"rule": wanted.rule})
        if wanted.resource is not None:
            return self._query("by-resource", {"resource": wanted.resource})
        if wanted.status in (*UNFINISHED, "failed"):
            kind = "unfinished" if wanted.status in UNFINISHED else "failed"
            return self._attention(kind)
        return self._recent(wanted.since)

    def _recent(self, since: datetime | None) -> Iterator[Execution]:
        # a day ahead, for clocks that are; an event's time is not ours
        last = datetime.fromtimestamp(self._clock.now(), UTC).date() + timedelta(days=1)
        first = (since.astimezone(UTC).date()) if since else last - DEFAULT_SINCE
        return chain.from_iterable(map(self._day, _days_back(last, first)))

    def _attention(self, kind: str) -> Iterator[Execution]:
        """This index is sorted by when to look again; it is sparse, so sorting it is cheap."""
        found = chain.from_iterable(self._query("attention", {"attention": k}) for k in _keys(kind))
        return iter(sorted(found, key=lambda one: one.id, reverse=True))

    def _day(self, day: date) -> Iterator[Execution]:
        keys = _keys(day.isoformat())
        return _newest_first([self._query("recent", {"day": key}) for key in keys])

    def _query(
        self,
        index: str | None,
        keys: Mapping[str, str],
        *,
        between: tuple[str, str] | None = None,
    ) -> Iterator[Execution]:
        """The newest first; with ids to be between, the oldest."""
        values = {f":{name}": value for name, value in keys.items()}
        terms = [f"#{name} = :{name}" for name in keys]
        if between is not None:
            terms.append("#id BETWEEN :first AND :last")
            values |= {":first": between[0], ":last": between[1]}
        elif index is None:
            # beside a rule's executions, behind them all, lies what its guards remember
            terms.append("#id < :last")
            values[":last"] = BEYOND_EVERY_ID
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            **({"IndexName": index} if index else {}),
            KeyConditionExpression=" AND ".join(terms),
            ExpressionAttributeNames={term.split()[0]: term.split()[0][1:] for term in terms},
            ExpressionAttributeValues={
                name: TypeSerializer().serialize(value) for name, value in values.items()
            },
            ScanIndexForward=between is not None,
            **({"PaginationConfig": {"PageSize": PAGE}} if index else {}),
        )
        try:
            for page in pages:
                items = self._whole(page["Items"]) if index else page["Items"]
                yield from map(_read, items)
        except self._client.exceptions.ResourceNotFoundException as error:
            raise TableMissing(self._table, self._client.meta.region_name) from error
        except self._client.exceptions.ClientError as error:
            raise JournalError(f"could not read table {self._table}: {error}") from error

    def _whole(self, found: list[Item]) -> list[Item]:
        """The items of these keys, in this order, without those that are gone meanwhile."""
        items: dict[Key, Item] = {}
        asked = [{"rule": one["rule"], "id": one["id"]} for one in found]
        while asked:
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": asked}})
            items |= {_key(item): item for item in answer["Responses"][self._table]}
            asked = answer["UnprocessedKeys"].get(self._table, {}).get("Keys", [])
            if asked:
                self._clock.sleep(PAUSE)
        return [items[_key(one)] for one in found if _key(one) in items]


def _key(item: Item) -> Key:
    return item["rule"]["S"], item["id"]["S"]


def _read(item: Item) -> Execution:
    deserialize = TypeDeserializer().deserialize
    return from_item({name: deserialize(value) for name, value in item.items()})


def _keys(prefix: str) -> list[str]:
    return [f"{prefix}#{number}" for number in range(SHARDS)]


def _newest_first(sources: list[Iterator[Execution]]) -> Iterator[Execution]:
    return heapq.merge(*sources, key=lambda one: one.id, reverse=True)


def _days_back(last: date, first: date) -> Iterator[date]:
    for back in range((last - first).days + 1):
        yield last - timedelta(days=back)


def _since(one: Execution, since: datetime | None) -> bool:
    return since is None or datetime.fromisoformat(one.event_time) >= since


def _fits(one: Execution, wanted: Wanted) -> bool:
    return (
        wanted.rule in (None, one.rule)
        and wanted.resource in (None, one.resource)
        and wanted.status in (None, one.status)
    )
