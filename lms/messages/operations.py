"""What people do in threads: open, write, close, reopen, read, hand over. Each is safe against being sent twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from lms.accounts.api import PersonInfo, addressee, lock_memberships
from lms.courses.api import enrolments
from lms.kernel.context import Context
from lms.kernel.jobs import wake_after_commit
from lms.kernel.rights import Forbidden, NotFound
from lms.messages.companions import candidates_for, chosen_companion
from lms.messages.data import Place
from lms.messages.events import HandoverAnswered, HandoverAsked, HelpSettled, ThreadClosed, ThreadOpened
from lms.messages.models import (
    ACCEPTED,
    ASKED,
    CLOSED,
    DECLINED,
    TAKEN_OVER,
    WITHDRAWN,
    Attachment,
    Handover,
    LaterMessage,
    Message,
    Thread,
)
from lms.messages.permissions import ANSWER, ASK
from lms.messages.reading import accompanies, locked_thread, may_answer, me, require_answer
from lms.messages.saying import (
    Refused,
    Words,
    attach,
    forget_later,
    intent_of,
    note,
    read_to,
    refuse_empty,
    refuse_gone,
    reopen,
    say,
    settle,
    trimmed,
)


def open_thread(
    ctx: Context, *, person: PersonInfo, words: Words, place: Place | None = None, wanted: int | None = None
) -> Thread:
    """A person asks for help, or someone who accompanies them writes first. Sent twice, it opens one thread.

    `wanted`: whom the person writes to, among those who accompany them. Raises `Refused`.
    """
    is_own = person.membership_id == me(ctx)
    _require_opening(ctx, person, is_own=is_own)
    intent, place = intent_of(ctx, words.intent), place or Place()
    refuse_empty(words)
    lock_memberships(ctx, [person.membership_id])
    earlier = ctx.session.scalar(select(Thread).where(Thread.intent == intent, Thread.opened_by_id == me(ctx)))
    if earlier is not None:
        return earlier
    refuse_gone(ctx, person.membership_id)
    thread = Thread(
        organisation_id=ctx.here.id,
        membership_id=person.membership_id,
        responsible_id=chosen_companion(ctx, person.membership_id, wanted=wanted) if is_own else me(ctx),
        intent=intent,
        registration=place.registration or _registration_of(ctx, person.membership_id),
        course_key=place.course_key,
        activity_key=place.activity_key,
        place=place.title[:420],
        question=place.question[:400],
        opened_at=ctx.now,
        opened_by_id=me(ctx),
        last_at=ctx.now,
        asks=0,
        changes=0,
    )
    ctx.session.add(thread)
    ctx.session.flush()
    ctx.tell(ThreadOpened(thread_id=thread.id, membership_id=person.membership_id))
    say(ctx, thread, words=words, intent=intent, is_help=not is_own)
    return thread


def write_message(ctx: Context, thread: Thread, *, words: Words) -> Message:
    """Say something in a thread. In a closed one it says so and goes on: nothing is lost. Sent twice, it stands once."""
    thread = locked_thread(ctx, thread.key)
    _require_part(ctx, thread)
    intent = intent_of(ctx, words.intent)
    refuse_empty(words)
    earlier = ctx.session.scalar(select(Message).where(Message.intent == intent, Message.author_id == me(ctx)))
    if earlier is not None:
        return earlier
    refuse_gone(ctx, thread.membership_id)
    # "Tomorrow at 9" was pressed, then the page before was opened again and "send" pressed: it leaves now, once.
    forget_later(ctx, LaterMessage.intent == intent)
    return say(ctx, thread, words=words, intent=intent)


def write_later(ctx: Context, thread: Thread, *, words: Words, due_at: datetime) -> LaterMessage:
    """An answer of staff that leaves at a later hour."""
    thread = locked_thread(ctx, thread.key)
    require_answer(ctx, thread)
    intent = intent_of(ctx, words.intent)
    refuse_empty(words)
    earlier = ctx.session.scalar(select(LaterMessage).where(LaterMessage.intent == intent))
    if earlier is not None:
        return earlier
    if ctx.session.scalar(select(Message.id).where(Message.intent == intent)) is not None:
        raise Refused("sent_already")
    refuse_gone(ctx, thread.membership_id)
    later = LaterMessage(
        organisation_id=ctx.here.id,
        thread_id=thread.id,
        author_id=me(ctx),
        intent=intent,
        text=trimmed(words.text),
        due_at=due_at,
    )
    ctx.session.add(later)
    ctx.session.flush()
    attach(ctx, words, later_id=later.id)
    thread.changes += 1
    return later


def send_later_message(ctx: Context, later: LaterMessage) -> Message | None:
    """The hour has come: it is said, in the name of who wrote it; None when the person has left meanwhile."""
    thread = ctx.session.get_one(Thread, later.thread_id, with_for_update=True)
    if not addressee(ctx, thread.membership_id).is_here:
        return None
    message = say(ctx, thread, words=Words(later.text), intent=later.intent)
    for one in ctx.session.scalars(select(Attachment).where(Attachment.later_id == later.id)):
        one.later_id, one.message_id = None, message.id
    ctx.session.flush()
    ctx.session.delete(later)
    return message


def take_back_later(ctx: Context, thread: Thread, *, key: str) -> str:
    """Take back an answer before it leaves; returns its text, to write it again."""
    thread = locked_thread(ctx, thread.key)
    require_answer(ctx, thread)
    later = ctx.session.scalar(select(LaterMessage).where(LaterMessage.thread_id == thread.id, LaterMessage.key == key))
    if later is None:
        raise NotFound
    text = later.text
    forget_later(ctx, LaterMessage.id == later.id)
    thread.changes += 1
    return text


def close_thread(ctx: Context, thread: Thread) -> None:
    """Nothing more is needed. What waits for an answer is answered, or settled, first."""
    thread = locked_thread(ctx, thread.key)
    _require_part(ctx, thread)
    if thread.closed_at is not None:
        return
    if thread.membership_id == me(ctx):
        settle(ctx, thread)  # the person themselves says that no answer is needed any more
    if thread.waiting_since is not None:
        raise Refused("waiting")
    thread.closed_at = ctx.now
    note(ctx, thread, CLOSED)
    ctx.tell(ThreadClosed(thread_id=thread.id))


def reopen_thread(ctx: Context, thread: Thread) -> None:
    """It goes on."""
    thread = locked_thread(ctx, thread.key)
    _require_part(ctx, thread)
    reopen(ctx, thread)


def settle_help(ctx: Context, thread: Thread) -> None:
    """Staff say that the last message needs no answer ("merci"): it is not counted as help asked."""
    thread = locked_thread(ctx, thread.key)
    require_answer(ctx, thread)
    if thread.waiting_since is not None:
        settle(ctx, thread)
        ctx.tell(HelpSettled(thread_id=thread.id))


def mark_read(ctx: Context, thread: Thread, *, key: str) -> None:
    """The actor has had the thread on their screen, down to this message."""
    thread = locked_thread(ctx, thread.key)
    read_id = ctx.session.scalar(select(Message.id).where(Message.thread_id == thread.id, Message.key == key))
    if read_id is None:
        raise NotFound
    read_to(ctx, thread, me(ctx), read_id)


def ask_handover(ctx: Context, thread: Thread, *, to_id: int) -> Handover:
    """Ask another to take over. Who is responsible stays so until that one accepts; to oneself, it is accepted at once."""
    thread = locked_thread(ctx, thread.key)
    require_answer(ctx, thread)
    if to_id not in {one.membership_id for one in candidates_for(ctx, thread.membership_id)}:
        raise Refused("not_theirs")
    if to_id == thread.responsible_id:
        raise Refused("already")
    pending = _pending(ctx, thread)
    if pending is not None and pending.to_id == to_id:
        return pending
    if pending is not None:
        _answer(ctx, thread, pending, WITHDRAWN)
    row = Handover(organisation_id=ctx.here.id, thread_id=thread.id, from_id=me(ctx), to_id=to_id, asked_at=ctx.now)
    row.state = ASKED
    ctx.session.add(row)
    ctx.session.flush()
    thread.changes += 1
    if to_id == me(ctx):
        _answer(ctx, thread, row, ACCEPTED)
    else:
        ctx.tell(HandoverAsked(thread_id=thread.id, handover_id=row.id, to_id=to_id))
        wake_after_commit(ctx.session)
    return row


def answer_handover(ctx: Context, thread: Thread, *, is_accepted: bool) -> None:
    """Who was asked accepts, and answers from now on; or declines, and nothing changes."""
    thread = locked_thread(ctx, thread.key)
    pending = _pending(ctx, thread)
    if pending is None or pending.to_id != me(ctx):
        raise Refused("no_handover")
    _answer(ctx, thread, pending, ACCEPTED if is_accepted else DECLINED)


def withdraw_handover(ctx: Context, thread: Thread) -> None:
    """Who asked, or who is responsible, changes their mind before it is accepted."""
    thread = locked_thread(ctx, thread.key)
    require_answer(ctx, thread)
    pending = _pending(ctx, thread)
    if pending is None:
        raise Refused("no_handover")
    _answer(ctx, thread, pending, WITHDRAWN)


def _pending(ctx: Context, thread: Thread) -> Handover | None:
    return ctx.session.scalar(select(Handover).where(Handover.thread_id == thread.id, Handover.state == ASKED))


def _answer(ctx: Context, thread: Thread, row: Handover, state: str) -> None:
    row.state, row.answered_at = state, ctx.now
    thread.changes += 1
    if state == ACCEPTED:
        thread.responsible_id = row.to_id
        note(ctx, thread, TAKEN_OVER)
    ctx.tell(HandoverAnswered(thread_id=thread.id, handover_id=row.id, state=state))
    wake_after_commit(ctx.session)


def _require_opening(ctx: Context, person: PersonInfo, *, is_own: bool) -> None:
    if is_own:
        ctx.require(ASK)
        return
    if not accompanies(ctx, person.membership_id):
        raise Forbidden(ANSWER.name)


def _registration_of(ctx: Context, membership_id: int) -> str:
    """The enrolment that help outside of an activity belongs to: the newest, of those under way first."""
    whole = enrolments(ctx).subquery()
    query = select(whole.c.uuid).where(whole.c.membership_id == membership_id)
    return ctx.session.scalar(query.order_by(whole.c.ended_at.is_not(None), whole.c.enrolment_id.desc()).limit(1)) or ""


def _require_part(ctx: Context, thread: Thread) -> None:
    """Who takes part: the person, and those who answer them; who only reads does not write."""
    if thread.membership_id == me(ctx):
        ctx.require(ASK)
    elif not may_answer(ctx, thread):
        raise Forbidden(ANSWER.name)
