"""The compiler: rule files in, plans, policies and Chalice's configuration out.

source → model (`opsloop.rules`) → check and lower (`lower`, `names`, `triggers`) → Plan →
emit (`permissions`, `chalice_config`, `output`). `build.compile_project` is the way in.
All faults of all files are collected and raised together as `Problems`.
"""
