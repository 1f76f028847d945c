"""Python's collector of circles, held back while many objects are made and all are kept.

Called by `build`, and by the commands that do nothing but compile. What the compiler makes has
no circles to speak of, and the collector walks all of it again and again: a third of the time
that a thousand rules take.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """As it was before, once this is over."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def uncollected_to_the_end() -> Iterator[None]:
    """The same for what a process does last: at its end Python looks through what is left."""
    atexit.register(gc.freeze)
    with uncollected():
        yield
