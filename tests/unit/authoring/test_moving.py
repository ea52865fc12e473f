"""Before people move to a new version, one sees what each would gain or lose; nothing of the trial stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.authoring.moving import prospects
from lms.courses.api import (
    begin_draft,
    enrol,
    groups_behind,
    move_people,
    people_behind,
    publish_course,
    remove_activity,
    structure,
    version_in_force,
)
from lms.courses.models import EnrolmentChange
from tests.factories.content import open_cohort, publish_fixture


@pytest.fixture
def course(engine_name: str, platform: Any, world: Any) -> Any:
    made = publish_fixture(platform, world)
    cohort = open_cohort(platform, world, made)
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        enrol(ctx, cohort=cohort, membership_ids=[world.members["learner"], world.members["coach"]])
        draft = begin_draft(ctx, made.key)
        remove_activity(ctx, draft, key=list(structure(ctx, made.version_id).activities)[-1])
        publish_course(ctx, made.key)
    return made


def test_the_trial_says_what_changes_and_leaves_nothing(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    version = version_in_force(ctx, course.key)
    (group,) = groups_behind(ctx, version)
    assert group.people == 2
    people = people_behind(ctx, version, cohort_key=group.key)
    changes = ctx.session.scalar(select(func.count()).select_from(EnrolmentChange))
    found = prospects(ctx, people, version_id=version.id)
    assert [one.total_after for one in found] == [one.total_before - 1 for one in found]
    assert all(one.is_quiet for one in found)
    assert ctx.session.scalar(select(func.count()).select_from(EnrolmentChange)) == changes
    assert len(people_behind(ctx, version, cohort_key=group.key)) == 2


def test_people_move_once(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    version = version_in_force(ctx, course.key)
    people = people_behind(ctx, version, cohort_key=groups_behind(ctx, version)[0].key)
    assert move_people(ctx, people, version_id=version.id) == 2
    assert move_people(ctx, people, version_id=version.id) == 0
    assert groups_behind(ctx, version) == []
