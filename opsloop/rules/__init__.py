"""Rule source to checked model: YAML with places, pydantic models, what is wrong and where.

`project.load_project` is the way in. Desk only: nothing here ships to Lambda.
"""
