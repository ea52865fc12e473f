"""What a move to the version in force would bring each person, tried for real and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.api import members
from lms.competences.api import ACQUIRED, acquisitions
from lms.courses.api import EnrolmentInfo, move_people, progress, structure
from lms.kernel.context import Context
from lms.xapi.api import refold_stale

DONE = "done"


@dataclass(frozen=True, slots=True)
class Prospect:
    """Someone before and after: what they have done of what is expected, and what they would gain or lose."""

    name: str
    done_before: int
    total_before: int
    done_after: int
    total_after: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing that was acquired changes."""
        return not self.gained and not self.lost


def prospects(ctx: Context, enrolments: Sequence[EnrolmentInfo], *, version_id: int) -> list[Prospect]:
    """What moving these people would change, person by person. It is done in a savepoint, figures computed, and undone."""
    ids = [one.membership_id for one in enrolments]
    before = _done(ctx, enrolments, {one.id: one.version_id for one in enrolments})
    held = {
        owner: states
        for version in {one.version_id for one in enrolments}
        for owner, states in _acquired(
            ctx, [o.membership_id for o in enrolments if o.version_id == version], version
        ).items()
    }
    savepoint = ctx.session.begin_nested()
    try:
        move_people(ctx, enrolments, version_id=version_id)
        while refold_stale(ctx, 1000):
            pass
        after = _done(ctx, enrolments, dict.fromkeys((one.id for one in enrolments), version_id))
        would_hold = _acquired(ctx, ids, version_id)
    finally:
        savepoint.rollback()
        ctx.session.expire_all()
    names = members(ctx, ids)
    return [_prospect(names[one].name, before[one], after[one], held[one], would_hold[one]) for one in ids]


def _prospect(
    name: str, before: tuple[int, int], after: tuple[int, int], held: dict[str, bool], would_hold: dict[str, bool]
) -> Prospect:
    gained = tuple(title for title, is_held in would_hold.items() if is_held and not held.get(title, False))
    lost = tuple(title for title, is_held in held.items() if is_held and title in would_hold and not would_hold[title])
    return Prospect(name, *before, *after, gained, lost)


def _done(ctx: Context, enrolments: Sequence[EnrolmentInfo], versions: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """Person → (done, expected) of the activities of the version that goes with each enrolment, in one query."""
    rows = progress(ctx).subquery()
    query = select(rows.c.enrolment_id, rows.c.activity_key).where(
        rows.c.enrolment_id.in_([one.id for one in enrolments]), rows.c.status == DONE
    )
    done: dict[int, set[str]] = {}
    for enrolment_id, key in ctx.session.execute(query):
        done.setdefault(enrolment_id, set()).add(key)
    expected = {
        version: {key for key, info in structure(ctx, version).activities.items() if not info.optional}
        for version in set(versions.values())
    }
    return {
        one.membership_id: (len(expected[versions[one.id]] & done.get(one.id, set())), len(expected[versions[one.id]]))
        for one in enrolments
    }


def _acquired(ctx: Context, ids: Sequence[int], version_id: int) -> dict[int, dict[str, bool]]:
    """Person → what they can do, in plain words → whether it is acquired."""
    found = acquisitions(ctx, ids, version_id=version_id)
    return {
        owner: {one.competence.plain or one.competence.title: one.state == ACQUIRED for one in infos}
        for owner, infos in found.items()
    }
