"""Handing a work in, and saying what one thinks of it: check, change, tell."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
from sqlalchemy import delete, func, select

from lms.accounts.api import lock_memberships
from lms.activities.assignment.events import BytesForgotten, WorkGraded, WorkReceived
from lms.activities.assignment.kind import KIND, MOST_TEXT, TEXT, criteria_of
from lms.activities.assignment.models import ACCEPTED, ANSWERED, WAITING, Grade, Piece, Work, WorkVersion
from lms.activities.assignment.permissions import GRADE
from lms.contract.types import Source
from lms.courses.api import (
    LEARN,
    WORTH,
    Play,
    content_of,
    enrolments_by_id,
    outcome_of,
    play,
    play_by_staff,
    reaches,
    say,
    say_part,
    say_whole,
    score_of,
)
from lms.kernel.context import Context
from lms.kernel.media import Prepared, forget_media, keep_media
from lms.kernel.rights import NotFound
from lms.xapi.api import SUBMITTED, Intent, Outcome, Refused, record, void

MOST_COMMENT = 4_000


class HandedIn(msgspec.Struct, frozen=True):
    """The payload of `assignment.hand_in`. Photos, voices and files come beside it, by form, under the same intent."""

    activity: str
    text: str = ""


class Graded(msgspec.Struct, frozen=True):
    """The payload of `assignment.grade`: what the trainer had before them (`number`: the version, `seen`: its grades so far)."""

    work: str
    number: Annotated[int, msgspec.Meta(ge=1)]
    seen: Annotated[int, msgspec.Meta(ge=0)]
    marks: dict[str, str]
    comment: str = ""


def keep_pieces(
    ctx: Context, data_dir: Path, *, intent_id: str, prepared: Sequence[Prepared], on: Work | None = None
) -> None:
    """Keep what came with an act, before it runs; sent twice, it is kept once. `on`: the work that a trainer speaks of."""
    if on is None:
        ctx.require(LEARN)
    else:
        ctx.require(GRADE, on=on)
    signed_in = ctx.actor or ctx.subject
    lock_memberships(ctx, [ctx.subject.membership_id])
    if not prepared or _pieces(ctx, intent_id):
        return
    for one in prepared:
        row = keep_media(ctx, data_dir, one)
        ctx.session.add(
            Piece(
                membership_id=ctx.subject.membership_id,
                sent_by_id=signed_in.membership_id,
                intent=intent_id,
                media_id=row.id,
            )
        )
    ctx.session.flush()


def hand_in(ctx: Context, *, intent: Intent, payload: HandedIn) -> Outcome:
    """Keep a version of the subject's work, and say that it was handed in."""
    lock_memberships(ctx, [ctx.subject.membership_id])
    found = play(ctx, payload.activity)
    if found.info.type != KIND.name:
        raise Refused("unreadable")
    outcome = outcome_of(found, intent)
    text = payload.text.replace("\x00", "").strip() if TEXT in found.activity.body["accepts"] else ""
    pieces = _loose(ctx, intent.uuid)
    if not text and not pieces:
        raise Refused("nothing_sent")
    if len(text) > MOST_TEXT:
        raise Refused("too_long")
    work = _work(ctx, found)
    work.number += 1
    work.state, work.handed_at = WAITING, intent.occurred_at
    work.version_id, work.title = found.activity.version_id, found.activity.title
    work.project = str(found.activity.body.get("project", ""))
    ctx.session.add(work)
    ctx.session.flush()
    version = WorkVersion(
        work_id=work.id,
        number=work.number,
        text=text,
        handed_at=intent.occurred_at,
        handed_by_id=(ctx.actor or ctx.subject).membership_id,
    )
    ctx.session.add(version)
    ctx.session.flush()
    for piece in pieces:
        piece.version_id = version.id
    attempt = str(uuid.uuid5(uuid.UUID(intent.uuid), "attempt"))
    record(
        ctx,
        [say(ctx, found, intent, 0, kind=KIND, verb=SUBMITTED, source=Source.LEARNER_DEVICE, attempt=attempt)],
    )
    ctx.tell(WorkReceived(work_id=work.id, number=work.number))
    return outcome


def grade_work(ctx: Context, *, intent: Intent, payload: Graded) -> Outcome:
    """Say what one thinks of the version that one has read. The context acts for the person whose work it is.

    Refused: "newer_version" when they have handed it in again since, "graded_meanwhile" when someone has graded it since.
    """
    work = ctx.session.scalar(select(Work).where(Work.key == payload.work))
    if work is None:
        raise NotFound
    ctx.require(GRADE, on=work)
    if ctx.subject.membership_id != work.membership_id or (ctx.actor or ctx.subject) == ctx.subject:
        raise Refused("unreadable")
    lock_memberships(ctx, [work.membership_id])
    ctx.session.refresh(work)
    version = ctx.session.scalar(_version(work.id, work.number))
    if version is None or payload.number != work.number:
        raise Refused("newer_version")
    before = list(ctx.session.scalars(select(Grade).where(Grade.version_id == version.id).order_by(Grade.number)))
    if payload.seen != len(before):
        raise Refused("graded_meanwhile")
    body, _compiled = content_of(ctx, work.version_id, key=work.activity_key)
    marks = _marks(body, payload.marks)
    comment = payload.comment.replace("\x00", "").strip()[:MOST_COMMENT]
    score, least = score_of(marks.values()), body.get("pass")
    said = _said(ctx, work, intent, body, marks)
    if before:  # a correction: what was said before of this version no longer counts, and stays to be read
        void(ctx, before[-1].statements, intent=intent, reason="mistake")
    record(ctx, said)
    row = Grade(
        version_id=version.id,
        number=len(before) + 1,
        marks=dict(marks),
        score=score,
        is_accepted=reaches(score, least) is not False,
        comment=comment,
        graded_at=ctx.now,
        graded_by_id=(ctx.actor or ctx.subject).membership_id,
        statements=[one.id for one in said],
    )
    ctx.session.add(row)
    ctx.session.flush()
    for piece in _loose(ctx, intent.uuid):
        piece.grade_id = row.id
    work.state = ACCEPTED if row.is_accepted else ANSWERED
    work.accepted_number = ctx.session.scalar(_LAST_ACCEPTED.where(WorkVersion.work_id == work.id))
    ctx.tell(WorkGraded(work_id=work.id, number=work.number, grade=row.number))
    return Outcome.ACCEPTED


def _said(ctx: Context, work: Work, intent: Intent, body: Mapping[str, Any], marks: Mapping[str, str]) -> list[Any]:
    """The whole, and each criterion, under the version of the course in which the work was handed in."""
    enrolment = replace(enrolments_by_id(ctx, [work.enrolment_id])[work.enrolment_id], version_id=work.version_id)
    found = play_by_staff(ctx, enrolment, activity_key=work.activity_key)
    whole = say_whole(ctx, found, intent, 0, kind=KIND, score=score_of(marks.values()), least=body.get("pass"))
    return [
        whole,
        *(
            say_part(ctx, found, intent, number, kind=KIND, part=(one.key, one.text), given=marks[one.key])
            for number, one in enumerate(criteria_of(body), 1)
        ),
    ]


def _marks(body: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    keys = [one.key for one in criteria_of(body)]
    if any(given.get(key) not in WORTH for key in keys):
        raise Refused("marks_missing")
    return {key: given[key] for key in keys}


def _work(ctx: Context, found: Play) -> Work:
    """The row of this work, made the first time."""
    enrolment = found.enrolment
    query = select(Work).where(Work.enrolment_id == enrolment.id, Work.activity_key == found.activity.key)
    row = ctx.session.scalar(query.execution_options(populate_existing=True))
    return row or Work(
        membership_id=enrolment.membership_id,
        enrolment_id=enrolment.id,
        cohort_id=enrolment.cohort_id,
        course_id=enrolment.course_id,
        activity_key=found.activity.key,
        number=0,
    )


def _version(work_id: int, number: int) -> Any:
    return select(WorkVersion).where(WorkVersion.work_id == work_id, WorkVersion.number == number)


_LATEST = select(Grade.version_id, func.max(Grade.number).label("number")).group_by(Grade.version_id).subquery()
_LAST_ACCEPTED = (
    select(func.max(WorkVersion.number))
    .join(Grade, Grade.version_id == WorkVersion.id)
    .join(_LATEST, (_LATEST.c.version_id == Grade.version_id) & (_LATEST.c.number == Grade.number))
    .where(Grade.is_accepted.is_(True))
)


def _pieces(ctx: Context, intent_id: str) -> Sequence[Piece]:
    return ctx.session.scalars(
        select(Piece)
        .where(Piece.membership_id == ctx.subject.membership_id, Piece.intent == intent_id)
        .order_by(Piece.id)
    ).all()


def _loose(ctx: Context, intent_id: str) -> list[Piece]:
    """What came with this act, from who sends it, and belongs to nothing yet."""
    sender = (ctx.actor or ctx.subject).membership_id
    return [
        one
        for one in _pieces(ctx, intent_id)
        if one.sent_by_id == sender and one.version_id is None and one.grade_id is None
    ]


def forget_works(ctx: Context, *, membership_id: int) -> None:
    """Erase someone's works, with what was sent and said with them."""
    works = _ids(ctx, select(Work.id).where(Work.membership_id == membership_id))
    versions = _ids(ctx, select(WorkVersion.id).where(WorkVersion.work_id.in_(works)))
    media = _ids(ctx, select(Piece.media_id).where(Piece.membership_id == membership_id))
    ctx.session.execute(delete(Piece).where(Piece.membership_id == membership_id))
    ctx.session.execute(delete(Grade).where(Grade.version_id.in_(versions)))
    ctx.session.execute(delete(WorkVersion).where(WorkVersion.id.in_(versions)))
    ctx.session.execute(delete(Work).where(Work.id.in_(works)))
    names = forget_media(ctx, media)
    if names:
        ctx.tell(BytesForgotten(names=tuple(names), at=ctx.now))


def _ids(ctx: Context, query: Any) -> list[int]:
    found: Iterable[int] = ctx.session.scalars(query)
    return list(found)
