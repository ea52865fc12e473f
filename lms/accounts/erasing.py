"""Erasure (DESIGN §8): asked by the person, who has 7 days to change their mind; confirmed by who leads; done by a job.

What no law keeps goes at once. What the law keeps stays under a number that replaces the name, out of the lists, and goes
at its term (`lms.accounts.keeping`). The ledger keeps the leaves of its statements, so that the seal of others still verifies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from lms.accounts.events import ErasureAsked, ErasureConfirmed, ErasureWithdrawn, KeptDataErased, PersonErased
from lms.accounts.grants import require_everywhere
from lms.accounts.keeping import lock_name
from lms.accounts.leading import Refused, keep_a_leader_without
from lms.accounts.models import Erasure, Membership
from lms.accounts.permissions import ERASE_PEOPLE
from lms.contract.types import Preference
from lms.kernel.clock import months_after
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.jobs import RUNNING, WAITING, JobRow, start_job
from lms.kernel.locking import Locker
from lms.kernel.paging import PAGE, Listed
from lms.kernel.preferences import preference
from lms.kernel.rights import NotFound

REFLECTION = timedelta(days=7)
ANSWER_WITHIN = timedelta(days=30)
"""The law gives a month to answer (GDPR, art. 12)."""
ERASE_JOB = "accounts.erase"
GONE: tuple[str, ...] = ("raw", "settings", "technical", "account")
"""Retention classes that no law keeps, in the order in which they are erased: one transaction each."""
PROOF_YEARS = Preference(
    "accounts.proof_years",
    mark("Après un effacement, années pendant lesquelles la loi fait garder les preuves"),
    "6",
    ("3", "5", "6", "10"),
)
STARTED = mark("L’effacement a commencé : il ne peut plus être arrêté.")
_IS_OPEN = and_(Erasure.withdrawn_at.is_(None), Erasure.done_at.is_(None))


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """A request, as those who lead see it."""

    key: str
    name: str
    person_key: str
    asked_at: datetime
    due_at: datetime
    answer_by: datetime
    confirmed_at: datetime | None
    done_at: datetime | None
    kept_until: datetime | None
    is_own: bool


def open_erasure(ctx: Context) -> Erasure | None:
    """The person's request that is not done yet."""
    return ctx.session.scalar(select(Erasure).where(Erasure.membership_id == ctx.subject.membership_id, _IS_OPEN))


def is_being_erased(ctx: Context) -> bool:
    """Whether the person has gone, or is about to: what is prepared for them meanwhile is not kept."""
    found = open_erasure(ctx) if ctx.actor is not None else None
    return ctx.actor is None or (found is not None and found.started_at is not None)


def ask_erasure(ctx: Context) -> Erasure:
    """The person asks to be erased; asked twice, it is asked once."""
    known = open_erasure(ctx)
    if known is not None:
        return known
    keep_a_leader_without(ctx, ctx.subject.membership_id)
    row = Erasure(
        organisation_id=ctx.here.id,
        membership_id=ctx.subject.membership_id,
        asked_at=ctx.now,
        due_at=ctx.now + REFLECTION,
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError:  # the same form, sent twice at once
        return ctx.session.scalars(
            select(Erasure).where(Erasure.membership_id == ctx.subject.membership_id, _IS_OPEN)
        ).one()
    ctx.tell(ErasureAsked(row.membership_id, row.id))
    return row


def withdraw_erasure(ctx: Context) -> None:
    """The person has changed their mind: nothing will be erased. `Refused` once the job has taken the request up."""
    row = _own_locked(ctx)
    if row is None:
        return
    if row.started_at is not None:
        raise Refused(STARTED)
    row.withdrawn_at = ctx.now
    ctx.tell(ErasureWithdrawn(row.membership_id, row.id))


def _own_locked(ctx: Context) -> Erasure | None:
    """The person's open request, as the job sees it too: it is either withdrawn or taken up."""
    mine = select(Erasure).where(Erasure.membership_id == ctx.subject.membership_id, _IS_OPEN)
    return ctx.session.scalar(mine.with_for_update().execution_options(populate_existing=True))


def confirm_erasure(ctx: Context, *, key: str) -> None:
    """Someone who leads confirms; it is done when the 7 days are over. Nobody confirms their own."""
    require_everywhere(ctx, ERASE_PEOPLE)
    row = ctx.session.scalar(select(Erasure).where(Erasure.key == key, _IS_OPEN).with_for_update())
    if row is None:
        raise NotFound
    if row.membership_id == ctx.subject.membership_id:
        raise Refused(mark("Une autre personne doit confirmer votre propre demande."))
    keep_a_leader_without(ctx, row.membership_id)
    if row.confirmed_at is None:
        row.confirmed_at, row.confirmed_by_id = ctx.now, ctx.subject.membership_id
        ctx.tell(ErasureConfirmed(row.membership_id, row.id))
    if row.due_at <= ctx.now:
        start_erasure(ctx, row)


def erasures(ctx: Context, *, number: int = 1) -> Listed[ErasureLine]:
    """The requests of the organisation, those to confirm first."""
    require_everywhere(ctx, ERASE_PEOPLE)
    asked = Erasure.withdrawn_at.is_(None)
    total = ctx.session.scalar(select(func.count()).select_from(Erasure).where(asked)) or 0
    query = select(Erasure, Membership).join(Membership, Membership.id == Erasure.membership_id).where(asked)
    first = (Erasure.done_at.is_not(None), Erasure.confirmed_at.is_not(None), Erasure.asked_at, Erasure.id)
    rows = ctx.session.execute(query.order_by(*first).offset((number - 1) * PAGE).limit(PAGE))
    return Listed([_line(ctx, row, member) for row, member in rows], total, number)


def _line(ctx: Context, row: Erasure, member: Membership) -> ErasureLine:
    return ErasureLine(
        key=row.key,
        name=member.name,
        person_key=member.key,
        asked_at=row.asked_at,
        due_at=row.due_at,
        answer_by=row.asked_at + ANSWER_WITHIN,
        confirmed_at=row.confirmed_at,
        done_at=row.done_at,
        kept_until=row.kept_until,
        is_own=row.membership_id == ctx.subject.membership_id,
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Erasures for which there is something to do now: confirmed and past the 7 days, or past the term of the law."""
    return or_(
        and_(_IS_OPEN, Erasure.confirmed_at.is_not(None), Erasure.due_at <= now),
        and_(Erasure.done_at.is_not(None), Erasure.kept_until <= now),
    )


def start_erasure(ctx: Context, row: Erasure) -> None:
    """Start the platform's own job, unless one is under way."""
    under_way = select(JobRow.arguments).where(JobRow.kind == ERASE_JOB, JobRow.state.in_((WAITING, RUNNING)))
    if all(arguments["erasure_id"] != row.id for arguments in ctx.session.scalars(under_way)):
        start_job(replace(ctx, actor=None), ERASE_JOB, {"erasure_id": row.id})


def due_erasure(ctx: Context, erasure_id: int) -> Erasure | None:
    """The request, locked, if there is still something to do: it may have been withdrawn, or done, meanwhile."""
    return ctx.session.scalar(select(Erasure).where(Erasure.id == erasure_id, is_due(ctx.now)).with_for_update())


def take_erasure(ctx: Context, erasure_id: int, *, locker: Locker) -> Erasure | None:
    """The request, as one that can no longer be withdrawn; None when there is nothing to do any more."""
    row = due_erasure(ctx, erasure_id)
    if row is not None and row.started_at is None:
        row.started_at = ctx.now
        lock_name(ctx, row, locker)
    return row


def end_erasure(ctx: Context, row: Erasure) -> None:
    """What no law keeps is gone: say so, and until when the rest stays."""
    row.done_at, row.kept_until = ctx.now, term(ctx, ctx.now)
    ctx.tell(PersonErased(row.membership_id, row.id))


def end_keeping(ctx: Context, row: Erasure) -> None:
    """What the law kept is gone too."""
    row.kept_until, row.locked = None, ""
    ctx.tell(KeptDataErased(row.membership_id, row.id))


def term(ctx: Context, start: datetime) -> datetime:
    """Until when the law keeps what it keeps."""
    day = months_after(start.date(), 12 * int(preference(ctx, PROOF_YEARS.name)))
    return start.replace(year=day.year, month=day.month, day=day.day)


def erasures_to_confirm(ctx: Context) -> list[tuple[Erasure, str]]:
    """The requests that wait for someone who leads, with the name of each person; nobody's own."""
    if not ctx.holds_everywhere(ERASE_PEOPLE):
        return []
    query = select(Erasure, Membership).join(Membership, Membership.id == Erasure.membership_id)
    query = query.where(_IS_OPEN, Erasure.confirmed_at.is_(None), Erasure.membership_id != ctx.subject.membership_id)
    return [(row, member.name) for row, member in ctx.session.execute(query.order_by(Erasure.id).limit(PAGE))]
