"""Who took part in a session of a group, and who has not yet been noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.accounts.api import people
from lms.activities.session.kind import KIND
from lms.courses.api import (
    ActivityInfo,
    CohortInfo,
    done_counts,
    enrolments,
    present_by_version,
    progress,
    structure,
)
from lms.kernel.context import Context
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import NotFound


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the group, with since when the session is done for them."""

    enrolment_key: str
    name: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session of the group's path: `done` people of `total`."""

    info: ActivityInfo
    done: int
    total: int


def people_of(
    ctx: Context, cohort: CohortInfo, activity_key: str, *, number: int = 1
) -> tuple[SessionLine, Listed[Person]]:
    """The session, and a page of the present people whose path has it: those who wait to be noted first, by name.

    `NotFound` when nobody's path has it. The caller has asked for the right on the group.
    """
    line = next((one for one in sessions_of(ctx, cohort) if one.info.key == activity_key), None)
    if line is None:
        raise NotFound
    versions = [
        version for version in present_by_version(ctx, cohort.id) if activity_key in structure(ctx, version).activities
    ]
    enrolment, person, figure = enrolments(ctx).subquery(), people(ctx).subquery(), progress(ctx).subquery()
    is_theirs = (figure.c.enrolment_id == enrolment.c.enrolment_id) & (figure.c.activity_key == activity_key)
    rows = ctx.session.execute(
        select(enrolment.c.key, person.c.given_name, person.c.family_name, figure.c.done_at)
        .join(person, person.c.membership_id == enrolment.c.membership_id)
        .outerjoin(figure, is_theirs)
        .where(
            enrolment.c.cohort_id == cohort.id,
            enrolment.c.ended_at.is_(None),
            enrolment.c.version_id.in_(versions),
        )
        .order_by(figure.c.done_at.is_not(None), person.c.sort_name, enrolment.c.enrolment_id)
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    listed = [Person(row.key, f"{row.given_name} {row.family_name}".strip(), row.done_at) for row in rows]
    return line, Listed(listed, line.total, number)


def sessions_of(ctx: Context, cohort: CohortInfo) -> list[SessionLine]:
    """The sessions in the paths of the present people of a group, in order."""
    found: dict[str, tuple[ActivityInfo, int]] = {}
    for version, people_there in sorted(present_by_version(ctx, cohort.id).items(), reverse=True):
        for info in structure(ctx, version).activities.values():
            if info.type == KIND.name:
                known, total = found.get(info.key, (info, 0))
                found[info.key] = (known, total + people_there)
    counts = done_counts(ctx, cohort.id, activity_keys=found)
    return [SessionLine(info, counts.get(key, 0), total) for key, (info, total) in found.items()]
