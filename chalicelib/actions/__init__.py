"""What a rule can do. The engine calls a `Catalogue`; the desk reads `find`'s records.

`base` is the contract; `registry` the table of names; `aws` every boto3 operation; one module
for each area of curated actions; `tools` what an action reaches the world by. Actions know
nothing of each other. Nothing here imports boto3 or urllib3 until a call needs it.
"""

from chalicelib.actions.registry import TABLE, Catalogue, find

__all__ = ["TABLE", "Catalogue", "find"]
