"""After the commit: a letter says that a work was read; the bytes of what was erased go from the disk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from lms.accounts.api import addressee
from lms.activities.assignment.events import BytesForgotten, WorkGraded
from lms.activities.assignment.letters import Letter, read_letter
from lms.activities.assignment.models import Grade, Work, WorkVersion
from lms.contract.types import JobKind
from lms.courses.api import enrolments_by_id, structure
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.i18n import mark
from lms.kernel.jobs import RunningJob, start_job
from lms.kernel.mail import send_mail
from lms.kernel.media import remove_bytes
from lms.kernel.platform import Platform
from lms.messages.api import letter_leaves_at

REMOVAL, LETTER = "assignment.removal", "assignment.letter"
A_MOMENT = timedelta(minutes=10)
"""A trainer who has touched the wrong mark corrects it at once: the letter waits so long, and one is sent for both."""
ON_THIS_MACHINE = "http://127.0.0.1:8000"
"""Where links lead when the operator has set no `LMS_BASE_URL`."""


def react(ctx: Context, event: EventRow) -> None:
    """Have erased bytes removed; tell by mail that a work was read, outside of quiet hours."""
    if event.type == BytesForgotten.type:
        start_job(ctx, REMOVAL, event.data)
    elif event.type == WorkGraded.type:
        work = ctx.session.get(Work, event.data["work_id"])
        at = max(ctx.now, event.at + A_MOMENT)
        leaves_at = letter_leaves_at(ctx, work.membership_id, at=at) if work else None
        if leaves_at is not None:
            start_job(ctx, LETTER, event.data, due_at=leaves_at)


def send_letter(platform: Platform, job: RunningJob) -> None:
    """Send one letter, if it is still true; the network is spoken to outside of any transaction."""
    with platform.reading(job.organisation_id) as ctx:
        work = ctx.session.get(Work, job.arguments["work_id"])
        if work is None or not _is_news(ctx, work, job.arguments):
            return
        leaves_at = letter_leaves_at(ctx, work.membership_id)
        to, base = addressee(ctx, work.membership_id), platform.settings.base_url.rstrip("/") or ON_THIS_MACHINE
        letter = _letter(ctx, work, base) if to.email and to.is_here else None
    if leaves_at is not None and leaves_at > platform.clock():  # the worker comes late, and it is night again
        with platform.writing(job.organisation_id) as ctx:
            start_job(ctx, LETTER, job.arguments, due_at=leaves_at)
    elif letter is not None and leaves_at is not None:
        send_mail(platform.settings, to=to.email, subject=letter.subject, text=letter.text)


def _is_news(ctx: Context, work: Work, graded: Any) -> bool:
    """Whether this grade is the last word on the last version: a correction has its own letter."""
    last = select(func.max(Grade.number)).join(WorkVersion, WorkVersion.id == Grade.version_id)
    here = (WorkVersion.work_id == work.id, WorkVersion.number == work.number)
    return bool(graded["number"] == work.number and ctx.session.scalar(last.where(*here)) == graded.get("grade"))


def _letter(ctx: Context, work: Work, base: str) -> Letter:
    whole = structure(ctx, enrolments_by_id(ctx, [work.enrolment_id])[work.enrolment_id].version_id)
    place = f"/{work.activity_key}#rendu" if work.activity_key in whole.activities else ""
    to, address = addressee(ctx, work.membership_id), f"{base}/parcours/{whole.course_key}{place}"
    return read_letter(to, title=work.title, address=address, organisation=ctx.here.name)


def remove_erased(platform: Platform, job: RunningJob) -> None:
    """Take them off the disk, unless someone has sent the same ones since."""
    with platform.writing(job.organisation_id) as ctx:
        at = datetime.fromisoformat(job.arguments["at"])
        remove_bytes(ctx, platform.settings.data_dir, job.arguments["names"], before=at)


JOB_KINDS = (
    JobKind(REMOVAL, mark("Effacer des travaux rendus"), remove_erased),
    JobKind(LETTER, mark("Dire qu’un travail a été lu"), send_letter),
)
