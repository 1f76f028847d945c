"""What a deployment would change, and what was changed by hand: states, and their difference.

state         what there is or should be: units, each with flat facts and permissions. Pure
permissions   policies as (effect, action, resource, condition), and what is gained or lost. Pure
danger        why a permission deserves a second look. Pure
terms         a plan in the words of its rule. Pure
expected      the state that compiled output asks for. Pure
revision      compiled output of another git revision
deployed      the state that AWS has: `reading`, `roles`, `triggers`, `infra`, `package`
diff          the difference of two states. Pure
drift         what was changed by hand, and how to mend it. Pure
lines, text, markdown, telling   for terminals, for pull requests, for programs
planning      what the commands ask for, put together
"""
