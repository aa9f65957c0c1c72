"""One small world for all tests of this folder."""

import pytest

from fangxian.world.generate import WorldOptions, make_world
from tests.world.made_world import MadeWorld


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> MadeWorld:
    path = tmp_path_factory.mktemp("world") / "zhejiang"
    make_world(path, WorldOptions(people=2_000, seed=9))
    return MadeWorld(path)
