"""The export as a job: owned, cancelled between two people, begun again from the start after a crash.

A bundle tells of one run: what an interrupted run had written vanished with it, so nothing is patched together.
"""

from __future__ import annotations

from dataclasses import replace
from tempfile import TemporaryFile
from typing import IO

from lms.courses.api import CohortInfo, cohorts_by_id
from lms.kernel.clock import local_day
from lms.kernel.context import Context
from lms.kernel.files import keep_file
from lms.kernel.jobs import RunningJob
from lms.kernel.platform import Platform
from lms.quality.archive import chunks_of
from lms.quality.data import CohortPlace, Exported
from lms.quality.operations import is_recorded, record_bundle, write_bundle
from lms.quality.permissions import EXPORT
from lms.quality.phrases import slug


def export_cohort(platform: Platform, job: RunningJob) -> None:
    """Write the bundle aside, then keep it, its hash and the event in one short transaction."""
    with platform.reading(job.organisation_id, job.owner_id) as ctx:
        cohort = cohorts_by_id(ctx, [job.arguments["cohort_id"]])[job.arguments["cohort_id"]]
        ctx.require(EXPORT, on=CohortPlace(cohort.id, cohort.course_id))  # the role may have ended since
        if is_recorded(ctx, job_id=job.id):
            return
    folder = platform.settings.data_dir / "work"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder) as target:
        exported = write_bundle(
            platform,
            organisation_id=job.organisation_id,
            cohort_id=cohort.id,
            target=target,
            report=lambda done, total: job.save(done=done, total=total),
        )
        with platform.database.writing(job.organisation_id) as session:
            _keep(replace(ctx, session=session), platform, job, cohort=cohort, exported=exported, target=target)


def _keep(
    ctx: Context, platform: Platform, job: RunningJob, *, cohort: CohortInfo, exported: Exported, target: IO[bytes]
) -> None:
    """The bytes are copied before the first query: meanwhile the only writer's place of a SQLite database stays free."""
    name = f"preuves-{slug(cohort.code)}-{local_day(ctx.now, ctx.here.timezone)}.zip"
    file = keep_file(ctx, platform.settings.data_dir, name=name, chunks=chunks_of(target))
    record_bundle(ctx, cohort=cohort, exported=exported, file_id=file.id, job_id=job.id)
    job.finish(ctx, file_id=file.id, page=job.arguments["page"], manifest_sha256=exported.manifest_sha256)
