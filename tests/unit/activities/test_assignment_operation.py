"""What a work says in the ledger, and what a grade proves."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from lms.accounts.api import actor_of
from lms.activities.assignment.evidence import works
from lms.activities.assignment.kind import KIND
from lms.activities.assignment.models import Grade, Piece, Work, WorkVersion
from lms.activities.assignment.operations import keep_pieces
from lms.activities.assignment.tasks import remove_erased
from lms.contract.types import LedgerEntry
from lms.courses.api import cohorts_by_id, progress_of
from lms.courses.folds import fold_progress
from lms.kernel.events import EventRow
from lms.kernel.media import Prepared
from lms.xapi.api import FAILED, PASSED, SUBMITTED, Outcome, submit
from lms.xapi.models import StatementRow
from tests.factories.asking import WORK, asking
from tests.factories.courses import enrol, make_cohort, make_course


@pytest.fixture
def bench(acting, world):
    ctx = acting("manager")
    course = make_course(ctx, modules=asking(WORK), coverage=())
    enrolment = enrol(ctx, make_cohort(ctx, course), membership_id=world.members["learner"])
    ctx.session.commit()
    return Bench(acting, world, course, enrolment)


class Bench:
    def __init__(self, acting, world, course, enrolment) -> None:
        self.acting, self.world, self.course, self.enrolment = acting, world, course, enrolment

    def hand_in(self, text="Voilà.", **more):
        ctx = self.acting("learner")
        reply = submit(
            ctx, kind="assignment.hand_in", payload={"activity": self.course.keys["work"], "text": text, **more}
        )
        ctx.session.commit()
        return reply

    def grade(self, *marks, who="trainer", number=1, seen=0, for_whom="learner", **more):
        ctx = self.acting(who)
        work = ctx.session.scalar(select(Work))
        given = {self.course.keys[name]: mark for name, mark in zip(("cost", "time"), marks, strict=False)}
        theirs = ctx.acting_for(actor_of(ctx, self.world.members[for_whom]))
        payload = {"work": work.key, "number": number, "seen": seen, "marks": given, **more}
        reply = submit(theirs, kind="assignment.grade", payload=payload)
        ctx.session.commit()
        return reply

    def said(self):
        ctx = self.acting("manager")
        return ctx.session.scalars(select(StatementRow).order_by(StatementRow.id)).all()

    def figure(self):
        ctx = self.acting("manager")
        return progress_of(ctx, self.enrolment.id).get(self.course.keys["work"])


def test_what_is_handed_in_waits(engine_name, bench):
    bench.hand_in()
    assert (bench.figure().status, bench.figure().attempts) == ("waiting", 1)
    (said,) = bench.said()
    assert (said.verb, said.source) == ("http://activitystrea.ms/schema/1.0/submit", "learner_device")
    assert "Voilà" not in said.raw


def test_a_grade_is_said_by_staff_with_the_trainer_as_instructor(engine_name, bench, clock):
    bench.hand_in()
    clock.forward(hours=1)
    bench.grade("yes", "partly", comment="Très bien, Fatou.")
    _handed, whole, cost, time = bench.said()
    assert (whole.verb.rpartition("/")[2], whole.source, whole.scaled, whole.success) == ("passed", "staff", 0.75, True)
    assert whole.instructor_id == bench.world.members["trainer"]
    assert whole.membership_id == bench.world.members["learner"]
    assert json.loads(whole.raw)["context"]["registration"] == bench.enrolment.uuid
    assert [(one.scaled, json.loads(one.raw)["result"]["response"]) for one in (cost, time)] == [
        (1.0, "yes"),
        (0.5, "partly"),
    ]
    assert "Fatou" not in "".join(one.raw for one in (whole, cost, time))
    assert (bench.figure().status, bench.figure().best) == ("done", 0.75)


def test_below_what_is_asked_it_is_to_do_again(engine_name, bench, clock):
    bench.hand_in()
    clock.forward(hours=1)
    bench.grade("yes", "no")
    assert (bench.figure().status, bench.figure().best) == ("started", 0.5)
    clock.forward(hours=1)
    bench.hand_in("Encore.")
    assert (bench.figure().status, bench.figure().attempts) == ("waiting", 2)


def test_a_corrected_grade_takes_back_what_the_first_one_said(engine_name, bench, clock):
    bench.hand_in()
    clock.forward(hours=1)
    bench.grade("yes", "yes")
    assert bench.figure().status == "done"
    clock.forward(hours=1)
    bench.grade("no", "no", who="coach", seen=1)
    assert bench.figure().status == "started"
    ctx = bench.acting("manager")
    assert [one.number for one in ctx.session.scalars(select(Grade).order_by(Grade.id))] == [1, 2]
    assert ctx.session.scalar(select(Work)).accepted_number is None


def test_a_worse_second_version_leaves_the_first_one_accepted(engine_name, bench, clock):
    bench.hand_in()
    bench.grade("yes", "yes")
    clock.forward(hours=1)
    bench.hand_in("Pire.")
    clock.forward(hours=1)
    bench.grade("no", "no", number=2)
    ctx = bench.acting("manager")
    assert ctx.session.scalar(select(Work)).accepted_number == 1
    assert bench.figure().status == "done"


@pytest.mark.parametrize("who", ["learner", "auditor", "company_head", "other_trainer"])
def test_a_role_too_low_grades_nothing(engine_name, bench, who):
    bench.hand_in()
    ctx = bench.acting("manager")
    key = ctx.session.scalar(select(Work)).key
    ctx = bench.acting(who)
    marks = {bench.course.keys[name]: "yes" for name in ("cost", "time")}
    reply = submit(ctx, kind="assignment.grade", payload={"work": key, "number": 1, "seen": 0, "marks": marks})
    assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "not_allowed")


def test_nobody_grades_in_the_name_of_someone_else(engine_name, bench):
    bench.hand_in()
    assert bench.grade("yes", "yes", for_whom="company_head").reason == "unreadable"
    assert not bench.acting("manager").session.scalars(select(Grade)).all()


@pytest.mark.parametrize("marks", [(), ("yes",), ("yes", "perhaps")])
def test_marks_that_are_missing_or_strange_are_refused(engine_name, bench, marks):
    bench.hand_in()
    assert bench.grade(*marks).reason == "marks_missing"


@pytest.mark.parametrize(
    ("text", "reason"), [("", "nothing_sent"), ("  \x00 ", "nothing_sent"), ("a" * 20_001, "too_long")]
)
def test_nothing_and_too_much_are_refused(engine_name, bench, text, reason):
    assert bench.hand_in(text).reason == reason


def test_someone_elses_photo_cannot_be_claimed_by_an_outbox(engine_name, bench, tmp_path):
    """What comes with an act is found by who sent it and its intent, never by a key in the payload."""
    name = str(uuid.uuid4())
    ctx = bench.acting("learner")
    prepared = Prepared("photo", "a.webp", b"RIFF0000WEBPxxxx")
    keep_pieces(ctx, tmp_path, intent_id=name, prepared=[prepared])
    ctx.session.commit()
    ctx = bench.acting("manager")
    enrol(ctx, bench_cohort(ctx, bench), membership_id=bench.world.members["company_head"])
    ctx.session.commit()
    ctx = bench.acting("learner")
    other = replace(
        ctx, actor=actor_of(ctx, bench.world.members["company_head"]),
        grants=tuple(replace(one, scope_id=bench.world.members["company_head"]) for one in ctx.grants),
    )  # fmt: skip
    reply = submit(other, kind="assignment.hand_in", payload={"activity": bench.course.keys["work"]}, intent_id=name)
    assert reply.reason == "nothing_sent"
    assert ctx.session.scalar(select(Piece)).version_id is None


def bench_cohort(ctx, bench):
    return cohorts_by_id(ctx, [bench.enrolment.cohort_id])[bench.enrolment.cohort_id]


def test_the_bundle_tells_versions_grades_and_words(engine_name, bench):
    bench.hand_in("Ma robe.")
    bench.grade("yes", "yes", comment="Très bien.")
    (file,) = works(bench.acting("manager"), [bench.enrolment.id])
    told = json.loads(b"".join(file.chunks))
    assert file.path == "travaux.json"
    assert told[0]["versions"][0]["text"] == "Ma robe."
    assert told[0]["versions"][0]["grades"][0]["by"] == "Trainer Essai"
    assert told[0]["versions"][0]["grades"][0]["criteria"][0] == {"text": "Le prix couvre le coût", "mark": "yes"}


def test_erasing_someone_takes_their_works_and_what_was_said_of_them(engine_name, bench):
    bench.hand_in("Ma robe.")
    bench.grade("yes", "yes", comment="Très bien.")
    ctx = bench.acting("manager")
    ctx.registry.erase_personal_data(ctx, bench.world.members["learner"], frozenset({"account"}))
    assert ctx.session.scalars(select(Work)).all()
    ctx.registry.erase_personal_data(ctx, bench.world.members["learner"], frozenset({"evidence"}))
    for model in (Work, WorkVersion, Grade, Piece):
        assert not ctx.session.scalars(select(model)).all()


def test_erasing_takes_the_bytes_of_photos_off_the_disk(engine_name, bench, platform):
    folder = platform.settings.data_dir
    ctx = bench.acting("learner")
    prepared = Prepared("photo", "a.webp", b"RIFF0000WEBPonly-mine")
    keep_pieces(ctx, folder, intent_id=str(uuid.uuid4()), prepared=[prepared])
    ctx.session.commit()
    ctx = bench.acting("manager")
    (kept,) = [one for one in (folder / "files" / str(ctx.here.id)).iterdir() if one.read_bytes() == prepared.full]
    assert "a.webp" in {
        file.name for one in ctx.registry.personal_data(ctx, bench.world.members["learner"]) for file in one.files
    }
    os.utime(kept, (0, 0))  # the test's clock and the disk's do not agree
    ctx.registry.erase_personal_data(ctx, bench.world.members["learner"], frozenset({"evidence"}))
    told = ctx.session.scalars(select(EventRow).where(EventRow.type == "assignment.bytes_forgotten")).one()
    here, data = ctx.here.id, told.data
    ctx.session.commit()
    remove_erased(platform, SimpleNamespace(organisation_id=here, arguments=data))
    assert not kept.exists()


def test_waiting_follows_from_the_set_whatever_the_order() -> None:
    """The fold's law, for the new word: the last to speak is the person, or staff."""
    at = datetime(2026, 11, 23, tzinfo=UTC)

    def one(number, verb, source, **values):
        when = at + timedelta(hours=number)
        return LedgerEntry(
            number, verb.iri, "a", "r", 1, when, source, statement_id=str(number), attempt=str(number), **values
        )

    handed, failed = one(1, SUBMITTED, "learner_device"), one(2, FAILED, "staff", scaled=0.2)
    again, passed = one(3, SUBMITTED, "learner_device"), one(4, PASSED, "staff", scaled=0.9)
    story = [
        ([handed], "waiting"),
        ([handed, failed], "started"),
        ([handed, failed, again], "waiting"),
        ([handed, failed, again, passed], "done"),
    ]
    for said, status in story:
        for mixed in permutations(said):
            assert fold_progress(mixed, KIND.believes, entered_at=at).status == status
