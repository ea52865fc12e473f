"""What threads hold on a person: said to them, and erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update

from lms.accounts.api import members
from lms.contract.types import PersonalData
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.media import forget_media, media_infos, personal_files
from lms.messages.models import (
    SAID,
    Attachment,
    Handover,
    LaterMessage,
    Message,
    Notice,
    Reading,
    Thread,
)


def held_on(ctx: Context, membership_id: int) -> PersonalData:
    """Their threads with all that was said in them, what they wrote in those of others, and how far they have read."""
    rows: list[dict[str, Any]] = []
    own = ctx.session.scalars(select(Thread).where(Thread.membership_id == membership_id).order_by(Thread.id)).all()
    for thread in own:
        rows.append(_thread(ctx, thread))
        rows += _messages(ctx, Message.thread_id == thread.id)
    ids = [thread.id for thread in own]
    elsewhere = (Message.author_id == membership_id, Message.thread_id.not_in(ids), Message.kind == SAID)
    rows += _messages(ctx, *elsewhere)
    rows += [
        {gettext("Réponse qui doit partir le"): one.due_at, gettext("Texte"): one.text}
        for one in ctx.session.scalars(select(LaterMessage).where(LaterMessage.author_id == membership_id))
    ]
    rows += [
        {gettext("Suite demandée le"): one.asked_at, gettext("Réponse le"): one.answered_at}
        for one in ctx.session.scalars(
            select(Handover).where(or_(Handover.from_id == membership_id, Handover.to_id == membership_id))
        )
    ]
    rows += [
        {gettext("E-mail envoyé au sujet d'une conversation, le"): one.sent_at}
        for one in ctx.session.scalars(select(Notice).where(Notice.membership_id == membership_id))
        if one.sent_at is not None
    ]
    shown = [{what: value for what, value in row.items() if value} for row in rows]
    sent = select(Attachment.media_id).join(Message, Message.id == Attachment.message_id)
    media = ctx.session.scalars(sent.where(or_(Message.thread_id.in_(ids), Message.author_id == membership_id)))
    return PersonalData(gettext("Vos messages"), shown, personal_files(ctx, media))


def _thread(ctx: Context, thread: Thread) -> dict[str, Any]:
    known = members(ctx, [thread.responsible_id] if thread.responsible_id else [])
    return {
        gettext("Conversation ouverte le"): thread.opened_at,
        gettext("Au sujet de"): " · ".join(part for part in (thread.place, thread.question) if part),
        gettext("Personne qui répond"): known[thread.responsible_id].name if thread.responsible_id in known else "",
        gettext("Fermée le"): thread.closed_at,
    }


def _messages(ctx: Context, *where: Any) -> list[dict[str, Any]]:
    found = ctx.session.scalars(select(Message).where(*where, Message.kind == SAID).order_by(Message.id)).all()
    names = members(ctx, {one.author_id for one in found})
    attached = _attached(ctx, [one.id for one in found])
    return [
        {
            gettext("Message de"): names[one.author_id].name if one.author_id in names else "",
            gettext("Le"): one.sent_at,
            gettext("Texte"): one.text,
            gettext("Avec"): ", ".join(attached.get(one.id, ())),
        }
        for one in found
    ]


def _attached(ctx: Context, ids: Sequence[int]) -> dict[int, list[str]]:
    rows = ctx.session.execute(
        select(Attachment.message_id, Attachment.media_id).where(Attachment.message_id.in_(ids)).order_by(Attachment.id)
    ).all()
    infos = media_infos(ctx, [row.media_id for row in rows])
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.message_id, []).append(infos[row.media_id].name)
    return found


def erase(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """With the account go the words, photos and voices of their threads; that help was asked and given is evidence.

    What someone of the staff wrote to others belongs to the threads of these others, and stays.
    """
    own = select(Thread.id).where(Thread.membership_id == membership_id)
    if "account" in classes:
        _erase_words(ctx, list(ctx.session.scalars(own)))
        _erase_later(ctx, LaterMessage.author_id == membership_id)
    if "technical" in classes:
        for table in (Reading, Notice):
            ctx.session.execute(delete(table).where(table.membership_id == membership_id))
    if "trail" in classes:
        ctx.session.execute(delete(Handover).where(Handover.thread_id.in_(own)))
    if "evidence" in classes:
        ids = list(ctx.session.scalars(own))
        _erase_words(ctx, ids)
        for part in (Handover, Reading, Notice, Message):
            ctx.session.execute(delete(part).where(part.thread_id.in_(ids)))
        ctx.session.execute(delete(Thread).where(Thread.id.in_(ids)))


def _erase_words(ctx: Context, thread_ids: Sequence[int]) -> None:
    said = select(Message.id).where(Message.thread_id.in_(thread_ids))
    _erase_media(ctx, Attachment.message_id.in_(said))
    ctx.session.execute(
        update(Message)
        .where(Message.thread_id.in_(thread_ids), Message.kind == SAID, Message.erased_at.is_(None))
        .values(text="", erased_at=ctx.now)
    )
    ctx.session.execute(
        update(Thread)
        .where(Thread.id.in_(thread_ids))
        .values(waiting_since=None, asks=0, closed_at=ctx.now, changes=Thread.changes + 1)
    )
    _erase_later(ctx, LaterMessage.thread_id.in_(thread_ids))


def _erase_later(ctx: Context, where: Any) -> None:
    ids = list(ctx.session.scalars(select(LaterMessage.id).where(where)))
    _erase_media(ctx, Attachment.later_id.in_(ids))
    ctx.session.execute(delete(LaterMessage).where(LaterMessage.id.in_(ids)))


def _erase_media(ctx: Context, where: Any) -> None:
    """The rows go now; the bytes after the commit, by whoever has the person erased (`forgotten_bytes`)."""
    ids = list(ctx.session.scalars(select(Attachment.media_id).where(where)))
    if not ids:
        return
    ctx.session.execute(delete(Attachment).where(Attachment.media_id.in_(ids)))
    forget_media(ctx, ids)
