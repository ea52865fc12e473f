"""A learner of the small course; a machine with credentials."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.kernel.platform import Platform
from lms.lrs import activities, credentials, hashing
from tests.factories.learning import Learning, start_learning
from tests.factories.machines import Machine, make_machine
from tests.factories.world import World


@pytest.fixture
def learning(app: Flask, platform: Platform, world: World) -> Learning:
    return start_learning(app, platform, world)


@pytest.fixture
def machine(app: Flask, platform: Platform, world: World, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(hashing, "_hasher", type(hashing._hasher)(time_cost=1, memory_cost=1024))
    credentials.forget()
    activities._noted.clear()  # what the tables of another test held
    return make_machine(app, platform, world.organisation)
