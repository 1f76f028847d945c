"""What a deployment would change, and what was changed by hand: states, and their difference.

state, permissions    what there is or should be: units, flat facts, policies as atoms. Pure
expected, terms       the state that compiled output asks for; a plan in its rule's words. Pure
revision              compiled output of another git revision
deployed              the state that AWS has, by
    asking            what is not there, and what may not be read
    listing, functions, package, infra
diff, danger          the difference of two states; why to look twice. Pure
behind, drift, mending    what was changed by hand, and the command that mends it. Pure
report, review, lines     what is told, in words and lines. Pure
text, drifted, markdown   for terminals, and for pull requests
planning              what the commands ask for, put together
"""
