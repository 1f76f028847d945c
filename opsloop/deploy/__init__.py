"""What stands around `chalice deploy`: the stage's own resources before it, the wiring after it.

`stack` deploys infra/opsloop.yaml, `wire` gives each function what Chalice cannot say, `names`
holds what the resources are called. The commands in `opsloop.commands` are thin over these.
"""
