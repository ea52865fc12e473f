"""What courses hold on a person is said to them, and goes with the evidence."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from lms.courses.holdings import erase, held_on
from lms.courses.leaving import end_enrolment
from lms.courses.models import Enrolment, EnrolmentChange, Opening
from lms.courses.operations import enrol, open_activity
from lms.courses.rosters import cohort_row
from lms.courses.structure import structure
from tests.factories.content import open_cohort, publish_fixture


def test_enrolments_are_said_and_erased(engine_name: Any, acting: Any, platform: Any, world: Any) -> None:
    made = publish_fixture(platform, world)
    group = open_cohort(platform, world, made)
    ctx = acting("trainer")
    person = world.members["learner"]
    found = enrol(ctx, cohort=cohort_row(ctx, group.key), membership_ids=[person])[0]
    open_activity(ctx, enrolment=found, activity_key=next(iter(structure(ctx, made.version_id).activities)))
    end_enrolment(ctx, enrolment=found, reason="testing")
    ctx.session.flush()
    held = held_on(ctx, person)
    assert held.title == "Vos parcours"
    assert held.rows[0]["Groupe"] == "Groupe du mardi"
    assert held.rows[0]["Raison"] == "teste son activité"
    assert [next(iter(row)) for row in held.rows[1:]] == [
        "Entrée",
        "Fin, notée par l'équipe",
        "Activité ouverte pour vous",
    ]
    assert held_on(ctx, world.members["coach"]).rows == []
    erase(ctx, person, frozenset({"account"}))
    assert ctx.session.scalar(select(func.count()).select_from(Enrolment)) == 1
    erase(ctx, person, frozenset({"evidence"}))
    for table in (Enrolment, EnrolmentChange, Opening):
        assert ctx.session.scalar(select(func.count()).select_from(table)) == 0
