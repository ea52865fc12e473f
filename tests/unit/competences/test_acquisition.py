"""From statements to acquisitions, through the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.accounts.api import members
from lms.competences.api import ACQUIRED, BEGUN, EXPIRED, NOT_YET, acquisitions
from lms.competences.documents import document
from lms.competences.models import Acquisition, Coverage, Pin
from lms.competences.operations import publish_framework
from lms.competences.queries import my_blocks, my_skill
from lms.contract.types import Source
from lms.courses.api import enrolments_by_id
from lms.courses.models import ActivityRow, CourseVersion, Enrolment, ModuleRow
from lms.courses.operations import move_enrolments
from lms.xapi.api import COMPLETED, check, refold_stale, stale_count, submit
from tests.factories.competences import FRAMEWORK, covered_course, publish_hooks, say_of, scored, validated
from tests.factories.courses import enrol, make_cohort, make_course, right_answers


@pytest.fixture
def place(platform, world):
    """(course, enrolment of the learner), committed."""
    with platform.writing(world.organisation) as ctx:
        course = covered_course(ctx)
        return course, enrol(ctx, make_cohort(ctx, course), membership_id=world.members["learner"])


def states(ctx, enrolment):
    found = acquisitions(ctx, [enrolment.membership_id], version_id=enrolment.version_id)[enrolment.membership_id]
    return {info.competence.code: info.state for info in found}


def one(ctx, enrolment, code):
    found = acquisitions(ctx, [enrolment.membership_id], version_id=enrolment.version_id)[enrolment.membership_id]
    return next(info for info in found if info.competence.code == code)


def differences(ctx):
    figure = next(one for one in ctx.registry.figures if one.name == "acquisition")
    return list(check(ctx, figure))


def test_a_published_version_pins_the_framework_and_its_coverage(engine_name, platform, world, place):
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalar(select(Pin.course_version_id)) == place[0].version_id
        assert len(ctx.session.scalars(select(Coverage)).all()) == 4


def test_blocks_that_the_course_does_not_work_on_are_left_out(engine_name, platform, world, place):
    with platform.reading(world.organisation) as ctx:
        assert states(ctx, place[1]) == {"PP1": NOT_YET, "PP2": NOT_YET, "PP3": NOT_YET}


def test_a_passed_quiz_and_a_trainers_word_make_an_acquisition(engine_name, platform, world, place, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["graded_pool"], 0.8)
        assert states(ctx, enrolment)["PP1"] == BEGUN
        clock.forward(days=2)
        validated(ctx, enrolment, course.keys["session"], by=world.members["trainer"])
        info = one(ctx, enrolment, "PP1")
        assert (info.state, info.reached_at) == (ACQUIRED, clock.now)
        assert info.criteria[0].proofs[0].by == world.members["trainer"]
        assert info.criteria[1].proofs[0].scaled == 0.8
        assert info.course_version_ids == (course.version_id,)
        assert not differences(ctx)


def test_the_quiz_itself_feeds_its_pool(engine_name, platform, world, place):
    course, enrolment = place
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        payload = {"activity": course.keys["quiz"], "attempt": 1, "answers": right_answers(course)}
        assert submit(ctx, kind="quiz.answer", payload=payload).outcome == "accepted"
        criterion = one(ctx, enrolment, "PP1").criteria[1]
        assert (criterion.proofs or (criterion.nearest,))[0].activity == course.keys["graded_pool"]
        assert not differences(ctx)


def test_what_the_learner_says_alone_counts_for_nothing(engine_name, platform, world, place):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        say_of(ctx, enrolment, course.keys["session"], verb=COMPLETED, source=Source.LEARNER_DEVICE, scaled=1.0)
        info = one(ctx, enrolment, "PP1")
        assert info.met == 0
        assert info.criteria[0].own_view is not None


def test_a_worse_retry_takes_nothing_away(engine_name, platform, world, place, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
        reached = one(ctx, enrolment, "PP2").reached_at
        clock.forward(days=1)
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.1)
        assert (one(ctx, enrolment, "PP2").state, one(ctx, enrolment, "PP2").reached_at) == (ACQUIRED, reached)


def test_voiding_the_proof_takes_it_away(engine_name, platform, world, place, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        validated(ctx, enrolment, course.keys["session"], by=world.members["trainer"])
        scored(ctx, enrolment, course.keys["graded_pool"], 0.8)
        assert states(ctx, enrolment)["PP1"] == ACQUIRED
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        payload = {"activity": course.keys["session"], "enrolments": [enrolment.key]}
        assert submit(ctx, kind="session.invalidate", payload=payload).outcome == "accepted"
        info = one(ctx, enrolment, "PP1")
        assert (info.state, info.reached_at, info.met) == (BEGUN, None, 1)
        assert not differences(ctx)


def test_expiry_takes_it_away_and_says_so(engine_name, platform, world, place, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
        assert one(ctx, enrolment, "PP2").state == ACQUIRED
        clock.forward(days=366)
        info = one(ctx, enrolment, "PP2")
        assert info.state == EXPIRED
        assert info.expires_at < clock.now
        scored(ctx, enrolment, course.keys["quiz"], 0.9)
        info = one(ctx, enrolment, "PP2")
        assert (info.state, info.reached_at) == (ACQUIRED, clock.now)
        assert len(info.earlier) == 1


def test_moving_an_enrolment_computes_again_under_the_new_version(engine_name, platform, world, place, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["graded_pool"], 0.8)
        publish_framework(ctx, document(FRAMEWORK.replace("version: '1'", "version: '2'")))
        keys = {name: key for name, key in course.keys.items() if name != "course"}
        stricter = [{"criterion": "PP1.2", "activity": "@graded_pool", "minimum": 0.9}]
        newer = make_course(ctx, slug="suite", framework="essai", coverage=stricter, keys=keys)
        publish_hooks(ctx, newer.version_id)
        assert stale_count(ctx) == 0
        ctx.session.get_one(Enrolment, enrolment.id).version_id = newer.version_id
        ctx.session.flush()
        ctx.registry.enrolment_moved(ctx, [enrolment.id])
        assert stale_count(ctx) == 2, "what the old version had, and what the new one may have"
        refold_stale(ctx)
        found = acquisitions(ctx, [enrolment.membership_id], version_id=newer.version_id)[enrolment.membership_id]
        assert found[0].framework_version == "2"
        assert found[0].criteria[1].nearest.scaled == 0.8, "not enough any more, and shown"
        assert len(ctx.session.scalars(select(Acquisition)).all()) == 1
        assert not differences(ctx)


@pytest.fixture
def newer(platform, world):
    """Publish another version of the course, move the learner to it, compute; returns the enrolment as it is now."""

    def publish(course, enrolment, coverage, *, number=2, framework=None):
        with platform.writing(world.organisation, world.members["manager"]) as ctx:
            if framework:
                publish_framework(ctx, document(framework))
            keys = {f"@{name}": key for name, key in course.keys.items()}
            first = ctx.session.get_one(CourseVersion, course.version_id)
            version = CourseVersion(
                course_id=course.id, number=number, state="published", published_at=ctx.now, title=first.title,
                language="fr", framework="essai", head=first.head, glossary=[],
                coverage=[{**line, "activity": keys[line["activity"]]} for line in coverage],
            )  # fmt: skip
            ctx.session.add(version)
            ctx.session.flush()
            copy_activities(ctx, course.version_id, version.id)
            publish_hooks(ctx, version.id)
            return move(ctx, enrolment, version)

    return publish


def copy_activities(ctx, before, after):
    for model in (ModuleRow, ActivityRow):
        for row in ctx.session.scalars(select(model).where(model.version_id == before)).all():
            left_out = {"id", "version_id", "module_id"}
            values = {one.key: getattr(row, one.key) for one in model.__table__.columns if one.key not in left_out}
            if model is ActivityRow:
                key = ctx.session.get_one(ModuleRow, row.module_id).key
                same = ModuleRow.version_id == after, ModuleRow.key == key
                values["module_id"] = ctx.session.scalars(select(ModuleRow.id).where(*same)).one()
            ctx.session.add(model(version_id=after, **values))
        ctx.session.flush()


def move(ctx, enrolment, version):
    move_enrolments(ctx, enrolments=[ctx.session.get_one(Enrolment, enrolment.id)], version=version)
    refold_stale(ctx)
    assert stale_count(ctx) == 0
    assert not differences(ctx)
    return enrolments_by_id(ctx, [enrolment.id])[enrolment.id]


ELSEWHERE = [{"criterion": "AR1.1", "activity": "@quiz", "minimum": 0.8}]
STRICTER = [{"criterion": "PP2.1", "activity": "@limited_quiz", "minimum": 0.95}]


def test_a_move_takes_no_acquisition_away(engine_name, platform, world, place, newer, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
        before = one(ctx, enrolment, "PP2")
    clock.forward(days=2)
    moved = newer(course, enrolment, STRICTER)
    with platform.reading(world.organisation) as ctx:
        after = one(ctx, moved, "PP2")
        assert (after.state, after.reached_at) == (ACQUIRED, before.reached_at)
        assert [proof.statement_id for proof in after.criteria[0].proofs] == [
            proof.statement_id for proof in before.criteria[0].proofs
        ]
        assert after.course_version_ids == (course.version_id, moved.version_id)
    with platform.reading(world.organisation, world.members["learner"]) as ctx:
        assert my_skill(ctx, "PP2").criteria[0].is_met


def test_what_comes_after_a_move_counts_under_the_new_version(engine_name, platform, world, place, newer, clock):
    course, enrolment = place
    early = clock.now + timedelta(hours=1)
    clock.forward(days=2)
    moved = newer(course, enrolment, STRICTER)
    clock.forward(days=1)
    with platform.writing(world.organisation) as ctx:
        scored(ctx, moved, course.keys["limited_quiz"], 0.9)
        assert one(ctx, moved, "PP2").state == BEGUN
        scored(ctx, moved, course.keys["limited_quiz"], 0.6, at=early)
        info = one(ctx, moved, "PP2")
        assert (info.state, info.reached_at) == (ACQUIRED, early), "done before the move, delivered after it"
        assert not differences(ctx)


def test_what_the_new_version_no_longer_works_on_stays_acquired(engine_name, platform, world, place, newer, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
    clock.forward(days=2)
    newer(course, enrolment, ELSEWHERE)
    with platform.reading(world.organisation, world.members["learner"]) as ctx:
        assert {info.info.competence.code: info.info.state for block in my_blocks(ctx) for info in block.skills} == {
            "PP1": NOT_YET, "PP2": ACQUIRED, "PP3": NOT_YET, "AR1": NOT_YET,
        }  # fmt: skip


def test_the_same_criterion_of_a_newer_framework_is_met_already(engine_name, platform, world, place, newer, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
        scored(ctx, enrolment, course.keys["graded_pool"], 0.9)
        before = one(ctx, enrolment, "PP2")
    text = FRAMEWORK.replace("version: '1'", "version: '2'").replace("Relie un moment", "Raconte un moment")
    clock.forward(days=2)
    moved = newer(course, enrolment, [*ELSEWHERE, STRICTER[0]], framework=text)
    with platform.reading(world.organisation) as ctx:
        found = {code: one(ctx, moved, code) for code in ("PP1", "PP2")}
        assert found["PP2"].framework_version == "2"
        assert (found["PP2"].state, found["PP2"].reached_at) == (ACQUIRED, before.reached_at)
        assert found["PP1"].state == NOT_YET, "another thing is observed under the same code"
        old = before.competence.id, found["PP2"].competence.id
        assert set(ctx.session.scalars(select(Acquisition.competence_id))) >= set(old)


def test_voiding_what_an_older_version_counted_takes_it_away(engine_name, platform, world, place, newer, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        validated(ctx, enrolment, course.keys["session"], by=world.members["trainer"])
        scored(ctx, enrolment, course.keys["graded_pool"], 0.8)
    clock.forward(days=1)
    moved = newer(course, enrolment, [{"criterion": "PP1.2", "activity": "@graded_pool", "minimum": 0.9}])
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        assert one(ctx, moved, "PP1").state == ACQUIRED
        payload = {"activity": course.keys["session"], "enrolments": [moved.key]}
        assert submit(ctx, kind="session.invalidate", payload=payload).outcome == "accepted"
        assert (one(ctx, moved, "PP1").state, one(ctx, moved, "PP1").met) == (BEGUN, 1)
        assert not differences(ctx)


def test_going_there_and_back_loses_nothing(engine_name, platform, world, place, newer, clock):
    course, enrolment = place
    clock.forward(days=1)
    moved = newer(course, enrolment, [{"criterion": "PP2.2", "activity": "@session"}])
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        validated(ctx, moved, course.keys["session"], by=world.members["trainer"])
        clock.forward(days=1)
        back = move(ctx, moved, ctx.session.get_one(CourseVersion, course.version_id))
        assert (back.version_id, one(ctx, back, "PP2").state) == (course.version_id, ACQUIRED)


def test_entering_twice_counts_once(engine_name, platform, world, place, clock):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9, at=clock.now - timedelta(days=3))
        cohort = make_cohort(ctx, course, code="ESSAI-2")
        again = enrol(ctx, cohort, membership_id=enrolment.membership_id)
        refold_stale(ctx)
        assert states(ctx, again)["PP2"] == ACQUIRED
        assert len(ctx.session.scalars(select(Acquisition)).all()) == 1
        assert one(ctx, again, "PP2").reached_at == clock.now, "never before the first entry"


def test_a_batch_of_people_takes_few_queries(engine_name, platform, world, place, clock):
    course, enrolment = place
    figure = next(one for one in platform.registry.figures if one.name == "acquisition")
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
        who = members(ctx, [enrolment.membership_id])[enrolment.membership_id]
        keys = [(who.uuid, str(row)) for row in ctx.session.scalars(select(Acquisition.competence_id))]
        assert keys
        assert figure.compute(ctx, keys) == figure.stored(ctx, keys)


def test_another_organisation_has_none_of_it(engine_name, platform, world, place):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
    with platform.reading(world.other_organisation) as ctx:
        assert ctx.session.scalars(select(Acquisition)).all() == []
        assert acquisitions(ctx, [enrolment.membership_id], version_id=course.version_id) == {
            enrolment.membership_id: []
        }


def test_personal_data_and_erasure(engine_name, platform, world, place):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
        held = [one for one in ctx.registry.personal_data(ctx, enrolment.membership_id) if "savez faire" in one.title]
        assert next(iter(held[0].rows))["Code"] == "PP2"
        ctx.registry.erase_personal_data(ctx, enrolment.membership_id, frozenset({"evidence"}))
        assert ctx.session.scalars(select(Acquisition)).all() == []
