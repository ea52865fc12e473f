"""A small course with a learner in it, and saying things about them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from lms.contract.types import Source
from lms.courses.api import EnrolmentInfo
from lms.kernel.context import Actor, Context
from lms.kernel.platform import Platform
from lms.xapi.api import COMPLETED, Said
from tests.factories.courses import MadeCourse, enrol, make_cohort, make_course
from tests.factories.world import World


@dataclass
class Class:
    """A course and who follows it: name → enrolment."""

    platform: Platform
    world: World
    course: MadeCourse
    enrolments: dict[str, EnrolmentInfo]
    actors: dict[str, Actor]

    def said(self, ctx: Context, who: str = "learner", name: str = "lesson", **values: Any) -> Said:
        """One thing said of someone."""
        base: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "actor": self.actors[who],
            "verb": COMPLETED,
            "activity": f"{ctx.iri_prefix}/a/{self.course.keys[name]}",
            "activity_type": "http://adlnet.gov/expapi/activities/lesson",
            "activity_name": "Essai",
            "source": Source.LEARNER_DEVICE,
            "occurred_at": ctx.now,
            "timestamp": ctx.now,
            "registration": self.enrolments[who].uuid,
        }
        return Said(**{**base, **values})


LEARNERS = ("learner", "company_head", "coach", "auditor")


@pytest.fixture
def school(platform: Platform, world: World) -> Class:
    """Four people in one course."""
    with platform.writing(world.organisation) as ctx:
        course = make_course(ctx)
        cohort = make_cohort(ctx, course)
        enrolments = {who: enrol(ctx, cohort, membership_id=world.members[who]) for who in LEARNERS}
    actors = {}
    for who in LEARNERS:
        with platform.reading(world.organisation, world.members[who]) as ctx:
            actors[who] = ctx.subject
    return Class(platform, world, course, enrolments, actors)


Acting = Callable[..., Context]
