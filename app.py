"""The Chalice app: one Lambda function for each compiled rule, and nothing else."""

from chalice.app import Chalice

from chalicelib.functions import register

# Powertools logs under the same name: Chalice's own handler would say everything again
app = Chalice(app_name="opsloop", configure_logs=False)
register(app, globals())
