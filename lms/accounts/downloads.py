"""All of one's data as one download: asked for one at a time, three a day at the most, gone after its term."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from lms.accounts.events import DataRequested
from lms.accounts.leading import Refused
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.jobs import RUNNING, WAITING, JobRow, start_job
from lms.kernel.media import forget_files

DOWNLOAD_JOB = "accounts.download"
MOST_A_DAY = 3
_DAY = timedelta(days=1)


def start_download(ctx: Context, *, page: str) -> JobRow:
    """Have it prepared; while one is under way, that one. `page` is where it is fetched."""
    mine = (JobRow.kind == DOWNLOAD_JOB, JobRow.owner_id == ctx.subject.membership_id)
    under_way = select(JobRow).where(*mine, JobRow.state.in_((WAITING, RUNNING)), JobRow.cancel_asked.is_(False))
    known = ctx.session.scalar(under_way.limit(1))
    if known is not None:
        return known
    lately = select(func.count()).select_from(JobRow).where(*mine, JobRow.created_at > ctx.now - _DAY)
    if (ctx.session.scalar(lately) or 0) >= MOST_A_DAY:
        raise Refused(mark("Vous avez déjà demandé vos données plusieurs fois aujourd'hui. Revenez demain."))
    ctx.tell(DataRequested(ctx.subject.membership_id))
    return start_job(ctx, DOWNLOAD_JOB, {"language": ctx.language, "page": page})


def latest_download(ctx: Context) -> JobRow | None:
    """The last one that the person asked for."""
    mine = (JobRow.kind == DOWNLOAD_JOB, JobRow.owner_id == ctx.subject.membership_id)
    return ctx.session.scalar(select(JobRow).where(*mine).order_by(JobRow.id.desc()).limit(1))


def forget_downloads(ctx: Context, *, owner_id: int | None = None, before: datetime | None = None) -> list[str]:
    """Forget what was prepared for someone, or before a moment; returns the names of the bytes to take off the disk."""
    query = select(JobRow).where(JobRow.kind == DOWNLOAD_JOB, JobRow.file_id.is_not(None))
    if owner_id is not None:
        query = query.where(JobRow.owner_id == owner_id)
    if before is not None:
        query = query.where(JobRow.ended_at < before)
    rows = list(ctx.session.scalars(query))
    files = [row.file_id for row in rows if row.file_id is not None]
    for row in rows:
        row.file_id = None
    ctx.session.flush()
    return forget_files(ctx, files) if files else []
