"""What tests of staff pages share: a published course, a group, people in it, and a trainer of this group alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lms.accounts.api import accept_terms, actor_of, ensure_person
from lms.contract.types import Role
from lms.courses.api import enrol
from lms.courses.operations import assign_staff
from lms.courses.rosters import cohort_row
from tests.factories.content import open_cohort, publish_fixture
from tests.factories.world import give_devices


@pytest.fixture
def made(engine_name: Any, platform: Any, world: Any) -> Any:
    return publish_fixture(platform, world)


@pytest.fixture
def group(platform: Any, world: Any, made: Any) -> Any:
    return open_cohort(platform, world, made)


@pytest.fixture
def enrolled(platform: Any, world: Any, group: Any) -> Any:
    """`enrolled(5)`: so many more people are in the group; gives their enrolments."""

    def enter(count: Any) -> Any:
        with platform.writing(world.organisation, world.members["trainer"]) as ctx:
            ids = [
                ensure_person(
                    ctx, given_name=f"Fatou{number:02}", family_name="Diallo", email=f"f{number}@essai.test"
                ).id
                for number in range(count)
            ]
            return enrol(ctx, cohort=group, membership_ids=ids)

    return enter


@pytest.fixture
def visitor(app: Any, platform: Any, world: Any, group: Any) -> Any:
    """A browser in which a trainer of this one group is signed in."""
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        visiting = ensure_person(ctx, given_name="Vera", family_name="Visite", email="vera@essai.test").id
        assign_staff(ctx, cohort=cohort_row(ctx, group.key), membership_id=visiting, role=Role.TRAINER)
        someone = replace(ctx, actor=actor_of(ctx, visiting))
        accept_terms(someone)
        give_devices(someone)
    world.members["visitor"], world.organisations["visitor"] = visiting, world.organisation
    return "visitor"
