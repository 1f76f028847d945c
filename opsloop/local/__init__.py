"""Running opsloop's own Lambda code on this machine, on an account that lives in memory.

`isolation` makes sure that nothing leaves the machine; `account` is moto with the stage's
infra stack in it; `functions` hands events to the handlers that Lambda would run.
"""
