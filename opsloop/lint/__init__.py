"""Lint: what compiles and is a mistake all the same, each kind with a code and a page.

`run.Lints` is the way in, for `opsloop.compiler.build`. One module for each family of lints;
`table` has them all, `silencing` reads the comments that silence one, `docs` makes docs/lint.md.
"""
