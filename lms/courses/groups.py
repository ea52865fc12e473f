"""Groups as other features may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select

from lms.courses.data import CohortInfo
from lms.courses.models import Cohort
from lms.courses.permissions import READ_COHORT
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.kernel.statements import once_for

_COHORT: Any = select(Cohort.id, Cohort.key, Cohort.code, Cohort.name, Cohort.course_id)


def cohort_by_key(ctx: Context, key: str) -> CohortInfo:
    """A cohort that the actor may read, by the key of an address, or `NotFound`."""
    query = once_for(
        ctx,
        READ_COHORT,
        "courses: cohort by key",
        lambda: _COHORT.where(Cohort.key == bindparam("key"), ctx.visible(READ_COHORT, Cohort)),
    )
    row = ctx.session.execute(query, {"key": key}).one_or_none()
    if row is None:
        raise NotFound
    return CohortInfo(*row)


def cohort_by_code(ctx: Context, code: str) -> CohortInfo:
    """A cohort by its code (command line); the caller has asked for the right."""
    row = ctx.session.execute(_COHORT.where(Cohort.code == code)).one_or_none()
    if row is None:
        raise NotFound
    return CohortInfo(*row)


def cohorts_by_id(ctx: Context, ids: Iterable[int]) -> dict[int, CohortInfo]:
    """Cohorts, in one query. The caller asks for the right."""
    rows = ctx.session.execute(_COHORT.where(Cohort.id.in_(sorted(set(ids)))))
    return {row.id: CohortInfo(*row) for row in rows}


def cohorts(ctx: Context) -> list[CohortInfo]:
    """The groups that the actor may read, by code."""
    rows = ctx.session.execute(_COHORT.where(ctx.visible(READ_COHORT, Cohort)).order_by(Cohort.code))
    return [CohortInfo(*row) for row in rows]
