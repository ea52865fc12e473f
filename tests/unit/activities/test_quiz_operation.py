"""Answering a quiz: what is recorded, what is refused, what is kept."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

from sqlalchemy import select

from lms.courses.models import Enrolment
from lms.xapi.api import Outcome, entries_by_registration, intent_payload
from lms.xapi.models import IntentRow
from tests.factories.courses import right_answers


def answers(studio, value="true", attempt=1, **more):
    """To the drawn quiz: the same to all eight; those that were not drawn are not sent."""
    drawn = drawn_keys(studio, attempt)
    return {
        "activity": studio.course.keys["limited_quiz"],
        "attempt": attempt,
        "answers": dict.fromkeys(drawn, value),
        **more,
    }


def drawn_keys(studio, attempt):
    from lms.activities.quiz.drawing import draw, seed_of
    from lms.courses.api import play

    found = play(studio.ctx, studio.course.keys["limited_quiz"])
    return [one.key for one in draw(found.activity.body, seed_of(found.state.seed, attempt))]


def test_an_attempt_is_recorded_as_a_whole_by_pool_and_by_question(engine_name, studio, clock):
    clock.forward(hours=1)
    reply = studio.send("quiz.answer", **answers(studio, seconds=90))
    assert reply.outcome is Outcome.ACCEPTED
    whole, pool = studio.statements("limited_quiz")[0], studio.statements("drawn_pool")[0]
    assert whole.verb.endswith("/passed")
    assert (whole.scaled, whole.success, whole.seconds, whole.source) == (1.0, True, 90.0, "server")
    assert (pool.scaled, pool.success, pool.attempt) == (1.0, True, whole.attempt)
    asked = [row for row in studio.statements() if row.verb.endswith("/answered")]
    assert len(asked) == 3
    assert {json.loads(row.raw)["result"]["response"] for row in asked} == {"true"}
    figure = studio.figure("limited_quiz")
    assert (figure.status, figure.best, figure.attempts, figure.seconds) == ("done", 1.0, 1, 90.0)


def test_a_worse_retry_takes_nothing_away(engine_name, studio, clock):
    studio.send("quiz.answer", **answers(studio))
    clock.forward(minutes=5)
    studio.send("quiz.answer", **answers(studio, "false", attempt=2))
    figure = studio.figure("limited_quiz")
    assert (figure.status, figure.best, figure.last, figure.attempts) == ("done", 1.0, 0.0, 2)


def test_a_failure_is_not_done(engine_name, studio):
    studio.send("quiz.answer", **answers(studio, "false"))
    assert studio.figure("limited_quiz").status == "started"


def test_no_attempts_left_is_refused_and_kept(engine_name, studio):
    for attempt in (1, 2):
        studio.send("quiz.answer", **answers(studio, attempt=attempt))
    before = studio.count()
    reply = studio.send("quiz.answer", **answers(studio, attempt=3))
    assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "no_attempts_left")
    assert studio.count() == before
    assert intent_payload(studio.ctx, reply.uuid).payload["attempt"] == 3


def test_two_tabs_make_two_attempts_while_some_remain(engine_name, studio):
    first = studio.send("quiz.answer", **answers(studio, "false"))
    second = studio.send("quiz.answer", **answers(studio))
    assert (first.outcome, second.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert studio.figure("limited_quiz").attempts == 2
    assert studio.send("quiz.answer", **answers(studio)).reason == "no_attempts_left"


def test_the_same_intent_counts_once(engine_name, studio):
    name = str(uuid.uuid4())
    first = studio.send("quiz.answer", intent=name, **answers(studio))
    before = studio.count()
    assert studio.send("quiz.answer", intent=name, **answers(studio, "false")) == first
    assert studio.count() == before


def test_answers_to_questions_that_were_not_drawn_are_refused(engine_name, studio):
    every = [studio.course.keys[f"d_{number}"] for number in range(8)]
    payload = {"activity": studio.course.keys["limited_quiz"], "attempt": 1, "answers": dict.fromkeys(every, "true")}
    reply = studio.send("quiz.answer", **payload)
    assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "not_in_draw")
    assert studio.count() == 0


def test_strange_payloads_are_refused_and_kept(engine_name, studio):
    quiz = studio.course.keys["quiz"]
    for payload in (
        {},
        {"activity": quiz, "attempt": 0, "answers": {}},
        {"activity": quiz, "attempt": 1, "answers": []},
        {"activity": quiz, "attempt": 1, "answers": {}, "seconds": -5},
        {"activity": quiz, "attempt": 10_000, "answers": {}},
        {"activity": studio.course.keys["lesson"], "attempt": 1, "answers": {}},
    ):
        assert studio.send("quiz.answer", **payload).reason == "unreadable"
    assert studio.send("quiz.answer", activity="nowhere234", attempt=1, answers={}).reason == "not_allowed"
    assert studio.count() == 0
    assert len(studio.ctx.session.scalars(select(IntentRow)).all()) == 7


def test_what_someone_typed_stays_in_the_intent(engine_name, studio):
    typed = "mon numéro est le 06 11 22 33 44"
    keys = studio.course.keys
    studio.send(
        "quiz.answer", activity=keys["quiz"], attempt=1, answers={keys["q_short"]: typed, keys["q_number"]: "8,75"}
    )
    rows = studio.statements()
    assert all("06 11" not in row.raw for row in rows)
    said = {
        row.activity.rpartition("/")[2]: json.loads(row.raw)["result"]["response"]
        for row in rows
        if row.verb.endswith("/answered")
    }
    assert said == {keys["q_short"]: "other", keys["q_number"]: "mistake-1"}


def test_practice_has_no_statement_of_its_own_pool(engine_name, studio):
    keys = studio.course.keys
    studio.send("quiz.answer", activity=keys["quiz"], attempt=1, answers={keys["q_practice"]: "true"})
    assert studio.statements("practice_pool") == []
    assert studio.figure("quiz").best == 0.0


def test_late_answers_count_and_say_so(engine_name, studio, clock):
    studio.ctx.session.get_one(Enrolment, studio.enrolment.id).ended_at = clock.now + timedelta(days=1)
    studio.become("learner")
    clock.forward(days=2)
    reply = studio.send(
        "quiz.answer", activity=studio.course.keys["quiz"], attempt=1, answers=right_answers(studio.course)
    )
    assert reply.outcome is Outcome.LATE
    assert studio.figure("quiz") is not None


def test_statements_name_the_version_the_registration_and_no_person(engine_name, studio):
    studio.send("quiz.answer", **answers(studio))
    for row in studio.statements():
        said = json.loads(row.raw)
        assert said["context"]["registration"] == studio.enrolment.uuid
        assert said["context"]["revision"] == "1"
        assert "Learner" not in row.raw
        assert "@" not in row.raw
    iri = f"{studio.ctx.iri_prefix}/a/{studio.course.keys['limited_quiz']}"
    assert entries_by_registration(studio.ctx, [(studio.enrolment.uuid, iri)])[(studio.enrolment.uuid, iri)]
