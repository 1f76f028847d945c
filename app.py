"""The Chalice app: one Lambda function for each compiled rule, and nothing else."""

from chalice.app import Chalice

from chalicelib.functions import register

app = Chalice(app_name="opsloop")
register(app, globals())
