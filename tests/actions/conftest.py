from collections.abc import Iterator

import pytest

from tests.actions.world import World, world


@pytest.fixture
def aws() -> Iterator[World]:
    with world() as account:
        yield account
