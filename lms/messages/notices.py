"""Who is told by mail, and when: at most one letter a quarter of an hour about a thread, outside of quiet hours.

An event only notes that a letter is due; the worker sends what is due and still unread. Killed in between, it begins again:
the note and the letter's job are rows.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.messages.events import HandoverAnswered, HandoverAsked, MessageSent
from lms.messages.models import (
    ASKED,
    HANDOVER,
    MESSAGE,
    SAID,
    WITHDRAWN,
    Handover,
    Message,
    Notice,
    Reading,
    Thread,
)
from lms.messages.quiet import letter_leaves_at

BETWEEN = timedelta(minutes=15)


def note_event(ctx: Context, event: EventRow) -> None:
    """Note the letter that an event calls for. Told twice, it is noted once."""
    if event.type == MessageSent.type:
        message = ctx.session.get(Message, event.data["message_id"])
        thread = ctx.session.get(Thread, event.data["thread_id"])
        if message is not None and thread is not None:
            is_own = message.author_id == thread.membership_id
            _note(ctx, thread, thread.responsible_id if is_own else thread.membership_id, MESSAGE, event.id)
    elif event.type in (HandoverAsked.type, HandoverAnswered.type):
        row = ctx.session.get(Handover, event.data["handover_id"])
        thread = ctx.session.get(Thread, event.data["thread_id"])
        if row is not None and thread is not None and row.state != WITHDRAWN and row.from_id != row.to_id:
            _note(ctx, thread, row.to_id if row.state == ASKED else row.from_id, HANDOVER, event.id)


def _note(ctx: Context, thread: Thread, membership_id: int | None, kind: str, event_id: int) -> None:
    if membership_id is None:
        return
    leaves_at = letter_leaves_at(ctx, membership_id)
    if leaves_at is None:
        return
    query = select(Notice).where(
        Notice.thread_id == thread.id, Notice.membership_id == membership_id, Notice.kind == kind
    )
    row = ctx.session.scalar(query.with_for_update())
    if row is None:
        row = Notice(
            organisation_id=ctx.here.id, thread_id=thread.id, membership_id=membership_id, kind=kind, event_id=0
        )
        ctx.session.add(row)
    if row.event_id >= event_id:
        return
    row.event_id = event_id
    if row.due_at is None:
        row.due_at = max(leaves_at, row.sent_at + BETWEEN) if row.sent_at else leaves_at
    ctx.session.flush()


def is_still_unread(ctx: Context, notice: Notice) -> bool:
    """Whether the letter still has something to say: who has read in the meantime gets none."""
    if notice.kind == HANDOVER:
        return True
    read = select(Reading.read_id).where(
        Reading.thread_id == notice.thread_id, Reading.membership_id == notice.membership_id
    )
    query = select(func.count()).select_from(Message)
    query = query.where(
        Message.thread_id == notice.thread_id,
        Message.kind == SAID,
        Message.author_id != notice.membership_id,
        Message.erased_at.is_(None),
        Message.id > func.coalesce(read.scalar_subquery(), 0),
    )
    return bool(ctx.session.scalar(query))
