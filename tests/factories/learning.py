"""A learner of the small course, seen from the browser: what most tests of pages begin with."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.courses.api import CohortInfo, EnrolmentInfo
from lms.kernel.platform import Platform
from tests.factories.browsing import signed_in
from tests.factories.courses import MadeCourse, enrol, make_cohort, make_course
from tests.factories.world import World


@dataclass
class Learning:
    """A course, its cohort, and "learner" enrolled in it."""

    app: Flask
    platform: Platform
    world: World
    course: MadeCourse
    cohort: CohortInfo
    enrolment: EnrolmentInfo
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def client(self, who: str = "learner") -> FlaskClient:
        """Someone's browser."""
        if who not in self.clients:
            self.clients[who] = signed_in(self.app, self.platform, self.world, who)
        return self.clients[who]

    def address(self, name: str = "") -> str:
        """The path, or an activity of it by its name in the factory."""
        base = f"/parcours/{self.course.key}"
        return f"{base}/{self.course.keys[name]}" if name else base

    def get(self, address: str, who: str = "learner") -> str:
        """A page that must be there, as a person reads it: no entities, and a space that does not break is a space."""
        answer = self.client(who).get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.location)
        return unescape(answer.text).replace("\u00a0", " ")

    def post(self, address: str, who: str = "learner", *, intent: str | None = None, **values: Any) -> TestResponse:
        """A form with its intent."""
        return self.client(who).post(address, data={"intent": intent or str(uuid.uuid4()), **values})


def start_learning(app: Flask, platform: Platform, world: World, **course: Any) -> Learning:
    """Write it, committed."""
    with platform.writing(world.organisation) as ctx:
        made = make_course(ctx, **course)
        cohort = make_cohort(ctx, made, place="Tulle, salle 2")
        enrolment = enrol(ctx, cohort, membership_id=world.members["learner"])
    return Learning(app, platform, world, made, cohort, enrolment)
