"""What runs at the desk: rules, compiler, patterns, deployment, demo, command line."""
