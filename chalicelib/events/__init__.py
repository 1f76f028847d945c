"""Events: a Lambda payload by any road becomes one `Event`, with the names rules know.

`normalise` reads payloads, `names` gives `alarm`, `actor` and `resource`, `ulid` makes the
execution's id. The engine calls them; they are pure, import the standard library only,
and are on the cold path: nothing here may be slow to load.
"""
