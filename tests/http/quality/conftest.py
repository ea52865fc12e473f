"""A cohort with something to prove."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.kernel import jobs
from lms.kernel.platform import Platform
from tests.factories.quality import Followed, make_followed_cohort
from tests.factories.world import World


@pytest.fixture
def followed(platform: Platform, world: World) -> Followed:
    """Two people: one has done nothing."""
    return make_followed_cohort(platform, world, people=2)


@pytest.fixture(autouse=True)
def no_queue(app: Flask) -> None:
    """Tests run the jobs themselves: nothing is put in the queue, whose connection would stay open."""
    jobs.on_wake(lambda: None)
