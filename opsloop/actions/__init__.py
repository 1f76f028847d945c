"""The catalogue of actions as the desk reads it: documents, and checks of what rules pass.

Called by the compiler, `opsloop actions` and the generator of docs/actions.md. Everything is
read off the functions themselves: names and types from the signature, words from the
docstring, effect and permissions from the declaration. `aws.*` is `opsloop.aws`'s.

- `doc`: one action as a document
- `check`: is this `with` one that the action takes?
- `own`: which expressions of a call must not read an event
- `docs`: docs/actions.md
"""

from opsloop.actions.check import check_parameters
from opsloop.actions.doc import ActionDoc, Parameter, catalogue, describe
from opsloop.actions.own import own_expressions

__all__ = [
    "ActionDoc",
    "Parameter",
    "catalogue",
    "check_parameters",
    "describe",
    "own_expressions",
]
