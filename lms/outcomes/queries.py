"""Reads of contacts, answers, rules and ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from lms.accounts.api import people
from lms.courses.api import cohorts_by_id, enrolments, readable_enrolments
from lms.kernel.clock import local_day, months_after
from lms.kernel.context import Context
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import NotFound
from lms.kernel.statements import once_for, read_once
from lms.outcomes.data import MONTHS, ContactLine, Ending, LinkInfo, RuleInfo
from lms.outcomes.models import Answer, Contact, Rule
from lms.outcomes.permissions import READ, READ_RATES

PATIENCE = timedelta(days=10)
"""How long a letter waits for its answer before someone calls."""
WINDOW = timedelta(days=30)
"""How long after its day news may still be asked for."""
ANSWERED, REFUSED, MISSED, TO_MAKE, SENT, CLOSED = "answered", "refused", "missed", "to_make", "sent", "closed"
OPEN, ALL = "open", "all"
MOST_WAITS = 100


def rule_in_force(ctx: Context) -> RuleInfo:
    """What the organisation counts as a positive end: its latest rule, else the one that the platform ships."""
    row = ctx.session.scalar(select(Rule).order_by(Rule.id.desc()).limit(1))
    if row is None:
        return RuleInfo()
    return RuleInfo(frozenset(row.reasons), frozenset(row.situations), row.month, row.set_at)


def endings(ctx: Context, *, first: date, last: date) -> list[Ending]:
    """The ends between two local days of the groups that the actor may read, with what people answered since. Two queries."""
    ctx.require(READ_RATES)
    zone, whole = ctx.here.timezone, readable_enrolments(ctx).subquery()
    margin = timedelta(days=2)  # days are decided in the organisation's zone, below
    since, until = _moment(first) - margin, _moment(last) + margin
    rows = ctx.session.execute(
        select(whole).where(whole.c.ended_at.between(since, until)).order_by(whole.c.enrolment_id)
    ).all()
    said = _situations(ctx, since, until)
    found = [
        Ending(
            membership_id=row.membership_id,
            cohort_id=row.cohort_id,
            entered_on=local_day(row.entered_at, zone),
            ended_on=local_day(row.ended_at, zone),
            reason=row.end_reason,
            said_reason=row.said_reason,
            situations=said.get((row.enrolment_id, row.ended_at), {}),
        )
        for row in rows
    ]
    return [one for one in found if first <= one.ended_on <= last]


def _moment(day: date) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")


def _situations(ctx: Context, since: datetime, until: datetime) -> dict[tuple[int, datetime], dict[int, str]]:
    query = (
        select(Contact.enrolment_id, Contact.ended_at, Contact.month, Answer.situation)
        .join(Answer, Answer.contact_id == Contact.id)
        .where(Contact.ended_at.between(since, until))
    )
    found: dict[tuple[int, datetime], dict[int, str]] = {}
    for row in ctx.session.execute(query):
        found.setdefault((row.enrolment_id, row.ended_at), {})[row.month] = row.situation
    return found


def cohort_names(ctx: Context, ids: Iterable[int]) -> dict[int, str]:
    """Names of groups. The caller has asked for the right."""
    return {one.id: one.name for one in cohorts_by_id(ctx, ids).values()}


def link_named(ctx: Context, key: str) -> LinkInfo | None:
    """A contact, by the key that its link names."""
    with ctx.across("news after a path: whose link is it"):
        row = ctx.session.scalar(select(Contact).where(Contact.key == key))
    return LinkInfo(row.organisation_id, row.id, row.month, is_open(row, ctx.now)) if row else None


def is_open(row: Contact, now: datetime) -> bool:
    """Whether a link may still be answered."""
    return row.answered_at is None and row.refused_at is None and row.expires_at > now


def contact_row(ctx: Context, key: str) -> Contact:
    """A contact that the actor may read, or `NotFound`."""
    found = ctx.session.scalar(select(Contact).where(Contact.key == key, ctx.visible(READ, Contact)))
    if found is None:
        raise NotFound
    return found


def answer_to(ctx: Context, contact_id: int) -> Answer | None:
    """What someone answered. The caller has asked for the right."""
    return ctx.session.scalar(select(Answer).where(Answer.contact_id == contact_id))


def own_answers(ctx: Context) -> list[tuple[Contact, Answer]]:
    """What the subject answered, the latest first."""
    own = Answer.membership_id == ctx.subject.membership_id
    query = select(Contact, Answer).join(Answer, Answer.contact_id == Contact.id).where(own)
    return [(row[0], row[1]) for row in ctx.session.execute(query.order_by(Answer.id.desc()))]


def contacts_of(ctx: Context, enrolment_ids: Iterable[int]) -> list[tuple[Contact, Answer | None]]:
    """The contacts of these enrolments with their answers, in order, in one query. The caller asks for the right."""
    query = (
        select(Contact, Answer)
        .outerjoin(Answer, Answer.contact_id == Contact.id)
        .where(Contact.enrolment_id.in_(sorted(set(enrolment_ids))))
        .order_by(Contact.ended_at, Contact.month)
    )
    return [(row[0], row[1]) for row in ctx.session.execute(query)]


def contacts_of_person(ctx: Context, membership_id: int) -> list[tuple[Contact, Answer | None]]:
    """The contacts of someone that the actor may read, the latest first, in one query."""
    mine = (Contact.membership_id == membership_id, ctx.visible(READ, Contact))
    query = select(Contact, Answer).outerjoin(Answer, Answer.contact_id == Contact.id).where(*mine)
    return [(row[0], row[1]) for row in ctx.session.execute(query.order_by(Contact.due_on.desc()))]


def contact_list(ctx: Context, *, which: str = OPEN, number: int = 1) -> Listed[ContactLine]:
    """The contacts that the actor may read, the latest first: those that wait for something, or all."""
    seen = [ctx.visible(READ, Contact)]
    if which == OPEN:
        asks = and_(Answer.needs_help, Answer.helped_at.is_(None))
        seen.append(or_(_unanswered(ctx), asks))
    joined = select(Contact.id).outerjoin(Answer, Answer.contact_id == Contact.id).where(*seen)
    total = ctx.session.scalar(select(func.count()).select_from(joined.subquery())) or 0
    rows = ctx.session.execute(_lines(ctx).where(*seen).limit(PAGE).offset((number - 1) * PAGE)).all()
    names = cohort_names(ctx, {row.cohort_id for row in rows})
    return Listed([_line(ctx, row, names) for row in rows], total, number)


def everyone_asked(ctx: Context) -> list[ContactLine]:
    """Every contact that the actor may read, the latest first, for a file."""
    rows = ctx.session.execute(_lines(ctx).where(ctx.visible(READ, Contact))).all()
    names = cohort_names(ctx, {row.cohort_id for row in rows})
    return [_line(ctx, row, names) for row in rows]


def calls_to_make(ctx: Context) -> list[Any]:
    """People to call for news: no e-mail, or a letter that was not answered in ten days."""
    return [row for row in _waiting(ctx) if not row.needs_help]


def help_asked(ctx: Context) -> list[Any]:
    """People who asked for help in their answer, and whom nobody has called back."""
    return [row for row in _waiting(ctx) if row.needs_help]


def _waiting(ctx: Context) -> list[Any]:
    """Both, in one query for the page that asks for both."""
    query = once_for(ctx, READ, "outcomes: waiting", lambda: _to_call(ctx))
    which = {"now": ctx.now, "before": ctx.now - PATIENCE}
    return read_once(ctx, "outcomes: waiting", lambda: list(ctx.session.execute(query, which)))


def _to_call(ctx: Context) -> Select[Any]:
    still = (Contact.answered_at.is_(None), Contact.refused_at.is_(None), Contact.missed_at.is_(None))
    due = or_(Contact.sent_to == "", Contact.sent_at < bindparam("before"))
    silent = and_(*still, Contact.expires_at > bindparam("now"), due)
    helpless = and_(Answer.needs_help, Answer.helped_at.is_(None))
    return _lines(ctx, is_here=True).where(ctx.visible(READ, Contact), or_(silent, helpless)).limit(MOST_WAITS)


def _unanswered(ctx: Context) -> Any:
    still = (Contact.answered_at.is_(None), Contact.refused_at.is_(None), Contact.missed_at.is_(None))
    return and_(*still, Contact.expires_at > ctx.now)


def _lines(ctx: Context, *, is_here: bool = False) -> Select[Any]:
    """Contacts with their people; `is_here`: of those whom one may still call."""
    person = people(ctx).subquery()
    state = case(
        (Contact.answered_at.is_not(None), ANSWERED),
        (Contact.refused_at.is_not(None), REFUSED),
        (Contact.missed_at.is_not(None), MISSED),
        (Contact.expires_at <= bindparam("now", ctx.now), CLOSED),
        (Contact.sent_to == "", TO_MAKE),
        else_=SENT,
    )
    return (
        select(
            Contact.id,
            Contact.key,
            Contact.membership_id,
            Contact.cohort_id,
            Contact.month,
            Contact.due_on,
            Contact.made_at,
            Contact.sent_to,
            Contact.sent_at,
            state.label("state"),
            Answer.situation,
            Answer.needs_help,
            Answer.helped_at,
            Answer.given_at,
            person.c.key.label("person_key"),
            person.c.given_name,
            person.c.family_name,
        )
        .join(
            person,
            and_(person.c.membership_id == Contact.membership_id, *([person.c.status != "ended"] if is_here else [])),
        )
        .outerjoin(Answer, Answer.contact_id == Contact.id)
        .order_by(Contact.due_on.desc(), Contact.id.desc())
    )


def _line(ctx: Context, row: Any, names: dict[int, str]) -> ContactLine:
    return ContactLine(
        key=row.key,
        person_key=row.person_key,
        name=f"{row.given_name} {row.family_name}".strip(),
        cohort=names.get(row.cohort_id, ""),
        month=row.month,
        due_on=row.due_on,
        state=row.state,
        situation=row.situation or "",
        needs_help=bool(row.needs_help and row.helped_at is None),
    )


def due_ends(ctx: Context) -> list[tuple[Any, int, date]]:
    """(the end, month, its day) of news to ask for today: each end, at 1, 6 and 12 months, once. One query a month.

    Nobody is asked who refused, or whose account is closed; an end that is older than the window is let be.
    """
    today, zone = local_day(ctx.now, ctx.here.timezone), ctx.here.timezone
    found = []
    for month in MONTHS:
        for row in ctx.session.execute(_candidates(ctx, today, month)):
            due = months_after(local_day(row.ended_at, zone), month)
            if due <= today < due + WINDOW:
                found.append((row, month, due))
    return found


def _candidates(ctx: Context, today: date, month: int) -> Select[Any]:
    """The ends whose news may be due this month: days are decided one by one, for months differ."""
    whole, person = enrolments(ctx).subquery(), people(ctx).subquery()
    same = and_(
        Contact.enrolment_id == whole.c.enrolment_id, Contact.ended_at == whole.c.ended_at, Contact.month == month
    )
    refused = select(Contact.id).where(Contact.membership_id == whole.c.membership_id, Contact.refused_at.is_not(None))
    near = _moment(months_after(today, -month))
    return (
        select(whole)
        .join(person, person.c.membership_id == whole.c.membership_id)
        .where(
            whole.c.ended_at.between(near - WINDOW - timedelta(days=4), near + timedelta(days=4)),
            person.c.status != "ended",
            ~select(Contact.id).where(same).exists(),
            ~refused.exists(),
        )
        .order_by(whole.c.enrolment_id)
    )
