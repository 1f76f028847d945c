"""The compiler: rule files in, plans, policies and Chalice's configuration out.

`build.compile_project` is the way in. All faults of all files are collected and raised
together as `Problems`; what is written is everything or nothing.

    opsloop.rules       files with places, as models
    stages, channels    rules/opsloop.yaml: what a rule's stages have in common
    lowering            one rule → Plan, with
        bench           single values compiled, their faults placed
        names, lets     what may be read at each place, and why not
        triggers, api   the wire, and criteria that say the same; regions: whether it comes
        guards, verifying, steps
        calls, given    is there such an action, does it take this?
        taint           where an event's value may not go
        forgotten       expressions that stand where text does
    policies, secrets   one IAM policy for each rule and stage
    output, swap        files, changed as one
    memory, inputs      an unchanged project is answered without compiling it; answer
"""
