"""The export as a job: what is kept when it ends, and that nothing is when it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.accounts.models import GrantRow
from lms.kernel import jobs
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.files import FileRow, path_of
from lms.kernel.platform import Platform
from lms.quality.models import Bundle
from lms.quality.operations import start_export
from lms.quality.verification import verify_bundle
from tests.conftest import TestClock
from tests.factories.quality import Followed
from tests.factories.world import World

Acting = Callable[[str], Context]


def started(acting: Acting, followed: Followed, who: str = "manager") -> Any:
    ctx = acting(who)
    row = start_export(ctx, cohort=followed.cohort, page=f"/groupes/{followed.cohort.key}/preuves")
    ctx.session.commit()
    return row.id


def job_row(platform: Platform, world: World, job_id: int) -> Any:
    with platform.reading(world.organisation) as ctx:
        return ctx.session.get_one(jobs.JobRow, job_id)


def test_the_job_keeps_the_file_its_hash_and_the_event(
    engine_name: str, platform: Platform, world: World, acting: Acting, followed: Followed
) -> None:
    job_id = started(acting, followed)
    jobs.sweep(platform)
    row = job_row(platform, world, job_id)
    assert (row.state, row.done, row.total) == ("done", 3, 3)
    with platform.reading(world.organisation) as ctx:
        bundle = ctx.session.scalars(select(Bundle)).one()
        event = ctx.session.scalars(select(EventRow).where(EventRow.type == "quality.evidence_exported")).one()
        assert event.data == {"bundle_id": bundle.id, "cohort_id": followed.cohort.id}
        assert event.actor_id == bundle.created_by_id == world.members["manager"]
        path = path_of(platform.settings.data_dir, ctx.session.get_one(FileRow, bundle.file_id))
    with path.open("rb") as source:
        assert verify_bundle(source, manifest_hash=bundle.manifest_sha256).is_intact
    assert list((platform.settings.data_dir / "work").iterdir()) == []


def test_a_job_that_is_asked_to_stop_leaves_nothing(
    engine_name: str,
    platform: Platform,
    world: World,
    acting: Acting,
    followed: Followed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = started(acting, followed)
    save = jobs.RunningJob.save

    def ask_to_stop(self: jobs.RunningJob, *, done: bool, total: int, cursor: Mapping[str, Any] | None = None) -> None:
        save(self, done=done, total=total, cursor=cursor)
        with platform.writing(world.organisation) as ctx:
            ctx.session.get_one(jobs.JobRow, job_id).cancel_asked = True

    monkeypatch.setattr(jobs.RunningJob, "save", ask_to_stop)
    jobs.sweep(platform)
    assert job_row(platform, world, job_id).state == "cancelled"
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalar(select(func.count(Bundle.id))) == 0
    assert list((platform.settings.data_dir / "work").iterdir()) == []


def test_a_job_that_a_crash_interrupted_begins_again_and_is_recorded_once(
    engine_name: str, platform: Platform, world: World, acting: Acting, followed: Followed, clock: TestClock
) -> None:
    job_id = started(acting, followed)
    jobs.sweep(platform)
    with platform.writing(world.organisation) as ctx:
        row = ctx.session.get_one(jobs.JobRow, job_id)
        row.state, row.due_at = jobs.RUNNING, clock() + jobs.LEASE
    jobs.recover(platform)
    clock.forward(minutes=16)  # on PostgreSQL, another machine's worker might be at it until its lease ends
    jobs.sweep(platform)
    assert job_row(platform, world, job_id).state == "done"
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalar(select(func.count(Bundle.id))) == 1


def test_a_full_disk_fails_the_job_and_leaves_nothing(
    engine_name: str,
    platform: Platform,
    world: World,
    acting: Acting,
    followed: Followed,
    monkeypatch: pytest.MonkeyPatch,
    clock: TestClock,
) -> None:
    job_id = started(acting, followed)

    def full(*_args: object, **_values: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lms.quality.archive.Archive.close", full)
    for _hour in range(jobs.MAX_TRIES):
        jobs.sweep(platform)
        clock.forward(hours=1)
    assert job_row(platform, world, job_id).state == "failed"
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalar(select(func.count(Bundle.id))) == 0


def test_whose_role_has_ended_gets_nothing_from_a_job_started_before(
    engine_name: str, platform: Platform, world: World, acting: Acting, followed: Followed
) -> None:
    job_id = started(acting, followed, "auditor")
    with platform.writing(world.organisation) as ctx:
        for grant in ctx.session.scalars(select(GrantRow).where(GrantRow.membership_id == world.members["auditor"])):
            grant.ends_at = grant.starts_at
    jobs.sweep(platform)
    assert job_row(platform, world, job_id).state == "failed"


def test_personal_data_tells_of_bundles_and_erasure_takes_the_maker_off(
    engine_name: str, platform: Platform, world: World, acting: Acting, followed: Followed
) -> None:
    started(acting, followed)
    jobs.sweep(platform)

    def told(ctx: Context, membership: int) -> Any:
        return next(
            list(one.rows) for one in ctx.registry.personal_data(ctx, membership) if one.title == "Dossiers de preuves"
        )

    with platform.writing(world.organisation) as ctx:
        assert told(ctx, world.members["manager"])[0]["Par vous"] is True
        assert told(ctx, followed.enrolments[0].membership_id)[0]["Contient vos résultats"] is True
        assert told(ctx, world.members["trainer"]) == []
        ctx.registry.erase_personal_data(ctx, world.members["manager"], frozenset({"trail"}))
        assert ctx.session.scalars(select(Bundle)).one().created_by_id is None
