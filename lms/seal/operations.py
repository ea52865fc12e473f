"""What people ask of the seal, and what leaves this server."""

from __future__ import annotations

from sqlalchemy import select

from lms.kernel.context import Context
from lms.kernel.jobs import RUNNING, WAITING, JobRow, start_job
from lms.seal.models import LinkRow
from lms.seal.permissions import READ

VERIFY_JOB = "seal.verify"


def start_verification(ctx: Context, *, page: str, root: str = "") -> JobRow:
    """Have the chain verified; asked twice, it is done once."""
    ctx.require(READ)
    under_way = select(JobRow).where(
        JobRow.kind == VERIFY_JOB,
        JobRow.owner_id == (ctx.actor.membership_id if ctx.actor else None),
        JobRow.state.in_((WAITING, RUNNING)),
        JobRow.cancel_asked.is_(False),
    )
    known = ctx.session.scalars(under_way).first()
    return known or start_job(ctx, VERIFY_JOB, {"page": page, "root": root})


def take_root_to_mail(ctx: Context) -> int | None:
    """The number of the latest link, once: None when it has left by mail already, or when there is none."""
    row = ctx.session.scalar(select(LinkRow).order_by(LinkRow.number.desc()).limit(1).with_for_update())
    if row is None or row.mailed_at is not None:
        return None
    row.mailed_at = ctx.now
    return row.number
