"""`opsloop demo`: the shipped rules on real events, in an account that lives in memory.

`world` is what there is in the account, `stream` what happens, `stage` the demo's own people
and topics, `play` the order of it all, `live` what one sees of it. The functions are those
that Lambda runs.
"""
