"""What ships to Lambda: plans, expressions, events, engine, journal and actions.

Imports here are paid for on every cold start, so this package loads the standard library,
chalice, jmespath and Powertools' Logger, and boto3 only once it is needed.
It never imports `opsloop`; compiled plans are all that comes from there.
"""
