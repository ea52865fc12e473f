"""A learner of the small course."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.kernel.platform import Platform
from tests.factories.learning import Learning, start_learning
from tests.factories.world import World


@pytest.fixture
def learning(app: Flask, platform: Platform, world: World) -> Learning:
    return start_learning(app, platform, world)
