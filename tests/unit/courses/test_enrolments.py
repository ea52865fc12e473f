"""Groups and enrolments: who may enter, leave, come back, and what stays."""

from __future__ import annotations

import shutil
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.accounts.api import ensure_person, grant_role, grants_on, roles_of
from lms.contract.types import Role, Scope
from lms.courses.api import cohort_by_code, cohorts, import_content, publish_course
from lms.courses.api import create_cohort as create_by_api
from lms.courses.api import enrol as enrol_by_api
from lms.courses.catalogue import coverage_lines, lasting, minutes_of
from lms.courses.events import ActivityOpened, PersonEnrolled
from lms.courses.leaving import end_enrolment, resume_enrolment
from lms.courses.models import Cohort, Course, CourseVersion, Enrolment, EnrolmentChange, Opening
from lms.courses.operations import (
    CodeTaken,
    CohortIsClosed,
    ElsewhereAlready,
    NotPublished,
    WrongCode,
    assign_staff,
    change_cohort,
    close_cohort,
    create_cohort,
    enrol,
    move_enrolments,
    open_activity,
    release_staff,
    reopen_cohort,
)
from lms.courses.permissions import ENROL
from lms.courses.queries import enrolments_by_id, openings_of, way
from lms.courses.rosters import (
    cohort_list,
    cohort_people,
    cohort_row,
    everyone_in,
    member_ids,
    people_to_enrol,
    staff_to_assign,
)
from lms.courses.structure import structure
from lms.kernel.events import EventRow
from lms.kernel.rights import Forbidden, NotFound
from lms.xapi.models import StaleRow
from tests.factories.content import FIXTURE, open_cohort, publish_fixture


@pytest.fixture
def made(engine_name: Any, platform: Any, world: Any) -> Any:
    return publish_fixture(platform, world)


@pytest.fixture
def group(platform: Any, world: Any, made: Any) -> Any:
    return open_cohort(platform, world, made)


def row_of(ctx: Any, group: Any) -> Any:
    return cohort_row(ctx, group.key)


def newcomer(ctx: Any, number: Any, family: Any = "Nouveau") -> Any:
    return ensure_person(ctx, given_name=f"Personne{number:02}", family_name=family, email=f"n{number}@essai.test").id


def entered(ctx: Any, group: Any, *ids: Any) -> Any:
    return enrol(ctx, cohort=row_of(ctx, group), membership_ids=ids or [newcomer(ctx, 1)])


# ------------------------------------------------------------------------------------------------------------- groups


def test_a_code_names_one_group_of_an_organisation(
    acting: Any, made: Any, group: Any, platform: Any, world: Any
) -> None:
    theirs = publish_fixture(platform, world, who="other_manager")
    ctx = acting("manager")
    course = ctx.session.get_one(Course, made.id)
    with pytest.raises(CodeTaken):
        create_cohort(ctx, course=course, code="G1", name="Autre")
    for wrong in ("", "a", "é1", "a b", "x" * 41, "-a"):
        with pytest.raises(WrongCode):
            create_cohort(ctx, course=course, code=wrong, name="Autre")
    other = acting("other_manager")
    assert create_by_api(other, course=theirs, code="G1", name="Autre").code == "G1"
    assert [one.code for one in cohorts(other)] == ["G1"]


def test_only_leaders_create_and_close_groups(acting: Any, made: Any, group: Any) -> None:
    ctx = acting("trainer")
    with pytest.raises(Forbidden):
        create_cohort(ctx, course=ctx.session.get_one(Course, made.id), code="G2", name="Autre")
    with pytest.raises(Forbidden):
        close_cohort(ctx, cohort=row_of(ctx, group))
    change_cohort(ctx, cohort=row_of(ctx, group), name="Autre nom", place="")
    assert (row_of(ctx, group).name, row_of(ctx, group).place) == ("Autre nom", "")


def test_a_closed_group_takes_nobody_in_until_it_is_open_again(acting: Any, group: Any) -> None:
    ctx = acting("manager")
    close_cohort(ctx, cohort=row_of(ctx, group))
    with pytest.raises(CohortIsClosed):
        entered(ctx, group)
    reopen_cohort(ctx, cohort=row_of(ctx, group))
    assert len(entered(ctx, group)) == 1


def test_a_group_is_found_by_code_for_the_command_line(acting: Any, group: Any) -> None:
    assert cohort_by_code(acting("manager"), "G1") == group


# --------------------------------------------------------------------------------------------------------- enrolments


def test_who_enters_follows_the_version_in_force_and_becomes_a_learner(acting: Any, made: Any, group: Any) -> None:
    ctx = acting("trainer")
    person = newcomer(ctx, 1)
    found = entered(ctx, group, person)[0]
    assert (found.version_id, found.entered_at, found.course_id) == (made.version_id, ctx.now, made.id)
    assert roles_of(ctx, [person])[person] == (Role.LEARNER,)
    assert ctx.session.scalars(select(EnrolmentChange.kind)).all() == ["entered"]
    assert ctx.session.scalar(select(func.count()).where(EventRow.type == PersonEnrolled.type)) == 1


def test_entering_twice_changes_nothing(acting: Any, group: Any, world: Any) -> None:
    ctx = acting("trainer")
    first = entered(ctx, group, world.members["learner"])
    again = entered(ctx, group, world.members["learner"])
    assert [row.id for row in first] == [row.id for row in again]
    assert ctx.session.scalar(select(func.count()).select_from(Enrolment)) == 1
    assert roles_of(ctx, [world.members["learner"]])[world.members["learner"]] == (Role.LEARNER,)


def test_two_enrolments_of_one_person_at_once_give_one(engine_name: Any, platform: Any, world: Any, group: Any) -> None:
    together, failures = threading.Barrier(2), []

    def enter() -> None:
        together.wait()
        try:
            with platform.writing(world.organisation, world.members["trainer"]) as ctx:
                enrol_by_api(ctx, cohort=group, membership_ids=[world.members["learner"]])
        except Exception as failure:  # noqa: BLE001 - shown below
            failures.append(failure)

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(Enrolment)) == 1


def test_who_follows_the_course_elsewhere_is_named_and_nobody_enters(
    acting: Any, platform: Any, world: Any, made: Any, group: Any
) -> None:
    ctx = acting("manager")
    other = create_by_api(ctx, course=made, code="G2", name="Autre groupe")
    first, second = newcomer(ctx, 1), newcomer(ctx, 2)
    entered(ctx, other, first)
    with pytest.raises(ElsewhereAlready) as already:
        entered(ctx, group, first, second)
    assert already.value.names == ("Personne01 Nouveau",)
    assert ctx.session.scalar(select(func.count()).select_from(Enrolment)) == 1


def test_nobody_enters_a_course_that_is_not_published(engine_name: Any, acting: Any, platform: Any) -> None:
    ctx = acting("manager")
    import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    cohort = create_cohort(ctx, course=ctx.session.scalar(select(Course)), code="G1", name="Groupe")
    with pytest.raises(NotPublished):
        enrol(ctx, cohort=cohort, membership_ids=[newcomer(ctx, 1)])


def test_members_of_another_organisation_cannot_enter(acting: Any, group: Any, world: Any) -> None:
    ctx = acting("trainer")
    with pytest.raises(NotFound):
        entered(ctx, group, world.members["other_learner"])
    with pytest.raises(NotFound):
        member_ids(ctx, ["zzzzzzzzzz"])


def test_another_organisation_and_learners_enrol_nobody(acting: Any, group: Any, world: Any) -> None:
    for who in ("other_trainer", "learner"):
        with pytest.raises(NotFound):
            cohort_row(acting(who), group.key)
    ctx = acting("auditor")
    with pytest.raises(Forbidden):
        enrol(ctx, cohort=row_of(ctx, group), membership_ids=[world.members["learner"]])


def test_an_enrolment_ends_for_a_reason_and_may_be_taken_up_again(acting: Any, group: Any, clock: Any) -> None:
    ctx = acting("trainer")
    found = entered(ctx, group)[0]
    with pytest.raises(NotFound):
        end_enrolment(ctx, enrolment=found, reason="bored")
    clock.forward(days=3)
    end_enrolment(ctx, enrolment=found, reason="testing")
    ended = found.ended_at
    clock.forward(days=1)
    end_enrolment(ctx, enrolment=found, reason="employed")
    assert (found.ended_at, found.end_reason) == (ended, "testing")
    for _twice in range(2):
        resume_enrolment(ctx, enrolment=found)
    assert (found.ended_at, found.end_reason) == (None, "")
    assert ctx.session.scalars(select(EnrolmentChange.kind).order_by(EnrolmentChange.id)).all() == [
        "entered",
        "ended",
        "resumed",
    ]


def test_who_had_left_the_group_takes_it_up_again_by_entering(acting: Any, group: Any) -> None:
    ctx = acting("trainer")
    found = entered(ctx, group)[0]
    end_enrolment(ctx, enrolment=found, reason="lost_touch")
    again = entered(ctx, group, found.membership_id)
    assert [row.id for row in again] == [found.id]
    assert found.ended_at is None


def test_a_trainers_word_opens_an_activity_once(acting: Any, group: Any, made: Any) -> None:
    ctx = acting("trainer")
    found = entered(ctx, group)[0]
    quiz = next(key for key, info in structure(ctx, made.version_id).activities.items() if info.type == "quiz")
    for _twice in range(2):
        open_activity(ctx, enrolment=found, activity_key=quiz)
        ctx.session.flush()
    assert openings_of(ctx, found.id) == {quiz}
    assert ctx.session.scalar(select(Opening.opened_by_id)) == ctx.actor.membership_id
    assert ctx.session.scalar(select(func.count()).where(EventRow.type == ActivityOpened.type)) == 1
    with pytest.raises(NotFound):
        open_activity(ctx, enrolment=found, activity_key="zzzzzzzzzz")


def test_enrolments_move_to_a_newer_version_and_their_figures_are_stale(
    acting: Any, platform: Any, group: Any, made: Any, tmp_path: Any
) -> None:
    ctx = acting("manager")
    found = entered(ctx, group)[0]
    ctx.session.commit()
    folder = shutil.copytree(FIXTURE, tmp_path / "course")
    lesson = folder / "premiers-pas/01-bonjour.md"
    lesson.write_text(lesson.read_text().replace("minutes: 15", "minutes: 25"))
    import_content(ctx, folder, data_dir=platform.settings.data_dir)
    newer = publish_course(ctx, "essai")
    assert found.version_id == made.version_id
    version = ctx.session.get_one(CourseVersion, newer.version_id)
    assert move_enrolments(ctx, enrolments=[found], version=version) == 1
    assert move_enrolments(ctx, enrolments=[found], version=version) == 0
    assert found.version_id == newer.version_id
    stale = ctx.session.scalar(select(func.count()).select_from(StaleRow).where(StaleRow.figure == "progress"))
    assert stale == len(structure(ctx, newer.version_id).activities)
    assert ctx.session.scalars(select(EnrolmentChange.kind).order_by(EnrolmentChange.id)).all() == ["entered", "moved"]


def test_a_coach_moves_nobody(acting: Any, group: Any, made: Any) -> None:
    ctx = acting("coach")
    found = entered(ctx, group)[0]
    columns = {"title": "x", "language": "fr", "head": {}, "coverage": [], "glossary": []}
    other = CourseVersion(course_id=made.id, number=9, state="published", published_at=ctx.now, **columns)
    ctx.session.add(other)
    ctx.session.flush()
    with pytest.raises(Forbidden):
        move_enrolments(ctx, enrolments=[found], version=other)


# --------------------------------------------------------------------------------------------------------------- team


def test_a_trainer_of_one_group_sees_that_group_alone(
    acting: Any, platform: Any, world: Any, made: Any, group: Any, clock: Any
) -> None:
    ctx = acting("manager")
    other = create_by_api(ctx, course=made, code="G2", name="Autre groupe")
    visitor = newcomer(ctx, 9)
    for _twice in range(2):
        assign_staff(
            ctx,
            cohort=row_of(ctx, group),
            membership_id=visitor,
            role=Role.TRAINER,
            ends_at=ctx.now + timedelta(days=10),
        )
    entered(ctx, group, world.members["learner"])
    assert len(grants_on(ctx, scope=Scope.COHORT, scope_id=group.id)) == 1
    ctx.session.commit()
    with platform.writing(world.organisation, visitor) as theirs:
        assert [line.key for line in cohort_list(theirs).lines] == [group.key]
        with pytest.raises(NotFound):
            cohort_row(theirs, other.key)
        assert len(cohort_people(theirs, cohort_row(theirs, group.key)).lines) == 1
        with pytest.raises(Forbidden):
            assign_staff(theirs, cohort=cohort_row(theirs, group.key), membership_id=visitor, role=Role.COACH)
        assert not theirs.holds_everywhere(ENROL)
    clock.forward(days=11)
    with platform.reading(world.organisation, visitor) as theirs:
        assert cohort_list(theirs).lines == []


def test_who_is_released_no_longer_sees_the_group(acting: Any, platform: Any, world: Any, group: Any) -> None:
    ctx = acting("manager")
    visitor = newcomer(ctx, 9)
    assign_staff(ctx, cohort=row_of(ctx, group), membership_id=visitor, role=Role.COACH)
    held = grants_on(ctx, scope=Scope.COHORT, scope_id=group.id)[0]
    assert (held.name, held.role) == ("Personne09 Nouveau", Role.COACH)
    release_staff(ctx, cohort=row_of(ctx, group), grant_key=held.key)
    assert grants_on(ctx, scope=Scope.COHORT, scope_id=group.id) == []
    with pytest.raises(NotFound):
        assign_staff(ctx, cohort=row_of(ctx, group), membership_id=visitor, role=Role.MANAGER)
    with pytest.raises(NotFound):
        assign_staff(ctx, cohort=row_of(ctx, group), membership_id=world.members["other_trainer"], role=Role.COACH)


# -------------------------------------------------------------------------------------------------------------- lists


def test_lists_are_paged_and_those_who_left_come_last(acting: Any, group: Any) -> None:
    ctx = acting("trainer")
    found = entered(ctx, group, *(newcomer(ctx, number) for number in range(53)))
    end_enrolment(ctx, enrolment=found[0], reason="created")
    ctx.session.flush()
    first, second = (cohort_people(ctx, row_of(ctx, group), number=number) for number in (1, 2))
    assert (len(first.lines), len(second.lines), first.total, first.pages) == (50, 3, 53, 2)
    assert second.lines[-1].end_reason == "created"
    assert (first.lines[0].name, first.lines[0].done, first.lines[0].total) == ("Personne01 Nouveau", 0, 3)
    assert len(list(everyone_in(ctx, row_of(ctx, group)))) == 53


def test_people_to_enrol_are_found_by_name_without_accents(acting: Any, group: Any, world: Any) -> None:
    ctx = acting("trainer")
    newcomer(ctx, 1, family="Élan")
    assert [name for _key, name in people_to_enrol(ctx, row_of(ctx, group), search="elan personne")] == [
        "Personne01 Élan"
    ]
    entered(ctx, group, newcomer(ctx, 1, family="Élan"))
    assert people_to_enrol(ctx, row_of(ctx, group), search="élan") == []
    assert people_to_enrol(ctx, row_of(ctx, group), search="100%_") == []


def test_staff_are_proposed_for_a_group_and_anyone_by_name(acting: Any, group: Any) -> None:
    ctx = acting("manager")
    assert "Trainer Essai" in [name for _key, name in staff_to_assign(ctx)]
    assert "Learner Essai" not in [name for _key, name in staff_to_assign(ctx)]
    assert [name for _key, name in staff_to_assign(ctx, search="learner")] == ["Learner Essai"]


def test_a_course_says_how_its_time_divides_and_what_it_covers(acting: Any, made: Any) -> None:
    ctx = acting("trainer")
    whole = structure(ctx, made.version_id)
    minutes = minutes_of(whole)
    assert (minutes.remote, minutes.together, minutes.total) == (37, 90, 127)
    assert [lasting(one).replace("\xa0", " ") for one in (37, 60, 90)] == ["37 min", "1 h", "1 h 30"]
    assert [(line.criterion, line.title, line.minimum) for line in coverage_lines(whole)] == [
        ("PP1.1", "Atelier du mardi", None),
        ("PP1.2", "Je vérifie mon prix · Le prix", 0.7),
    ]


def test_a_path_follows_what_was_opened(acting: Any, group: Any, made: Any) -> None:
    ctx = acting("trainer")
    found = entered(ctx, group)[0]
    quiz = next(key for key, info in structure(ctx, made.version_id).activities.items() if info.type == "quiz")
    closed = way(ctx, enrolments_by_id(ctx, [found.id])[found.id])
    assert {step.info.key for step in closed.steps() if step.state == "closed"} >= {quiz}
    open_activity(ctx, enrolment=found, activity_key=quiz)
    ctx.session.flush()
    opened = way(ctx, enrolments_by_id(ctx, [found.id])[found.id])
    assert quiz not in {step.info.key for step in opened.steps() if step.state == "closed"}


def test_a_learners_grant_is_given_once(acting: Any, group: Any) -> None:
    ctx = acting("trainer")
    person = newcomer(ctx, 1)
    grant_role(ctx, membership_id=person, role=Role.LEARNER, scope=Scope.PERSON)
    entered(ctx, group, person)
    assert roles_of(ctx, [person])[person] == (Role.LEARNER,)
    assert ctx.session.scalar(select(func.count()).select_from(Cohort)) == 1
