"""Triggers → rules → actions → the events that they cause: `opsloop graph`.

`rules` says what there is, `text` shows it to people; `drawing` makes boxes and links of it, for
`mermaid` and for `svg`, whose places are `layout`'s.
"""
