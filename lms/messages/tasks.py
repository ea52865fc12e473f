"""Background work: letters that are due, answers whose hour has come."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from lms.accounts.api import actor_of, addressee, members
from lms.contract.types import JobKind, Schedule
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.jobs import RunningJob, start_job
from lms.kernel.mail import send_mail
from lms.kernel.media import remove_bytes
from lms.kernel.platform import Platform
from lms.kernel.tenancy import across_tenants
from lms.messages.letters import Letter, handover_letter, message_letter
from lms.messages.models import HANDOVER, SAID, WITHDRAWN, Handover, LaterMessage, Message, Notice, Thread
from lms.messages.notices import is_still_unread
from lms.messages.operations import send_later_message
from lms.messages.quiet import letter_leaves_at
from lms.messages.saying import REMOVAL

log = logging.getLogger(__name__)
LETTER = "messages.letter"
ON_THIS_MACHINE = "http://127.0.0.1:8000"
"""Where links lead when the operator has set no `LMS_BASE_URL`."""


def send_what_is_due(platform: Platform) -> None:
    """Answers whose hour has come, then letters: each in its own transaction."""
    for row in _due(platform, LaterMessage):
        _one(platform, row, _send_later)
    for row in _due(platform, Notice):
        _one(platform, row, _start_letter)


def _due(platform: Platform, model: type[LaterMessage | Notice]) -> Sequence[Any]:
    with platform.database.read_session() as session, across_tenants(session, "what is due in messages"):
        query = select(model.id, model.organisation_id).where(model.due_at <= platform.clock())
        return session.execute(query.order_by(model.due_at, model.id).limit(200)).all()


def _one(platform: Platform, row: Any, act: Callable[[Context, int], None]) -> None:
    try:
        with platform.writing(row.organisation_id) as ctx:
            act(ctx, row.id)
    except Exception:
        log.exception("message work %s was not done; it is tried again", row.id)


def _send_later(ctx: Context, later_id: int) -> None:
    later = ctx.session.scalar(
        select(LaterMessage)
        .where(LaterMessage.id == later_id, LaterMessage.due_at <= ctx.now)
        .with_for_update(skip_locked=True)
    )
    if later is not None and send_later_message(replace(ctx, actor=actor_of(ctx, later.author_id)), later) is None:
        later.due_at = ctx.now + timedelta(days=1)  # who has left may come back


def _start_letter(ctx: Context, notice_id: int) -> None:
    notice = ctx.session.scalar(
        select(Notice).where(Notice.id == notice_id, Notice.due_at <= ctx.now).with_for_update(skip_locked=True)
    )
    if notice is None:
        return
    leaves_at = letter_leaves_at(ctx, notice.membership_id)
    if leaves_at is not None and leaves_at > ctx.now:  # the worker comes late, and quiet hours have begun
        notice.due_at = leaves_at
        return
    notice.due_at = None
    if leaves_at is not None and is_still_unread(ctx, notice):
        notice.sent_at = ctx.now
        start_job(ctx, LETTER, {"notice_id": notice.id})


def send_letter(platform: Platform, job: RunningJob) -> None:
    """Send one letter; the network is spoken to outside of any transaction."""
    with platform.reading(job.organisation_id) as ctx:
        notice = ctx.session.get(Notice, job.arguments["notice_id"])
        if notice is None:
            return
        to, base = addressee(ctx, notice.membership_id), platform.settings.base_url.rstrip("/") or ON_THIS_MACHINE
        letter = _letter(ctx, notice, base) if to.email and to.is_here else None
    if letter is not None:
        send_mail(platform.settings, to=to.email, subject=letter.subject, text=letter.text)


def _letter(ctx: Context, notice: Notice, base: str) -> Letter | None:
    thread = ctx.session.get_one(Thread, notice.thread_id)
    to, address = addressee(ctx, notice.membership_id), f"{base}/messages/{thread.key}"
    if notice.kind == HANDOVER:
        return _handover_letter(ctx, notice, thread, address)
    said = ctx.session.scalar(
        select(Message)
        .where(
            Message.thread_id == thread.id,
            Message.kind == SAID,
            Message.author_id != notice.membership_id,
            Message.erased_at.is_(None),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    if said is None:
        return None
    author = members(ctx, [said.author_id])[said.author_id].name
    return message_letter(to, author=author, text=said.text, address=address, organisation=ctx.here.name)


def _handover_letter(ctx: Context, notice: Notice, thread: Thread, address: str) -> Letter | None:
    mine = (Handover.to_id == notice.membership_id) | (Handover.from_id == notice.membership_id)
    row = ctx.session.scalar(
        select(Handover)
        .where(Handover.thread_id == thread.id, mine, Handover.state != WITHDRAWN)
        .order_by(Handover.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    other = row.from_id if row.to_id == notice.membership_id else row.to_id
    known = members(ctx, [other, thread.membership_id])
    return handover_letter(
        addressee(ctx, notice.membership_id),
        row.state,
        other=known[other].name,
        person=known[thread.membership_id].name,
        address=address,
        organisation=ctx.here.name,
    )


def remove_taken_back(platform: Platform, job: RunningJob) -> None:
    """Take the photos and voices of answers that did not leave off the disk, unless someone has sent the same ones since."""
    with platform.writing(job.organisation_id) as ctx:
        at = datetime.fromisoformat(job.arguments["at"])
        remove_bytes(ctx, platform.settings.data_dir, job.arguments["names"], before=at)


JOB_KINDS = (
    JobKind(LETTER, mark("Envoyer un message"), send_letter),
    JobKind(REMOVAL, mark("Effacer ce qui n’est pas parti"), remove_taken_back),
)
SCHEDULES = (Schedule("messages.due", 1, send_what_is_due, on_wake=True),)
