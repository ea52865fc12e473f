"""Before people move to a new version, one sees what each would gain or lose; nothing of the trial stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.authoring.moving import prospects
from lms.competences.api import ACQUIRED, acquisitions
from lms.courses.api import enrol, move_people, people_behind, publish_course
from lms.courses.models import EnrolmentChange
from lms.courses.writing import (
    begin_draft,
    coverage_page,
    groups_behind,
    remove_activity,
    save_activity,
    save_coverage,
    version_in_force,
    written_activity,
    written_plan,
)
from tests.factories.competences import scored
from tests.factories.content import open_cohort, publish_fixture

MEETING, POOL = "6xrtcmace7", "pdjmdnscfa"


@pytest.fixture
def course(engine_name: str, platform: Any, world: Any) -> Any:
    """Two people on version 1; in version 2 a criterion asks for less, and a lesson is gone."""
    made = publish_fixture(platform, world)
    cohort = open_cohort(platform, world, made)
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        enrolled = enrol(ctx, cohort=cohort, membership_ids=[world.members["learner"], world.members["coach"]])
        for key in (MEETING, POOL):
            scored(ctx, enrolled[0], key, 0.6)
        draft = begin_draft(ctx, made.key)
        rows, token = coverage_page(ctx, draft)
        easier = [{**row, "minimum": 0.5} for row in rows]
        save_coverage(ctx, draft, token=token, coverage=easier)
        lesson = next(one for one in written_plan(ctx, draft)[0].activities if one.type == "lesson")
        for line in [one for module in written_plan(ctx, draft) for one in module.activities if one.opens]:
            found = written_activity(ctx, draft, key=line.key)
            head = {name: getattr(found, name) for name in ("title", "modality", "minutes", "optional")}
            save_activity(ctx, draft, key=line.key, token=found.token, head=head, body=found.body)
        remove_activity(ctx, draft, key=lesson.key)
        publish_course(ctx, made.key)
    return made


def test_the_trial_says_what_changes_and_leaves_nothing(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    version = version_in_force(ctx, course.key)
    (group,) = groups_behind(ctx, version)
    assert group.people == 2
    people = people_behind(ctx, version, cohort_key=group.key)
    changes = ctx.session.scalar(select(func.count()).select_from(EnrolmentChange))
    found = {one.name.split()[0]: one for one in prospects(ctx, people, version_id=version.id)}
    assert [one.total_after for one in found.values()] == [one.total_before - 1 for one in found.values()]
    assert found["Coach"].is_quiet
    assert len(found["Learner"].gained) == 1
    assert ctx.session.scalar(select(func.count()).select_from(EnrolmentChange)) == changes
    assert len(people_behind(ctx, version, cohort_key=group.key)) == 2
    held = acquisitions(ctx, [one.membership_id for one in people], version_id=version.id)
    assert not any(info.state == ACQUIRED for infos in held.values() for info in infos)


def test_people_move_once(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    version = version_in_force(ctx, course.key)
    people = people_behind(ctx, version, cohort_key=groups_behind(ctx, version)[0].key)
    assert move_people(ctx, people, version_id=version.id) == 2
    assert move_people(ctx, people, version_id=version.id) == 0
    assert groups_behind(ctx, version) == []
