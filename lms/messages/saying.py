"""What a thread is made of: a message, what happens to it, who waits, what is read. `operations.py` asks for the right first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from lms.accounts.api import actor_of, addressee, staff_ids
from lms.kernel.context import Context
from lms.kernel.jobs import start_job, wake_after_commit
from lms.kernel.media import Prepared, forget_media, keep_media
from lms.messages.companions import chosen_companion
from lms.messages.events import MessageSent, ThreadReopened
from lms.messages.models import REOPENED, SAID, TAKEN_OVER, Attachment, LaterMessage, Message, Reading, Thread
from lms.messages.reading import me
from lms.messages.telling import asked_id, help_asked, help_given
from lms.xapi.api import record, void

REMOVAL = "messages.removal"
LONGEST = 4000
"""Characters of a message."""


class Refused(Exception):
    """It cannot be done; the reason is a code of `phrases.REFUSALS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Words:
    """What someone sends: a text, photos, voices, files, under the key of their form."""

    text: str = ""
    media: Sequence[Prepared] = ()
    data_dir: Path = field(default_factory=Path)
    intent: str = ""


def say(ctx: Context, thread: Thread, *, words: Words, intent: str, is_help: bool = False) -> Message:
    """Say something, in the name of the actor; ledger, wait and letters follow."""
    author = me(ctx)
    if thread.closed_at is not None:
        reopen(ctx, thread)
    is_own = author == thread.membership_id
    message = Message(
        organisation_id=ctx.here.id,
        thread_id=thread.id,
        kind=SAID,
        author_id=author,
        intent=intent,
        text=trimmed(words.text),
        sent_at=ctx.now,
        waited_since=None if is_own else thread.waiting_since,
    )
    ctx.session.add(message)
    ctx.session.flush()
    attach(ctx, words, message_id=message.id)
    if is_own:
        _wait(ctx, thread, intent)
    else:
        thread.responsible_id = thread.responsible_id or author
        if thread.waiting_since is not None or is_help:
            _give(ctx, thread, intent)
    thread.last_id, thread.last_at, thread.changes = message.id, ctx.now, thread.changes + 1
    read_to(ctx, thread, author, message.id)
    ctx.tell(MessageSent(thread_id=thread.id, message_id=message.id))
    wake_after_commit(ctx.session)
    return message


def _wait(ctx: Context, thread: Thread, intent: str) -> None:
    """The person waits from their first message on. Who answered and has left is replaced."""
    if thread.responsible_id is None or thread.responsible_id not in staff_ids(ctx):
        thread.responsible_id = chosen_companion(ctx, thread.membership_id)
        if thread.responsible_id is not None and thread.last_id is not None:
            note(ctx, thread, TAKEN_OVER)
    thread.asks += 1
    if thread.waiting_since is None:
        thread.waiting_since = ctx.now
        person = actor_of(ctx, thread.membership_id)
        record(ctx, [help_asked(ctx, thread, person=person, intent=intent, at=ctx.now)])


def _give(ctx: Context, thread: Thread, intent: str) -> None:
    person, by = actor_of(ctx, thread.membership_id), actor_of(ctx, me(ctx))
    record(ctx, [help_given(ctx, thread, person=person, by=by, intent=intent, at=ctx.now)])
    thread.waiting_since, thread.asks = None, 0


def settle(ctx: Context, thread: Thread) -> None:
    """What was asked since the last answer was no question: its statement is voided."""
    if thread.waiting_since is None:
        return
    first = (
        select(Message.intent)
        .where(
            Message.thread_id == thread.id,
            Message.author_id == thread.membership_id,
            Message.sent_at >= thread.waiting_since,
            Message.intent.is_not(None),
        )
        .order_by(Message.id)
        .limit(1)
    )
    intent = ctx.session.scalar(first)
    if intent:
        void(ctx, [asked_id(intent)], reason="no_answer_needed")
    thread.waiting_since, thread.asks = None, 0
    thread.changes += 1


def reopen(ctx: Context, thread: Thread) -> None:
    """A closed thread goes on, and says so."""
    if thread.closed_at is not None:
        thread.closed_at = None
        note(ctx, thread, REOPENED)
        ctx.tell(ThreadReopened(thread_id=thread.id))


def note(ctx: Context, thread: Thread, kind: str) -> None:
    """What happened to the thread stands among what was said."""
    author = thread.responsible_id if kind == TAKEN_OVER else me(ctx)
    ctx.session.add(
        Message(organisation_id=ctx.here.id, thread_id=thread.id, kind=kind, author_id=author, sent_at=ctx.now)
    )
    thread.changes += 1
    ctx.session.flush()


def read_to(ctx: Context, thread: Thread, membership_id: int, read_id: int) -> None:
    """Someone has read down to a message; never less far than before."""
    query = select(Reading).where(Reading.thread_id == thread.id, Reading.membership_id == membership_id)
    row = ctx.session.scalar(query.with_for_update())
    if row is None:
        ctx.session.add(
            Reading(organisation_id=ctx.here.id, thread_id=thread.id, membership_id=membership_id, read_id=read_id)
        )
    else:
        row.read_id = max(row.read_id, read_id)
    ctx.session.flush()


def attach(ctx: Context, words: Words, *, message_id: int | None = None, later_id: int | None = None) -> None:
    """Keep what was sent with a message, or with one that leaves later."""
    for one in words.media:
        row = keep_media(ctx, words.data_dir, one)
        ctx.session.add(
            Attachment(organisation_id=ctx.here.id, media_id=row.id, message_id=message_id, later_id=later_id)
        )
    ctx.session.flush()


def forget_later(ctx: Context, *where: Any) -> None:
    """Answers that do not leave any more, with their photos, voices and files; the bytes go after the commit."""
    ids = list(ctx.session.scalars(select(LaterMessage.id).where(*where)))
    if not ids:
        return
    media = list(ctx.session.scalars(select(Attachment.media_id).where(Attachment.later_id.in_(ids))))
    ctx.session.execute(delete(Attachment).where(Attachment.later_id.in_(ids)))
    ctx.session.execute(delete(LaterMessage).where(LaterMessage.id.in_(ids)))
    names = forget_media(ctx, media)
    if names:
        start_job(ctx, REMOVAL, {"names": names, "at": ctx.now.isoformat()})


def refuse_gone(ctx: Context, membership_id: int) -> None:
    """Someone who has left, or was erased, is not written to."""
    if not addressee(ctx, membership_id).is_here:
        raise Refused("gone")


def refuse_empty(words: Words) -> None:
    """A message says something, and is no book."""
    if not words.text.strip() and not words.media:
        raise Refused("empty")
    if len(trimmed(words.text)) > LONGEST:
        raise Refused("long")


def trimmed(text: str) -> str:
    """Without blanks at the ends."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().splitlines())


def intent_of(ctx: Context, name: str) -> str:
    """The form's key, made the sender's own; a form without one is a message of its own."""
    try:
        return str(uuid.uuid5(uuid.UUID(name), str(me(ctx))))
    except ValueError:
        return str(uuid.uuid4())
