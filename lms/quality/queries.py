"""The bundles that were made, for who may read them."""

from __future__ import annotations

from sqlalchemy import exists, func, or_, select

from lms.accounts.api import members
from lms.courses.api import CohortInfo, cohort_by_key, cohorts_by_id, enrolments
from lms.kernel.context import Context
from lms.kernel.files import FileRow
from lms.kernel.i18n import mark
from lms.kernel.rights import NotFound
from lms.quality.data import BundleInfo, CohortPlace
from lms.quality.models import Bundle
from lms.quality.permissions import READ


def bundles(
    ctx: Context, *, cohort_id: int | None = None, manifest_sha256: str = "", limit: int = 100
) -> list[BundleInfo]:
    """The bundles that the actor may read, the latest first."""
    query = (
        select(Bundle)
        .where(ctx.visible(READ, Bundle))
        .order_by(Bundle.created_at.desc(), Bundle.id.desc())
        .limit(limit)
    )
    if cohort_id is not None:
        query = query.where(Bundle.cohort_id == cohort_id)
    if manifest_sha256:
        query = query.where(Bundle.manifest_sha256 == manifest_sha256)
    rows = ctx.session.scalars(query).all()
    groups = cohorts_by_id(ctx, {row.cohort_id for row in rows})
    makers = members(ctx, {row.created_by_id for row in rows if row.created_by_id is not None})
    return [
        BundleInfo(
            key=row.key,
            cohort=groups[row.cohort_id],
            created_at=row.created_at,
            created_by=makers[row.created_by_id].name if row.created_by_id in makers else "",
            manifest_sha256=row.manifest_sha256,
            people=row.people,
            statements=row.statements,
            voided=row.voided,
            files=row.files,
            size=row.size,
            is_kept=row.file_id is not None,
        )
        for row in rows
    ]


def bundle_file(ctx: Context, key: str) -> FileRow:
    """The file of a bundle that the actor may read, or `NotFound`."""
    found = ctx.session.scalar(
        select(FileRow).join(Bundle, Bundle.file_id == FileRow.id).where(Bundle.key == key, ctx.visible(READ, Bundle))
    )
    if found is None:
        raise NotFound
    return found


def cohort_to_prove(ctx: Context, key: str) -> CohortInfo:
    """A cohort whose bundles the actor may read, or `NotFound`."""
    found = cohort_by_key(ctx, key)
    if not ctx.holds(READ, on=CohortPlace(found.id, found.course_id)):
        raise NotFound
    return found


def bundles_holding(ctx: Context, membership_id: int) -> list[Bundle]:
    """The bundles that hold someone's results. The caller asks for the right."""
    whole = enrolments(ctx).subquery()
    inside = exists().where(
        whole.c.membership_id == membership_id,
        whole.c.cohort_id == Bundle.cohort_id,
        whole.c.entered_at <= Bundle.created_at,
    )
    return list(ctx.session.scalars(select(Bundle).where(inside)))


def bundles_about(ctx: Context, membership_id: int) -> list[dict[str, object]]:
    """What someone is told of the bundles that they made, or that hold their results. The caller asks for the right."""
    whole = enrolments(ctx).subquery()
    entered = (
        select(whole.c.cohort_id, func.min(whole.c.entered_at).label("entered_at"))
        .where(whole.c.membership_id == membership_id)
        .group_by(whole.c.cohort_id)
        .subquery()
    )
    rows = ctx.session.execute(
        select(Bundle.created_at, Bundle.created_by_id, Bundle.cohort_id, entered.c.entered_at)
        .outerjoin(entered, entered.c.cohort_id == Bundle.cohort_id)
        .where(or_(Bundle.created_by_id == membership_id, entered.c.entered_at <= Bundle.created_at))
        .order_by(Bundle.id)
    ).all()
    groups = cohorts_by_id(ctx, {row.cohort_id for row in rows})
    return [
        {
            mark("Groupe"): groups[row.cohort_id].name,
            mark("Préparé le"): row.created_at,
            mark("Par vous"): row.created_by_id == membership_id,
            mark("Contient vos résultats"): bool(row.entered_at and row.entered_at <= row.created_at),
        }
        for row in rows
    ]
