"""One platform for the whole folder: every test speaks of ids, actors and activities of its own, so nothing is emptied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lms.accounts.api import create_organisation
from lms.kernel import jobs
from lms.kernel.platform import Platform
from lms.kernel.site import fix_iri_prefix
from tests.conftest import PREFIX, TestClock, empty_tables
from tests.contract.requirements.numbers import covered_by_run, numbers
from tests.factories.machines import Machine, make_machine

REFUSALS = {400, 401, 403, 409, 412, 413}
"""404 is not among them: that nothing is there is an answer."""


@dataclass
class Speaker(Machine):
    """A machine that remembers how it was answered."""

    statuses: list[int] = field(default_factory=list)

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        answer = super().send(method, path, body, **options)
        self.statuses.append(answer.status_code)
        return answer


@dataclass
class Place:
    """Two machines of one organisation, one of another, and the clock that says when they speak."""

    ours: Machine
    other: Machine
    elsewhere: Machine
    clock: TestClock


@pytest.fixture(scope="package")
def place(shared_platform: Platform, shared_app: tuple[Flask, dict[str, Any]]) -> Place:
    app, extensions = shared_app
    app.extensions.clear()
    app.extensions.update(extensions)
    jobs.on_wake(lambda: None)
    empty_tables(shared_platform)
    shared_platform.clock = clock = TestClock()
    shared_platform.forget()
    with shared_platform.database.writing() as session:
        fix_iri_prefix(session, PREFIX)
        here, there = (create_organisation(session, name=name).id for name in ("Ici", "Ailleurs"))
    ours, other = (make_machine(app, shared_platform, here, name) for name in ("Moodle", "Storyline"))
    return Place(ours, other, make_machine(app, shared_platform, there), clock)


@pytest.fixture
def clock(place: Place) -> TestClock:
    """The clock of that place, a second later for each test."""
    place.clock.forward(seconds=1)
    return place.clock


@pytest.fixture(params=["1.0.3", "2.0.0"])
def machine(place: Place, clock: TestClock, request: pytest.FixtureRequest) -> Iterator[Speaker]:
    """A machine that speaks one version. A test of a `refused` number has to see an acceptance and a refusal."""
    speaker = Speaker(place.ours.client, place.ours.key, place.ours.secret, version=request.param)
    yield speaker
    known = numbers()
    if any(known[one][0] == "refused" for one in covered_by_run(request.function, request.node.name)):
        assert any(status < 300 for status in speaker.statuses), "nothing was accepted"
        assert REFUSALS & set(speaker.statuses), "nothing was refused"


@pytest.fixture
def other(place: Place) -> Machine:
    """Another machine of the same organisation."""
    return place.other


@pytest.fixture
def elsewhere(place: Place) -> Machine:
    """A machine of another organisation."""
    return place.elsewhere
