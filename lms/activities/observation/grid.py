"""A workshop as a grid: people of a group × behaviours, with what has been seen so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.api import people
from lms.activities.observation.folds import latest_marks
from lms.activities.observation.kind import KIND, Behaviour, behaviours_of
from lms.courses.api import (
    ActivityInfo,
    CohortInfo,
    activity_iri,
    content_of,
    done_counts,
    enrolments,
    present_by_version,
    structure,
)
from lms.kernel.context import Context
from lms.kernel.paging import Listed
from lms.kernel.rights import NotFound
from lms.xapi.api import entries_by_registration

A_WORKSHOP = 25
"""People on a page: twice a workshop of twelve; their grid stays light on a phone."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the group, with the marks that they have."""

    enrolment_key: str
    name: str
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ObservationLine:
    """An observation of a group's path: `done` people of `total`."""

    info: ActivityInfo
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The page of a workshop."""

    info: ActivityInfo
    behaviours: tuple[Behaviour, ...]
    listed: Listed[Person]


def grid_of(ctx: Context, cohort: CohortInfo, activity_key: str, *, number: int = 1, only: str = "") -> Grid:
    """The present people whose path has this observation, by name; `only`: one enrolment, by its key.

    `NotFound` when nobody's path has it. The caller has asked for the right on the group.
    """
    present = present_by_version(ctx, cohort.id)
    versions = sorted((one for one in present if _is_in(ctx, one, activity_key)), reverse=True)
    if not versions:
        raise NotFound
    body, _compiled = content_of(ctx, versions[0], key=activity_key)
    behaviours = behaviours_of(body)
    enrolment, person = enrolments(ctx).subquery(), people(ctx).subquery()
    query = (
        select(enrolment.c.key, enrolment.c.uuid, person.c.given_name, person.c.family_name)
        .join(person, person.c.membership_id == enrolment.c.membership_id)
        .where(
            enrolment.c.cohort_id == cohort.id,
            enrolment.c.ended_at.is_(None),
            enrolment.c.version_id.in_(versions),
        )
        .order_by(person.c.sort_name, enrolment.c.enrolment_id)
    )
    if only:
        query = query.where(enrolment.c.key == only)
    rows = ctx.session.execute(query.offset((number - 1) * A_WORKSHOP).limit(A_WORKSHOP)).all()
    if only and not rows:
        raise NotFound
    marks = marks_of(ctx, [row.uuid for row in rows], [one.key for one in behaviours])
    listed = [Person(row.key, f"{row.given_name} {row.family_name}".strip(), marks[row.uuid]) for row in rows]
    total = 1 if only else sum(present[one] for one in versions)
    info = structure(ctx, versions[0]).activities[activity_key]
    return Grid(info, behaviours, Listed(listed, total, number, A_WORKSHOP))


def marks_of(ctx: Context, registrations: Sequence[str], keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """Registration → behaviour key → mark, in one query."""
    iris = {key: activity_iri(ctx, key) for key in keys}
    found = entries_by_registration(ctx, [(one, iri) for one in registrations for iri in iris.values()])
    return {one: latest_marks({key: found[one, iri] for key, iri in iris.items()}) for one in registrations}


def observations_of(ctx: Context, cohort: CohortInfo) -> list[ObservationLine]:
    """The observations in the paths of the present people of a group, in order."""
    found: dict[str, tuple[ActivityInfo, int]] = {}
    for version, people_there in sorted(present_by_version(ctx, cohort.id).items(), reverse=True):
        for info in structure(ctx, version).activities.values():
            if info.type == KIND.name:
                known, total = found.get(info.key, (info, 0))
                found[info.key] = (known, total + people_there)
    counts = done_counts(ctx, cohort.id, activity_keys=list(found)) if found else {}
    return [ObservationLine(info, counts.get(key, 0), total) for key, (info, total) in found.items()]


def _is_in(ctx: Context, version_id: int, activity_key: str) -> bool:
    info = structure(ctx, version_id).activities.get(activity_key)
    return info is not None and info.type == KIND.name
