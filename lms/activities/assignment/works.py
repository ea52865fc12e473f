"""Works as a whole, read for pages and documents: as many queries for one version as for twenty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select

from lms.accounts.api import members
from lms.activities.assignment.data import GradeInfo, VersionInfo, WorkInfo
from lms.activities.assignment.models import Grade, Piece, Work, WorkVersion
from lms.kernel.context import Context
from lms.kernel.media import MediaInfo, media_infos


def own_work(ctx: Context, enrolment_id: int, activity_key: str) -> WorkInfo | None:
    """What was handed in for an activity of an enrolment, if anything. The caller has asked for the right."""
    query = select(Work).where(Work.enrolment_id == enrolment_id, Work.activity_key == activity_key)
    rows = ctx.session.scalars(query).all()
    return next(iter(stories(ctx, rows)), None)


def stories(ctx: Context, works: Iterable[Work]) -> list[WorkInfo]:
    """Works with their versions and grades, in five queries. The caller has asked for the right."""
    rows = list(works)
    if not rows:
        return []
    versions = ctx.session.scalars(
        select(WorkVersion).where(WorkVersion.work_id.in_([row.id for row in rows])).order_by(WorkVersion.number.desc())
    ).all()
    ids = [one.id for one in versions]
    grades = ctx.session.scalars(select(Grade).where(Grade.version_id.in_(ids)).order_by(Grade.number)).all()
    pieces = ctx.session.scalars(
        select(Piece)
        .where(or_(Piece.version_id.in_(ids), Piece.grade_id.in_([one.id for one in grades])))
        .order_by(Piece.id)
    ).all()
    media = media_infos(ctx, [one.media_id for one in pieces])
    people = members(ctx, {*(one.handed_by_id for one in versions), *(one.graded_by_id for one in grades)})
    names = {key: one.name for key, one in people.items()}
    told: dict[int, list[GradeInfo]] = {}
    for grade in grades:
        voices = _of(pieces, media, grade_id=grade.id)
        told.setdefault(grade.version_id, []).append(_grade(grade, voices, names.get(grade.graded_by_id, "")))
    shown: dict[int, list[VersionInfo]] = {}
    for one in versions:
        shown.setdefault(one.work_id, []).append(
            VersionInfo(
                number=one.number,
                text=one.text,
                media=_of(pieces, media, version_id=one.id),
                handed_at=one.handed_at,
                by=names.get(one.handed_by_id, ""),
                grades=tuple(told.get(one.id, ())),
            )
        )
    return [_work(row, shown.get(row.id, [])) for row in rows]


def _of(pieces: Sequence[Piece], media: dict[int, MediaInfo], **owner: Any) -> tuple[MediaInfo, ...]:
    ((name, value),) = owner.items()
    return tuple(media[one.media_id] for one in pieces if getattr(one, name) == value and one.media_id in media)


def _grade(row: Grade, voices: tuple[MediaInfo, ...], name: str) -> GradeInfo:
    return GradeInfo(row.number, row.marks, row.score, row.is_accepted, row.comment, voices, row.graded_at, name)


def _work(row: Work, versions: Sequence[VersionInfo]) -> WorkInfo:
    return WorkInfo(
        key=row.key,
        membership_id=row.membership_id,
        enrolment_id=row.enrolment_id,
        activity_key=row.activity_key,
        title=row.title,
        project=row.project,
        state=row.state,
        accepted_number=row.accepted_number,
        versions=tuple(versions),
    )
