"""The engine: one event in, one outcome for each execution out.

`core` holds the order of a run in one function; `scope` the names that expressions read;
`facts` and `steps` what happens between; `ports` what it needs from outside. Called by
`chalicelib.functions` in Lambda and by the desk; it imports no AWS.
"""
