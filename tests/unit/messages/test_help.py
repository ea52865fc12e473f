"""Help as the ledger keeps it: asked, given, how long it took; what waits, and in what order; what an auditor gets."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from lms.contract.types import LedgerEntry, Source
from lms.courses.api import play
from lms.messages.data import ASKED, RECEIVED
from lms.messages.evidence import help_files
from lms.messages.folds import fold_help
from lms.messages.operations import settle_help, write_later, write_message
from lms.messages.placing import place_at
from lms.messages.queries import help_count, helps_of
from lms.messages.reading import thread_by_key
from lms.messages.waiting import answers_to_give
from lms.xapi.models import StatementRow
from tests.conftest import TestClock
from tests.factories.courses import enrol, make_cohort, make_course
from tests.factories.messages import TEXT, answered, asked, words

MOMENTS = TestClock().now


def learning(platform, world):
    with platform.writing(world.organisation) as ctx:
        course = make_course(ctx)
        cohort = make_cohort(ctx, course)
        return course, cohort, enrol(ctx, cohort, membership_id=world.members["learner"])


def test_help_asked_and_given_are_two_statements_without_a_word_of_it(acting, platform, world, clock) -> None:
    course, _cohort, enrolment = learning(platform, world)
    ctx = acting("learner")
    thread = asked(ctx, place=place_at(ctx, play(ctx, course.keys["quiz"]), question=course.keys["q_single"]))
    assert thread.question.startswith("Un client dit")
    assert thread.place.replace("\u00a0", " ") == "Mon projet et moi › Je vérifie : le prix"
    clock.forward(hours=3)
    answered(acting("trainer"), thread)
    answered(acting("trainer"), thread, "Et j'ajoute ceci")
    ctx = acting("trainer")
    rows = ctx.session.scalars(select(StatementRow).order_by(StatementRow.id)).all()
    assert [row.verb for row in rows] == [ASKED.iri, RECEIVED.iri]
    assert [row.source for row in rows] == [Source.LEARNER_DEVICE, Source.STAFF]
    assert [row.instructor_id for row in rows] == [None, world.members["trainer"]]
    assert {row.membership_id for row in rows} == {world.members["learner"]}
    assert {row.registration for row in rows} == {enrolment.uuid}
    for row in rows:
        assert TEXT not in row.raw
        assert "client dit" not in row.raw
        assert json.loads(row.raw)["context"]["contextActivities"]["parent"][0]["id"].endswith(course.keys["quiz"])
    ((place, one),) = helps_of(ctx, [enrolment.uuid])
    assert (place, one.delay, one.by_id) == (thread.place, timedelta(hours=3), world.members["trainer"])


def test_help_that_nobody_asked_for_counts_without_a_delay(acting, world) -> None:
    from lms.accounts.api import person
    from lms.messages.operations import open_thread

    ctx = acting("trainer")
    open_thread(ctx, person=person(ctx, world.members["learner"]), words=words("Comment va votre projet ?"))
    (row,) = ctx.session.scalars(select(StatementRow)).all()
    assert row.verb == RECEIVED.iri
    assert help_count(ctx).asked == 0


def test_a_thank_you_that_staff_settle_is_not_counted_as_help_asked(acting, clock) -> None:
    thread = asked(acting("learner"))
    answered(acting("trainer"), thread)
    clock.forward(minutes=5)
    answered(acting("learner"), thread, "Merci !")
    ctx = acting("trainer")
    assert len(answers_to_give(ctx)) == 1
    settle_help(ctx, thread_by_key(ctx, thread.key))
    assert not answers_to_give(ctx)
    rows = ctx.session.scalars(select(StatementRow).where(StatementRow.verb == ASKED.iri)).all()
    assert [row.voided_by is not None for row in rows] == [False, True]
    assert (help_count(ctx).asked, help_count(ctx).answered) == (1, 1)


def test_the_figures_of_the_pages_are_those_of_the_ledger(acting, platform, world, clock) -> None:
    _course, cohort, enrolment = learning(platform, world)
    for hours in (1, 5, 2):
        thread = asked(acting("learner"))
        clock.forward(hours=hours)
        answered(acting("trainer"), thread)
    asked(acting("learner"))
    ctx = acting("trainer")
    count = help_count(ctx, cohort_id=cohort.id)
    helps = [one for _place, one in helps_of(ctx, [enrolment.uuid])]
    assert count.asked == len(helps) == 4
    assert count.answered == sum(one.delay is not None for one in helps) == 3
    assert count.middle == timedelta(hours=2)


def test_the_bundle_says_when_and_how_fast_and_never_what(acting, platform, world, clock) -> None:
    _course, _cohort, enrolment = learning(platform, world)
    thread = asked(acting("learner"))
    clock.forward(minutes=90)
    answered(acting("trainer"), thread)
    asked(acting("learner"), "Une autre question")
    (file,) = help_files(acting("auditor"), [enrolment.id])
    text = b"".join(file.chunks).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[1] == ["23/11/2026 10:00", "", "23/11/2026 11:30", "2 h", "1,5", "Trainer Essai"]
    assert rows[2][2] == "(pas encore)"
    assert TEXT not in text
    assert "autre question" not in text


def test_who_asked_for_nothing_has_no_file(acting, platform, world) -> None:
    _course, _cohort, enrolment = learning(platform, world)
    assert list(help_files(acting("auditor"), [enrolment.id])) == []


def test_someone_stuck_in_an_activity_waits_worse_and_who_asks_again_worse_still(acting, platform, world) -> None:
    course, _cohort, _enrolment = learning(platform, world)
    asked(acting("company_head"))
    ctx = acting("learner")
    stuck = asked(ctx, place=place_at(ctx, play(ctx, course.keys["lesson"])))
    assert [wait.harm for wait in answers_to_give(acting("trainer"))] == [1.0, 2.0]
    answered(acting("learner"), stuck, "Vous êtes là ?")
    waits = answers_to_give(acting("trainer"))
    assert [wait.harm for wait in waits] == [1.0, 3.0]
    assert waits[1].title == "Learner Essai attend une réponse"
    assert "Vous êtes là ?" in waits[1].detail
    assert waits[1].membership_id == world.members["learner"]


def test_an_answer_that_leaves_tomorrow_waits_no_longer(acting, clock) -> None:
    thread = asked(acting("learner"))
    ctx = acting("trainer")
    write_later(ctx, thread_by_key(ctx, thread.key), words=words("Demain"), due_at=clock.now + timedelta(hours=12))
    assert not answers_to_give(ctx)
    write_message(ctx, thread_by_key(ctx, thread.key), words=words("Tout de suite"))


def test_what_waits_is_two_queries_for_one_thread_or_thirty(acting, count_queries) -> None:
    for many in (1, 29):
        for _ in range(many):
            asked(acting("learner"))
        ctx = acting("trainer")
        with count_queries() as sent:
            waits = answers_to_give(ctx)
        assert len([one for one in sent if one.startswith("SELECT")]) <= 2
    assert len(waits) == 30


def test_others_than_those_who_answer_have_nothing_waiting(acting) -> None:
    asked(acting("learner"))
    for who in ("coach", "manager", "learner", "auditor", "other_trainer"):
        assert not answers_to_give(acting(who)), who


def entry(number: int, minutes: int, verb: str, source: str) -> LedgerEntry:
    return LedgerEntry(
        id=number,
        verb=verb,
        activity="a",
        registration=None,
        membership_id=1,
        occurred_at=MOMENTS + timedelta(minutes=minutes),
        source=source,
        statement_id=str(number),
    )


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    some.lists(
        some.tuples(
            some.integers(0, 500), some.sampled_from([ASKED.iri, RECEIVED.iri]), some.sampled_from(list(Source))
        )
    ),
    some.randoms(),
)
def test_the_fold_needs_neither_order_nor_repeats_and_believes_staff_alone(said, chance) -> None:
    entries = [entry(number, *one) for number, one in enumerate(said)]
    shuffled = entries * 2
    chance.shuffle(shuffled)
    found = fold_help(shuffled)
    assert found == fold_help(entries)
    believed = sum(one.verb == RECEIVED.iri and one.source == Source.STAFF for one in entries)
    assert sum(one.given_at is not None for one in found) == believed
    assert all(one.delay is None or one.delay >= timedelta(0) for one in found)
