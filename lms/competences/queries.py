"""Reads of frameworks and acquisitions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select

from lms.competences.catalogue import coverages, framework, latest_key
from lms.competences.data import AcquisitionInfo, CoverageInfo, Explained, FrameworkInfo, MyBlock
from lms.competences.explaining import explained, outlined
from lms.competences.models import Acquisition, Competence, Framework, FrameworkVersion, Pin
from lms.competences.moments import days_later
from lms.competences.standing import acquisition_of
from lms.courses.api import own_enrolments
from lms.kernel.context import Context
from lms.kernel.database import UTCDateTime
from lms.kernel.i18n import mark
from lms.kernel.rights import NotFound

_ROWS = select(
    Acquisition.membership_id,
    Acquisition.competence_id,
    Acquisition.reached_at,
    Acquisition.expires_at,
    Acquisition.explanation,
    Acquisition.rule,
).where(Acquisition.membership_id.in_(bindparam("ids", expanding=True)))


def frameworks(ctx: Context) -> list[tuple[FrameworkInfo, int]]:
    """Every version, newest first within its framework, with how many course versions use it."""
    rows = ctx.session.execute(
        select(FrameworkVersion.key, func.count(Pin.id).label("used"))
        .join(Framework, Framework.id == FrameworkVersion.framework_id)
        .outerjoin(Pin, Pin.framework_version_id == FrameworkVersion.id)
        .group_by(FrameworkVersion.key, Framework.code, FrameworkVersion.id)
        .order_by(Framework.code, FrameworkVersion.id.desc())
    ).all()
    return [(framework(ctx, row.key), row.used) for row in rows]


def framework_by_code(ctx: Context, code: str) -> FrameworkInfo:
    """The newest version of a framework, or `NotFound`."""
    key = latest_key(ctx, code)
    if key is None:
        raise NotFound
    return framework(ctx, key)


def acquisitions(ctx: Context, membership_ids: Iterable[int], *, version_id: int) -> dict[int, list[AcquisitionInfo]]:
    """Where people stand with every competence of the blocks that a course version works on, in its order."""
    covered = coverages(ctx, [version_id]).get(version_id)
    ids = sorted(set(membership_ids))
    if covered is None:
        return {one: [] for one in ids}
    rows = _rows_of(ctx, ids)
    return {one: list(_standings(ctx, one, [covered], rows)) for one in ids}


def own_acquisitions(ctx: Context, covered: Sequence[CoverageInfo]) -> list[AcquisitionInfo]:
    """Where the subject stands in these courses; a block that two of them work on appears once.

    What they have shown stays in sight, though the version that they follow now works on something else.
    """
    me = ctx.subject.membership_id
    rows = _rows_of(ctx, [me]) if covered else {}
    by_framework: dict[int, list[CoverageInfo]] = {}
    for one in covered:
        by_framework.setdefault(one.framework.version_id, []).append(one)
    known = {competence_id for _member, competence_id in rows}
    found: list[AcquisitionInfo] = []
    for some in by_framework.values():
        shown = {
            block.code for block in some[0].framework.blocks if known.intersection(one.id for one in block.competences)
        }
        found += _standings(ctx, me, some, rows, shown)
    return found


def own_coverages(ctx: Context) -> list[CoverageInfo]:
    """What the subject's courses cover, the present ones first."""
    versions = list(dict.fromkeys(enrolment.version_id for enrolment, _course in own_enrolments(ctx)))
    found = coverages(ctx, versions)
    return [found[one] for one in versions if one in found]


def my_blocks(ctx: Context) -> list[MyBlock]:
    """The blocks that the subject's courses work on."""
    covered = own_coverages(ctx)
    infos = own_acquisitions(ctx, covered)
    grouped: dict[int, list[Explained]] = {}
    for one in outlined(ctx, infos, version_ids=[each.course_version_id for each in covered]):
        grouped.setdefault(one.info.block.id, []).append(one)
    return [MyBlock(some[0].info.block, tuple(some)) for some in grouped.values()]


def my_skill(ctx: Context, code: str) -> Explained:
    """One thing that the subject can do, or is on the way to, with every reason; or `NotFound`."""
    covered = own_coverages(ctx)
    for info in own_acquisitions(ctx, covered):
        if info.competence.code == code:
            return explained(ctx, [info], version_ids=[one.course_version_id for one in covered])[0]
    raise NotFound


def _rows_of(ctx: Context, ids: Iterable[int]) -> dict[tuple[int, int], Any]:
    rows = ctx.session.execute(_ROWS, {"ids": list(ids)})
    return {(row.membership_id, row.competence_id): row for row in rows}


def _standings(
    ctx: Context,
    membership_id: int,
    covered: list[CoverageInfo],
    rows: Mapping[tuple[int, int], Any],
    shown: Collection[str] = (),
) -> Iterator[AcquisitionInfo]:
    worked_on = {block.code for one in covered for block in one.blocks}
    for block in covered[0].framework.blocks:
        if block.code in worked_on or block.code in shown:
            for competence in block.competences:
                row = rows.get((membership_id, competence.id))
                yield acquisition_of(
                    membership_id, block=block, competence=competence, covered=covered, row=row, now=ctx.now
                )


def levels(ctx: Context, people: Select[Any], *, by_week: bool = False) -> Select[Any]:
    """A selectable (enrolment_id, block_id, acquired): how many competences of a block had been acquired, where there are any.

    `people`: a selectable (enrolment_id, membership_id, entered_at). Parameters: `blocks` (ids), and `at`, the moment, or
    `days` after each one's entry when `by_week`.
    """
    person = people.subquery()
    moment = (
        days_later(person.c.entered_at, bindparam("days", type_=Integer()))
        if by_week
        else bindparam("at", type_=UTCDateTime())
    )
    return (
        select(person.c.enrolment_id, Acquisition.block_id, func.count().label("acquired"))
        .join(person, person.c.membership_id == Acquisition.membership_id)
        .where(
            Acquisition.block_id.in_(bindparam("blocks", expanding=True)),
            Acquisition.reached_at <= moment,
            Acquisition.expires_at.is_(None) | (Acquisition.expires_at > moment),
        )
        .group_by(person.c.enrolment_id, Acquisition.block_id)
    )


def held_acquisitions(ctx: Context, membership_id: int) -> list[dict[str, Any]]:
    """What the tables hold on someone, for the person."""
    rows = ctx.session.execute(
        select(
            Competence.code,
            Competence.plain,
            Acquisition.met,
            Acquisition.total,
            Acquisition.reached_at,
            Acquisition.expires_at,
        )
        .join(Competence, Competence.id == Acquisition.competence_id)
        .where(Acquisition.membership_id == membership_id)
        .order_by(Competence.version_id, Competence.position)
    )
    return [
        {
            mark("Vous savez faire"): row.plain,
            mark("Code"): row.code,
            mark("Choses montrées"): row.met,
            mark("Choses à montrer"): row.total,
            mark("Acquis le"): row.reached_at,
            mark("Valable jusqu’au"): row.expires_at,
        }
        for row in rows
    ]
