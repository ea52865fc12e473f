"""Reads of threads: lists, one conversation, what waits, how much help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from lms.accounts.api import people
from lms.courses.api import activity_iri, enrolments
from lms.kernel.context import Context
from lms.kernel.files import FileRow
from lms.kernel.media import MediaInfo, MediaRow, media_file, media_infos
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import NotFound
from lms.messages.data import Bubble, Conversation, HandoverInfo, Later, ThreadLine
from lms.messages.folds import Help, HelpCount, fold_help, middle
from lms.messages.models import ASKED, SAID, Attachment, Handover, LaterMessage, Message, Reading, Thread
from lms.messages.reading import may_answer, me, readable
from lms.xapi.api import entries_by_activity

_RECENT = 200
_MESSAGES = (
    select(
        Message.id,
        Message.key,
        Message.kind,
        Message.author_id,
        Message.text,
        Message.sent_at,
        Message.waited_since,
        Message.erased_at,
    )
    .where(Message.thread_id == bindparam("thread_id"))
    .order_by(Message.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_COUNT = select(func.count()).select_from(Message).where(Message.thread_id == bindparam("thread_id"))
_READ = select(Reading.read_id).where(
    Reading.thread_id == bindparam("thread_id"), Reading.membership_id == bindparam("membership_id")
)
_ATTACHED = (
    select(Attachment.message_id, Attachment.media_id)
    .where(Attachment.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(Attachment.id)
)
_ATTACHED_LATER = (
    select(Attachment.later_id, Attachment.media_id)
    .where(Attachment.later_id.in_(bindparam("ids", expanding=True)))
    .order_by(Attachment.id)
)
_LATER = (
    select(LaterMessage.id, LaterMessage.key, LaterMessage.author_id, LaterMessage.text, LaterMessage.due_at)
    .where(LaterMessage.thread_id == bindparam("thread_id"))
    .order_by(LaterMessage.due_at, LaterMessage.id)
)
_PENDING = select(Handover.key, Handover.from_id, Handover.to_id, Handover.asked_at).where(
    Handover.thread_id == bindparam("thread_id"), Handover.state == ASKED
)
_WHOLE: Any = people(None).subquery()  # type: ignore[arg-type]
_PEOPLE = select(_WHOLE).where(_WHOLE.c.membership_id.in_(bindparam("ids", expanding=True)))
_HAD = select(Reading.read_id).where(Reading.thread_id == Thread.id, Reading.membership_id == bindparam("me"))
_UNREAD = (
    select(func.count())
    .select_from(Message)
    .where(
        Message.thread_id == Thread.id,
        Message.kind == SAID,
        Message.author_id != bindparam("me"),
        Message.id > func.coalesce(_HAD.correlate(Thread).scalar_subquery(), 0),
    )
    .correlate(Thread)
    .scalar_subquery()
)
"""How many messages of others in a thread someone (`me`) has not had on their screen."""
_NEWS = (
    select(Thread.key, _WHOLE.c.given_name, _WHOLE.c.family_name)
    .join(Message, Message.id == Thread.last_id)
    .join(_WHOLE, _WHOLE.c.membership_id == Message.author_id)
    .where(Thread.membership_id == bindparam("me"), _UNREAD > 0)
    .order_by(Thread.last_at.desc())
    .limit(5)
)


def conversation(ctx: Context, thread: Thread, *, number: int = 1) -> Conversation:
    """A page of a thread: the newest messages on the first one. The caller has found it by `thread_by_key`."""
    rows = _page(ctx, thread.id, number)
    total = len(rows) if number == 1 and len(rows) <= PAGE else _total(ctx, thread.id)
    rows = rows[:PAGE]
    is_own, is_staff_here = thread.membership_id == me(ctx), may_answer(ctx, thread)
    pending = None if is_own else ctx.session.execute(_PENDING, {"thread_id": thread.id}).one_or_none()
    later = ctx.session.execute(_LATER, {"thread_id": thread.id}).all() if is_staff_here else []
    people_there = _people(ctx, _everyone(thread, rows, later, pending))
    names = {one: row.name for one, row in people_there.items()}
    person = people_there[thread.membership_id]
    read_id = ctx.session.scalar(_READ, {"thread_id": thread.id, "membership_id": me(ctx)}) or 0
    bubbles = _bubbles(ctx, rows, names, read_id)
    return Conversation(
        id=thread.id,
        key=thread.key,
        membership_id=thread.membership_id,
        person_key=person.key,
        person_name=person.name,
        responsible_id=thread.responsible_id,
        responsible_name=names.get(thread.responsible_id or 0, ""),
        course_key=thread.course_key,
        activity_key=thread.activity_key,
        place=thread.place,
        question=thread.question,
        closed_at=thread.closed_at,
        waiting_since=thread.waiting_since,
        is_own=is_own,
        may_answer=is_staff_here,
        is_gone=person.status == "ended",
        bubbles=bubbles,
        total=total,
        number=number,
        last_key=rows[0].key if rows else "",
        unread=sum(one.is_new for one in bubbles),
        later=_later(ctx, later, names),
        handover=HandoverInfo(
            pending.key, pending.from_id, names[pending.from_id], pending.to_id, names[pending.to_id], pending.asked_at
        )
        if pending
        else None,
    )


def mark_of(ctx: Context, thread: Thread) -> str:
    """What changes when the page of a thread does: for those who ask again and again."""
    read_id = ctx.session.scalar(_READ, {"thread_id": thread.id, "membership_id": me(ctx)})
    return f"{thread.key}-{thread.changes}-{read_id or 0}"


def thread_list(
    ctx: Context, *, number: int = 1, waiting: bool = False, membership_id: int | None = None, most: int = PAGE
) -> Listed[ThreadLine]:
    """Threads that the actor may read: the newest first, or who waits longest first."""
    where = [readable(ctx)]
    if waiting:
        where.append(Thread.waiting_since.is_not(None))
    if membership_id is not None:
        where.append(Thread.membership_id == membership_id)
    order = (Thread.waiting_since, Thread.id) if waiting else (Thread.last_at.desc(), Thread.id.desc())
    rows = ctx.session.execute(
        select(
            Thread.id,
            Thread.key,
            Thread.membership_id,
            Thread.responsible_id,
            Thread.place,
            Thread.last_at,
            Thread.waiting_since,
            Thread.closed_at,
            Message.text,
            _UNREAD.label("unread"),
        )
        .outerjoin(Message, Message.id == Thread.last_id)
        .where(*where)
        .order_by(*order)
        .offset((number - 1) * most)
        .limit(most),
        {"me": me(ctx)},
    ).all()
    # A page that is not full says itself how many there are.
    is_all = number == 1 and len(rows) < most
    total = len(rows) if is_all else ctx.session.scalar(select(func.count()).select_from(Thread).where(*where)) or 0
    known = _people(ctx, {one for row in rows for one in (row.membership_id, row.responsible_id) if one})
    return Listed([_line(row, known, me(ctx)) for row in rows], total, number, most)


def unread_threads(ctx: Context) -> list[tuple[str, str]]:
    """(key, who wrote last) of the actor's own threads in which something is unread, the newest first."""
    rows = ctx.session.execute(_NEWS, {"me": me(ctx)})
    return [(row.key, f"{row.given_name} {row.family_name}".strip()) for row in rows]


def media_of_thread(ctx: Context, thread: Thread, *, key: str) -> int:
    """A medium that a message of this thread carries, or `NotFound`; what has not left yet, to who answers only."""
    query = select(MediaRow.id).join(Attachment, Attachment.media_id == MediaRow.id).where(MediaRow.key == key)
    sent = query.join(Message, Message.id == Attachment.message_id).where(Message.thread_id == thread.id)
    found = ctx.session.scalar(sent)
    if found is None and may_answer(ctx, thread):
        later = query.join(LaterMessage, LaterMessage.id == Attachment.later_id)
        found = ctx.session.scalar(later.where(LaterMessage.thread_id == thread.id))
    if found is None:
        raise NotFound
    return found


def files_of_later(ctx: Context, thread: Thread, *, key: str) -> list[FileRow]:
    """What an answer that still has to leave carries, in order. The caller has asked for the right."""
    query = (
        select(Attachment.media_id)
        .join(LaterMessage, LaterMessage.id == Attachment.later_id)
        .where(LaterMessage.thread_id == thread.id, LaterMessage.key == key)
    )
    return [media_file(ctx, one) for one in ctx.session.scalars(query.order_by(Attachment.id))]


def helps_of(ctx: Context, registrations: Iterable[str]) -> list[tuple[str, Help]]:
    """(place, help) for each help of these enrolments, in order, from the ledger. The caller has asked for the right."""
    rows = ctx.session.execute(
        select(Thread.key, Thread.membership_id, Thread.place)
        .where(Thread.registration.in_(sorted(registrations)))
        .order_by(Thread.id)
    ).all()
    pairs = {(row.membership_id, activity_iri(ctx, row.key)): row.place for row in rows}
    entries = entries_by_activity(ctx, pairs)
    found = [(pairs[pair], one) for pair in pairs for one in fold_help(entries[pair])]
    return sorted(found, key=lambda one: (one[1].asked_at or one[1].given_at or ctx.now, one[0]))


def help_count(ctx: Context, *, cohort_id: int | None = None, membership_id: int | None = None) -> HelpCount:
    """How much help, of a group or of someone; the middle delay is that of the last answers. The caller asks for the right."""
    where: list[Any] = []
    if cohort_id is not None:
        whole = enrolments(ctx).subquery()
        where.append(Thread.registration.in_(select(whole.c.uuid).where(whole.c.cohort_id == cohort_id)))
    if membership_id is not None:
        where.append(Thread.membership_id == membership_id)
    waiting = select(func.count()).select_from(Thread).where(Thread.waiting_since.is_not(None), *where)
    answers = and_(Message.waited_since.is_not(None), *where)
    joined = select(func.count()).select_from(Message).join(Thread, Thread.id == Message.thread_id).where(answers)
    totals = ctx.session.execute(select(waiting.scalar_subquery(), joined.scalar_subquery())).one()
    delays = (
        select(Message.waited_since, Message.sent_at)
        .join(Thread, Thread.id == Message.thread_id)
        .where(answers)
        .order_by(Message.id.desc())
        .limit(_RECENT)
    )
    found = [row.sent_at - row.waited_since for row in ctx.session.execute(delays)] if totals[1] else []
    return HelpCount(asked=totals[0] + totals[1], answered=totals[1], middle=middle(found))


def _page(ctx: Context, thread_id: int, number: int) -> Sequence[Any]:
    """Rows, newest first; one more than a page on the first, to know whether there is a second."""
    given = {"thread_id": thread_id, "most": PAGE + (number == 1), "skipped": (number - 1) * PAGE}
    return ctx.session.execute(_MESSAGES, given).all()


def _total(ctx: Context, thread_id: int) -> int:
    return ctx.session.scalar(_COUNT, {"thread_id": thread_id}) or 0


def _everyone(thread: Thread, rows: Sequence[Any], later: Sequence[Any], pending: Any) -> set[int]:
    found = {thread.membership_id, *(row.author_id for row in rows), *(row.author_id for row in later)}
    if thread.responsible_id is not None:
        found.add(thread.responsible_id)
    return found | ({pending.from_id, pending.to_id} if pending else set())


class _Known:
    """Someone of a thread."""

    __slots__ = ("key", "name", "status")

    def __init__(self, row: Any) -> None:
        self.key, self.status = row.key, row.status
        self.name = f"{row.given_name} {row.family_name}".strip()


def _people(ctx: Context, ids: Iterable[int]) -> Mapping[int, _Known]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    rows = ctx.session.execute(_PEOPLE, {"ids": wanted})
    return {row.membership_id: _Known(row) for row in rows}


def _bubbles(ctx: Context, rows: Sequence[Any], names: Mapping[int, str], read_id: int) -> tuple[Bubble, ...]:
    media = _media(ctx, _ATTACHED, [row.id for row in rows])
    mine = me(ctx)
    return tuple(
        Bubble(
            id=row.id,
            key=row.key,
            kind=row.kind,
            author_id=row.author_id,
            author=names.get(row.author_id, ""),
            text=row.text,
            sent_at=row.sent_at,
            waited_since=row.waited_since,
            is_mine=row.author_id == mine,
            is_new=row.id > read_id and row.author_id != mine and row.kind == SAID,
            is_erased=row.erased_at is not None,
            media=media.get(row.id, ()),
        )
        for row in reversed(rows)
    )


def _later(ctx: Context, rows: Sequence[Any], names: Mapping[int, str]) -> tuple[Later, ...]:
    media = _media(ctx, _ATTACHED_LATER, [row.id for row in rows])
    mine = me(ctx)
    return tuple(
        Later(row.key, names.get(row.author_id, ""), row.text, row.due_at, row.author_id == mine, media.get(row.id, ()))
        for row in rows
    )


def _media(ctx: Context, query: Any, ids: list[int]) -> dict[int, tuple[MediaInfo, ...]]:
    rows = ctx.session.execute(query, {"ids": ids}).all() if ids else []
    infos = media_infos(ctx, [row[1] for row in rows])
    found: dict[int, tuple[MediaInfo, ...]] = {}
    for owner, media_id in rows:
        found[owner] = (*found.get(owner, ()), infos[media_id])
    return found


def _line(row: Any, known: Mapping[int, _Known], mine: int) -> ThreadLine:
    other = row.responsible_id if row.membership_id == mine else row.membership_id
    responsible = known.get(row.responsible_id or 0)
    return ThreadLine(
        key=row.key,
        name=known[other].name if other in known else "",
        responsible=responsible.name if responsible else "",
        place=row.place,
        last_text=row.text or "",
        last_at=row.last_at,
        waiting_since=row.waiting_since,
        is_closed=row.closed_at is not None,
        unread=row.unread,
        is_own=row.membership_id == mine,
    )
