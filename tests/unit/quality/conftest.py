"""A cohort with something to prove."""

from __future__ import annotations

import pytest

from lms.kernel.platform import Platform
from tests.factories.quality import Followed, make_followed_cohort
from tests.factories.world import World


@pytest.fixture
def followed(platform: Platform, world: World) -> Followed:
    """Three people: one has done nothing."""
    return make_followed_cohort(platform, world, people=3)
