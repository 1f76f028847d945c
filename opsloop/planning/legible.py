"""Texts that cannot hide a part of themselves from a reviewer. Pure.

Called by `lines` and `review`. A block of code on a page does not wrap: what stands behind many
blanks, or behind letters that have no ink, is beyond the edge of what anybody reads.
"""

from __future__ import annotations

import re

from opsloop.output import plain

#: letters and marks for Unicode, and blank wherever they are shown
_INKLESS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
#: blanks within a text; those before it are its place
_BLANKS = re.compile(r"(?<=[^ ]) {4,}")


def legible(text: object) -> str:
    """The text as `plain` has it, with nothing in it that nobody sees."""
    inked = _INKLESS.sub(lambda found: ascii(found[0])[1:-1], plain(text))
    return _BLANKS.sub(lambda found: f" [{len(found[0])} blanks] ", inked)
