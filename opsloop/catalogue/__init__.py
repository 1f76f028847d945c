"""What AWS's events look like, from its published schemas and from real ones.

`schemas` reads what `build` made of npm's @aws-cdk/aws-service-spec, `samples` the events of
tests/events; `shapes` puts both together to types, and `events` says what is known of the
event that wakes a rule. `patterns` checks `when.event`; `entries` and `view` are what
`opsloop events` shows. Nothing here imports the compiler.
"""
