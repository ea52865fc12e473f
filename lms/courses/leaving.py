"""Pauses, extensions and ends of an enrolment, said by the person or by staff: check, change, tell.

Nothing that was done is ever lost by them. What the person says of the end and what staff note are two facts, both kept.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from lms.accounts.api import lock_memberships
from lms.courses.data import EnrolmentInfo
from lms.courses.events import (
    EndSaid,
    EnrolmentEnded,
    EnrolmentExtended,
    EnrolmentPaused,
    EnrolmentResumed,
    EnrolmentReturned,
    WordsWithdrawn,
)
from lms.courses.models import Enrolment, EnrolmentChange
from lms.courses.pauses import last_day_possible
from lms.courses.permissions import ENROL, LEARN
from lms.kernel.clock import local_day
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.rights import NotFound

SAID_REASONS = {
    "created": mark("Je crée mon activité"),
    "testing": mark("Je teste mon activité"),
    "employed": mark("J'ai trouvé un travail"),
    "other_training": mark("Je fais autre chose"),
    "chosen_stop": mark("J'arrête, c'est mon choix"),
}
"""The ends as the person says them."""
END_REASONS = (*SAID_REASONS, "lost_touch")
"""The ends as staff note them."""
PAUSE_REASONS = {
    "time": mark("Je manque de temps"),
    "family": mark("Ma famille a besoin de moi"),
    "work": mark("J'ai un travail en ce moment"),
    "away": mark("Je suis loin de chez moi"),
    "thinking": mark("Je veux réfléchir à mon projet"),
}
PAUSED, RETURNED, EXTENDED, END_SAID, ENDED, RESUMED = "paused", "returned", "extended", "end_said", "ended", "resumed"
Left = Enrolment | EnrolmentInfo
MOST_WORDS = 1000
"""Letters that someone may write about a pause or an end."""


class WrongLastDay(Exception):
    """A last day lies between today and 15 months after the entry: `last` is the latest one."""

    def __init__(self, last: date) -> None:
        super().__init__(last.isoformat())
        self.last = last


def pause_enrolment(ctx: Context, *, enrolment: Left, reason: str = "", words: str = "") -> None:
    """Stop the clock: deadlines and the quiet rule wait. By the person or by staff; said again, it only adds why."""
    is_own = _require(ctx, enrolment)
    if reason and reason not in PAUSE_REASONS:
        raise NotFound
    row = _locked(ctx, enrolment)
    if row.ended_at is not None:
        return
    if row.paused_at is not None:
        _add_why(ctx, row, reason, words if is_own else "")
        return
    row.paused_at = ctx.now
    note_change(ctx, row, PAUSED, {"reason": reason}, words if is_own else "")
    ctx.tell(EnrolmentPaused(enrolment_id=row.id, reason=reason))


def return_enrolment(ctx: Context, *, enrolment: Left) -> None:
    """The clock runs again; deadlines come later by the days away. An end that was said and not confirmed is taken back."""
    _require(ctx, enrolment)
    row = _locked(ctx, enrolment)
    if row.paused_at is None:
        return
    days = _close_pause(ctx, row, local_day(row.paused_at, ctx.here.timezone))
    note_change(ctx, row, RETURNED, {"days": days, "end_withdrawn": row.said_reason})
    row.said_at, row.said_reason, row.returned_at = None, "", ctx.now
    ctx.tell(EnrolmentReturned(enrolment_id=row.id, days=days))


def extend_enrolment(ctx: Context, *, enrolment: Left, until: date) -> None:
    """Set or move the last day, up to 15 months after the entry; `WrongLastDay` beyond, and for a day that has passed."""
    ctx.require(ENROL, on=enrolment)
    row = _locked(ctx, enrolment)
    last = last_day_possible(row.entered_at, ctx.here.timezone)
    if not local_day(ctx.now, ctx.here.timezone) <= until <= last:
        raise WrongLastDay(last)
    if row.ended_at is not None or row.until == until:
        return
    before = row.until.isoformat() if row.until else None
    row.until = until
    note_change(ctx, row, EXTENDED, {"from": before, "until": until.isoformat()})
    ctx.tell(EnrolmentExtended(enrolment_id=row.id, until=until.isoformat()))


def say_end(ctx: Context, *, enrolment: Left, reason: str, words: str = "") -> None:
    """The person says how their path ends, in their words. The clock stops at once; staff confirm, or note otherwise."""
    if not _is_own(ctx, enrolment):
        raise NotFound
    ctx.require(LEARN, on=enrolment)
    if reason not in SAID_REASONS:
        raise NotFound
    row = _locked(ctx, enrolment)
    if row.said_reason == reason and words.strip() in ("", _last_words(ctx, row)):
        return
    if row.ended_at is None and row.paused_at is None:
        row.paused_at = ctx.now
    row.said_at, row.said_reason = ctx.now, reason
    note_change(ctx, row, END_SAID, {"reason": reason}, words)
    ctx.tell(EndSaid(enrolment_id=row.id, reason=reason))


def end_enrolment(ctx: Context, *, enrolment: Left, reason: str) -> None:
    """Staff end an enrolment, or confirm what the person said, for one of the known reasons; what was done stays."""
    ctx.require(ENROL, on=enrolment)
    if reason not in END_REASONS:
        raise NotFound
    row = _locked(ctx, enrolment)
    if row.ended_at is not None:
        return
    if row.paused_at is not None:
        _close_pause(ctx, row, local_day(row.paused_at, ctx.here.timezone))
    row.ended_at, row.end_reason = ctx.now, reason
    note_change(ctx, row, ENDED, {"reason": reason, "said": row.said_reason})
    ctx.tell(EnrolmentEnded(enrolment_id=row.id, reason=reason))


def resume_enrolment(ctx: Context, *, enrolment: Left) -> None:
    """Take an ended enrolment up again, with the same entry and everything that was done; the time away counts as a pause."""
    ctx.require(ENROL, on=enrolment)
    row = _locked(ctx, enrolment)
    if row.ended_at is None:
        return
    _close_pause(ctx, row, local_day(row.ended_at, ctx.here.timezone))
    row.ended_at, row.end_reason = None, ""
    row.said_at, row.said_reason, row.returned_at = None, "", ctx.now
    note_change(ctx, row, RESUMED, {})
    ctx.tell(EnrolmentResumed(enrolment_id=row.id))


def withdraw_words(ctx: Context, *, enrolment: Left) -> None:
    """The person takes their own words back: what they chose stays, what they wrote is gone."""
    if not _is_own(ctx, enrolment):
        raise NotFound
    ctx.require(LEARN, on=enrolment)
    erase_words(ctx, [enrolment.id])
    ctx.tell(WordsWithdrawn(enrolment_id=enrolment.id))


def erase_words(ctx: Context, enrolment_ids: list[int]) -> None:
    """Erase what people wrote about pauses and ends. The caller asks for the right."""
    written = update(EnrolmentChange).where(EnrolmentChange.enrolment_id.in_(enrolment_ids))
    ctx.session.execute(written.values(words=""))


def note_change(ctx: Context, enrolment: Enrolment, kind: str, detail: dict[str, Any], words: str = "") -> None:
    """What happens to an enrolment is a row."""
    by = ctx.actor.membership_id if ctx.actor else None
    row = EnrolmentChange(enrolment_id=enrolment.id, kind=kind, at=ctx.now, by_id=by, detail=detail)
    row.words = words.strip()[:MOST_WORDS]
    ctx.session.add(row)


def _is_own(ctx: Context, enrolment: Left) -> bool:
    return ctx.actor is not None and ctx.subject.membership_id == enrolment.membership_id


def _require(ctx: Context, enrolment: Left) -> bool:
    """The person themselves, or who may enrol in the group. Whether it is the person."""
    if _is_own(ctx, enrolment) and ctx.holds(LEARN, on=enrolment):
        return True
    ctx.require(ENROL, on=enrolment)
    return False


def _locked(ctx: Context, enrolment: Left) -> Enrolment:
    """The row: two taps, or the person and a trainer at once, take turns, and the second sees what the first has done."""
    lock_memberships(ctx, [enrolment.membership_id])
    query = select(Enrolment).where(Enrolment.id == enrolment.id)
    return ctx.session.scalars(query.execution_options(populate_existing=True)).one()


def _close_pause(ctx: Context, enrolment: Enrolment, first: date) -> int:
    """The time away is over: how many days it took. The last day moves with it, as far as it may."""
    zone = ctx.here.timezone
    today = local_day(ctx.now, zone)
    days = max((today - first).days, 0)
    if days:
        enrolment.pauses = [*enrolment.pauses, [first.isoformat(), today.isoformat()]]
        if enrolment.until is not None:
            last = last_day_possible(enrolment.entered_at, zone)
            enrolment.until = max(enrolment.until, min(enrolment.until + timedelta(days=days), last))
    enrolment.paused_at = None
    return days


def _last_words(ctx: Context, enrolment: Enrolment) -> str:
    """What the person last wrote of the end: the same form sent twice says one thing."""
    said = (EnrolmentChange.enrolment_id == enrolment.id, EnrolmentChange.kind == END_SAID)
    query = select(EnrolmentChange.words).where(*said).order_by(EnrolmentChange.id.desc()).limit(1)
    return ctx.session.scalar(query) or ""


def _add_why(ctx: Context, enrolment: Enrolment, reason: str, words: str) -> None:
    """Why, told after the one tap."""
    query = select(EnrolmentChange).where(EnrolmentChange.enrolment_id == enrolment.id, EnrolmentChange.kind == PAUSED)
    row = ctx.session.scalar(query.order_by(EnrolmentChange.id.desc()).limit(1))
    if row is not None and (reason or words.strip()):
        row.detail = {**row.detail, "reason": reason or row.detail.get("reason", "")}
        row.words = words.strip()[:MOST_WORDS] or row.words
