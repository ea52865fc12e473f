"""Who took part in a session of a group, and who has not yet been noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms.accounts.api import members
from lms.activities.session.kind import KIND
from lms.courses.api import ActivityInfo, CohortInfo, done_counts, done_in, enrolments_in, structure
from lms.kernel.context import Context
from lms.kernel.rights import NotFound


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the group, with since when the session is done for them."""

    enrolment_key: str
    name: str
    sort_name: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session of the group's path: `done` people of `total`."""

    info: ActivityInfo
    done: int
    total: int


def people_of(ctx: Context, cohort: CohortInfo, activity_key: str) -> tuple[ActivityInfo, list[Person]]:
    """The session, and the present people whose path has it, by name; `NotFound` when nobody's has."""
    enrolments = [
        (one, structure(ctx, one.version_id).activities.get(activity_key)) for one in enrolments_in(ctx, cohort.id)
    ]
    concerned = [(one, info) for one, info in enrolments if info is not None and info.type == KIND.name]
    if not concerned:
        raise NotFound
    names = members(ctx, [one.membership_id for one, _info in concerned])
    done = done_in(ctx, cohort.id, activity_key=activity_key)
    people = [
        Person(one.key, names[one.membership_id].name, names[one.membership_id].sort_name, done.get(one.id))
        for one, _info in concerned
    ]
    return concerned[-1][1], sorted(people, key=lambda person: person.sort_name)


def sessions_of(ctx: Context, cohort: CohortInfo) -> list[SessionLine]:
    """The sessions in the paths of the present people of a group, in order."""
    enrolments = enrolments_in(ctx, cohort.id)
    counts = done_counts(ctx, cohort.id)
    found: dict[str, tuple[ActivityInfo, int]] = {}
    for version in sorted({one.version_id for one in enrolments}, reverse=True):
        people = sum(1 for one in enrolments if one.version_id == version)
        for info in structure(ctx, version).activities.values():
            if info.type == KIND.name:
                known, total = found.get(info.key, (info, 0))
                found[info.key] = (known, total + people)
    return [SessionLine(info, counts.get(key, 0), total) for key, (info, total) in found.items()]
