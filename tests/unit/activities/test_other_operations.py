"""Reading, opening, and sessions that staff validate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from lms.courses.models import Opening
from lms.kernel.rights import NotFound
from lms.xapi.api import Outcome, Sent, accept, intent_payload
from lms.xapi.models import StatementRow
from tests.factories.courses import enrol


@pytest.mark.parametrize(("kind", "name"), [("lesson.read", "lesson"), ("resource.opened", "resource")])
def test_said_by_the_person_it_is_done(engine_name, studio, clock, kind, name):
    clock.forward(hours=1)
    assert studio.send(kind, activity=studio.course.keys[name], seconds=120).outcome is Outcome.ACCEPTED
    figure = studio.figure(name)
    assert (figure.status, figure.seconds) == ("done", 120.0)
    assert studio.statements(name)[0].source == "learner_device"


def test_without_scripts_the_time_is_unknown_not_zero(engine_name, studio):
    studio.send("lesson.read", activity=studio.course.keys["lesson"])
    assert studio.figure("lesson").seconds is None


def test_a_page_left_open_over_lunch_is_not_work(engine_name, studio, clock):
    clock.forward(days=1)
    studio.send("lesson.read", activity=studio.course.keys["lesson"], seconds=80_000)
    assert studio.figure("lesson").seconds == 4 * 3600


@pytest.mark.parametrize("name", ["dated_lesson", "after_lesson", "trainer_lesson"])
def test_what_is_closed_is_refused_and_kept(engine_name, studio, name):
    reply = studio.send("lesson.read", activity=studio.course.keys[name])
    assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "closed")
    assert studio.figure(name) is None
    assert intent_payload(studio.ctx, reply.uuid).kind == "lesson.read"


def test_a_trainers_word_opens(engine_name, studio):
    key = studio.course.keys["trainer_lesson"]
    row = Opening(enrolment_id=studio.enrolment.id, activity_key=key, opened_at=studio.ctx.now, opened_by_id=1)
    studio.ctx.session.add(row)
    assert studio.send("lesson.read", activity=key).outcome is Outcome.ACCEPTED


def test_a_kind_of_intent_serves_its_own_type_only(engine_name, studio):
    assert studio.send("lesson.read", activity=studio.course.keys["quiz"]).reason == "unreadable"
    assert studio.send("resource.opened", activity=studio.course.keys["lesson"]).reason == "unreadable"


def test_made_before_the_deadline_and_delivered_after_it_is_in_time(engine_name, studio, clock):
    made_at = clock.now + timedelta(days=13)
    clock.forward(days=20)
    in_time = Sent(
        "5d0b0a4e-7a55-4a40-9d0c-000000000001",
        "lesson.read",
        {"activity": studio.course.keys["lesson"]},
        made_at,
        clock.now,
    )
    assert accept(studio.ctx, in_time).outcome is Outcome.ACCEPTED
    assert studio.send("lesson.read", activity=studio.course.keys["lesson"]).outcome is Outcome.LATE


def test_someone_who_is_not_enrolled_is_refused(engine_name, studio):
    key = studio.course.keys["lesson"]
    studio.become("coach")
    assert studio.send("lesson.read", activity=key).reason == "not_allowed"
    studio.become("other_learner")
    assert studio.send("lesson.read", activity=key).reason == "not_allowed"


def test_an_intent_is_read_by_who_sent_it_only(engine_name, studio):
    reply = studio.send("lesson.read", activity=studio.course.keys["lesson"])
    studio.become("trainer")
    with pytest.raises(NotFound):
        intent_payload(studio.ctx, reply.uuid)
    with pytest.raises(NotFound):
        intent_payload(studio.ctx, "pas-un-uuid")


def present(studio, *enrolments):
    keys = [one.key for one in enrolments or (studio.enrolment,)]
    return {"activity": studio.course.keys["session"], "enrolments": keys}


def test_staff_validate_several_people_at_once(engine_name, studio, world):
    second = enrol(studio.ctx, studio.cohort, membership_id=world.members["coach"])
    studio.become("trainer")
    assert studio.send("session.validate", **present(studio, studio.enrolment, second)).outcome is Outcome.ACCEPTED
    assert studio.figure("session").status == "done"
    rows = studio.statements("session")
    assert len(rows) == 4
    assert {row.source for row in rows} == {"staff"}
    assert {row.instructor_id for row in rows} == {world.members["trainer"]}
    assert {row.membership_id for row in rows} == {world.members["learner"], world.members["coach"]}


def test_validating_twice_says_it_once(engine_name, studio):
    studio.become("trainer")
    studio.send("session.validate", **present(studio))
    studio.send("session.validate", **present(studio))
    assert len(studio.statements("session")) == 2


def test_a_wrong_validation_is_voided_and_the_figure_follows(engine_name, studio):
    studio.become("trainer")
    studio.send("session.validate", **present(studio))
    assert studio.send("session.invalidate", **present(studio)).outcome is Outcome.ACCEPTED
    assert studio.figure("session") is None
    assert all(row.voided_by for row in studio.statements("session"))
    studio.send("session.validate", **present(studio))
    assert studio.figure("session").status == "done"


def test_a_learner_validates_nothing(engine_name, studio):
    assert studio.send("session.validate", **present(studio)).reason == "not_allowed"
    assert studio.send("session.invalidate", **present(studio)).reason == "not_allowed"
    assert studio.count() == 0


def test_an_auditor_and_another_organisation_validate_nothing(engine_name, studio):
    wanted = present(studio)
    for who in ("auditor", "other_trainer"):
        studio.become(who)
        assert studio.send("session.validate", **wanted).reason == "not_allowed"


def test_what_the_learners_device_says_of_a_session_is_not_believed(engine_name, studio):
    studio.become("trainer")
    studio.send("session.validate", **present(studio))
    studio.ctx.session.execute(update(StatementRow).values(source="learner_device"))
    studio.ctx.session.commit()
    from lms.courses.progress import ProgressFigure

    key = (studio.enrolment.uuid, studio.course.keys["session"])
    assert ProgressFigure().compute(studio.ctx, [key]) == {}


def test_only_sessions_are_validated_and_somebody_must_be_ticked(engine_name, studio):
    studio.become("trainer")
    assert (
        studio.send("session.validate", activity=studio.course.keys["lesson"], enrolments=[studio.enrolment.key]).reason
        == "unreadable"
    )
    assert studio.send("session.validate", activity=studio.course.keys["session"], enrolments=[]).reason == "nobody"
