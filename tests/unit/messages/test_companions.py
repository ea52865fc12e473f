"""Who accompanies whom."""

from __future__ import annotations

import pytest

from lms.accounts.models import GrantRow
from lms.contract.types import Role, Scope
from lms.messages.companions import candidates_for, chosen_companion, companions_of
from tests.factories.courses import enrol, make_cohort, make_course
from tests.factories.messages import answered, asked, newcomer


@pytest.fixture
def group(platform, world):
    with platform.writing(world.organisation) as ctx:
        cohort = make_cohort(ctx, make_course(ctx))
        enrol(ctx, cohort, membership_id=world.members["learner"])
    return cohort


def names(found) -> list[str]:
    return [one.name for one in found]


def test_without_anyone_nearer_the_organisations_trainers_and_coaches(acting, world, group) -> None:
    assert names(companions_of(acting("learner"), world.members["learner"])) == ["Trainer Essai", "Coach Essai"]


@pytest.mark.parametrize("scope", [Scope.COHORT, Scope.COURSE, Scope.PERSON])
def test_who_holds_a_role_on_the_group_the_course_or_the_person_comes_alone(
    acting, platform, world, group, scope
) -> None:
    place = {Scope.COHORT: group.id, Scope.COURSE: group.course_id, Scope.PERSON: world.members["learner"]}[scope]
    newcomer(platform, world, "near", Role.COACH, scope=scope, scope_id=place)
    ctx = acting("learner")
    assert names(companions_of(ctx, world.members["learner"])) == ["Near Essai"]
    assert names(candidates_for(ctx, world.members["learner"])) == ["Trainer Essai", "Coach Essai", "Near Essai"]


def test_without_trainers_or_coaches_those_who_lead(acting, platform, world) -> None:
    with platform.writing(world.organisation) as ctx:
        for row in ctx.session.query(GrantRow).filter(GrantRow.role.in_(["trainer", "coach"])):
            row.ends_at = ctx.now
    ctx = acting("learner")
    assert set(names(companions_of(ctx, world.members["learner"]))) == {"Manager Essai", "Administrator Essai"}


def test_who_answered_last_is_asked_again(acting, world) -> None:
    first = asked(acting("learner"), wanted=world.members["coach"])
    assert first.responsible_id == world.members["coach"]
    assert asked(acting("learner")).responsible_id == world.members["coach"]


def test_who_has_least_to_answer_is_asked(acting, platform, world) -> None:
    second = newcomer(platform, world, "second", Role.TRAINER)
    assert asked(acting("learner")).responsible_id == world.members["trainer"]
    assert chosen_companion(acting("company_head"), world.members["company_head"]) == second


def test_nobody_is_wanted_who_does_not_accompany(acting, world) -> None:
    ctx = acting("learner")
    assert chosen_companion(ctx, world.members["learner"], wanted=world.members["auditor"]) == world.members["trainer"]


def test_who_no_longer_works_here_is_replaced_when_the_person_writes_again(acting, platform, world) -> None:
    thread = asked(acting("learner"))
    answered(acting("trainer"), thread)
    with platform.writing(world.organisation) as ctx:
        row = ctx.session.query(GrantRow).filter_by(membership_id=world.members["trainer"]).one()
        row.ends_at = ctx.now
    answered(acting("learner"), thread, "Et la suite ?")
    from lms.messages.reading import thread_by_key

    assert thread_by_key(acting("learner"), thread.key).responsible_id == world.members["coach"]
