"""After the commit: the bytes of what was erased go from the disk."""

from __future__ import annotations

from datetime import datetime

from lms.activities.assignment.events import BytesForgotten
from lms.contract.types import JobKind
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.i18n import mark
from lms.kernel.jobs import RunningJob, start_job
from lms.kernel.media import remove_bytes
from lms.kernel.platform import Platform

REMOVAL = "assignment.removal"


def react(ctx: Context, event: EventRow) -> None:
    """Have erased bytes removed."""
    if event.type == BytesForgotten.type:
        start_job(ctx, REMOVAL, event.data)


def remove_erased(platform: Platform, job: RunningJob) -> None:
    """Take them off the disk, unless someone has sent the same ones since."""
    with platform.writing(job.organisation_id) as ctx:
        at = datetime.fromisoformat(job.arguments["at"])
        remove_bytes(ctx, platform.settings.data_dir, job.arguments["names"], before=at)


JOB_KINDS = (JobKind(REMOVAL, mark("Effacer des travaux rendus"), remove_erased),)
