"""The journal: what ran, for what, and how it ended.

`record` is an execution and its transitions, pure; `item` is its shape in DynamoDB, pure;
`table` is the adapter that writes it. The desk reads items back through `item` too.
"""
