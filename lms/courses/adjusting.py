"""What is expected of one person: the author's word, unless an activity was skipped or added for them. Reversible, and kept as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from lms.accounts.api import lock_memberships
from lms.courses.data import ActivityInfo, EnrolmentInfo
from lms.courses.events import EnrolmentAdjusted
from lms.courses.models import Enrolment, EnrolmentChange
from lms.courses.permissions import ADJUST, LEARN
from lms.courses.structure import structure
from lms.kernel.context import Context
from lms.kernel.rights import NotFound

SKIP, ADD, AS_WRITTEN = "skip", "add", ""
SKIPPED, ADDED, RESTORED = "skipped", "added", "restored"
"""Kinds of change of an enrolment; `detail` says which `activities`, and `because` of which one."""
_CHANGES = {SKIP: SKIPPED, ADD: ADDED, AS_WRITTEN: RESTORED}


def is_expected(info: ActivityInfo, adjusted: Mapping[str, str]) -> bool:
    """Whether an activity counts among those that a person is to do."""
    how = adjusted.get(info.key)
    return how == ADD or (not info.optional and how != SKIP)


def adjust_enrolment(
    ctx: Context, *, enrolment: EnrolmentInfo, activity_keys: Iterable[str], how: str, because: str = ""
) -> None:
    """Skip or add activities for someone, or leave them as the author wrote (`how`). `because`: the activity that proposed it.

    The person decides for themself; staff need the right. What was done in a skipped activity stays.
    """
    signed_in = ctx.actor or ctx.subject
    ctx.require(LEARN if signed_in.membership_id == enrolment.membership_id else ADJUST, on=enrolment)
    known = structure(ctx, enrolment.version_id).activities
    keys = [key for key in dict.fromkeys(activity_keys) if key in known]
    if how not in _CHANGES or not keys:
        raise NotFound
    lock_memberships(ctx, [enrolment.membership_id])
    query = select(Enrolment).where(Enrolment.id == enrolment.id).execution_options(populate_existing=True)
    row = ctx.session.scalars(query).one()
    before = dict(row.adjusted)
    after = {key: value for key, value in before.items() if key not in keys}
    if how != AS_WRITTEN:
        after |= dict.fromkeys(keys, how)
    if after == before:
        return
    row.adjusted = after
    detail = {"activities": keys, "because": because}
    ctx.session.add(
        EnrolmentChange(
            enrolment_id=row.id, kind=_CHANGES[how], at=ctx.now, by_id=signed_in.membership_id, detail=detail
        )
    )
    ctx.tell(EnrolmentAdjusted(enrolment_id=row.id, how=_CHANGES[how]))
    ctx.session.flush()
