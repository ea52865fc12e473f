"""Reads of public pages: online now, as drafts, as they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from lms.accounts.api import organisations
from lms.contract.types import Right
from lms.courses.api import CourseInfo, course_by_key, course_list
from lms.kernel.clock import start_of_day
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.offer.models import OfferPage, OfferState
from lms.offer.permissions import READ_ARCHIVE


@dataclass(frozen=True, slots=True)
class OnlineLine:
    """A page that anyone may read."""

    key: str
    title: str
    summary: str
    organisation: str


@dataclass(frozen=True, slots=True)
class OfferLine:
    """A course of the organisation, with its public page if it has one."""

    course_key: str
    title: str
    key: str
    online_since: datetime | None


def course_to_offer(ctx: Context, key: str, *, right: Right) -> CourseInfo:
    """A course that the actor may read; `Forbidden` when the wanted right is lacking on it."""
    found = course_by_key(ctx, key)
    ctx.require(right, on=found)
    return found


def page_of(ctx: Context, course_id: int) -> OfferPage | None:
    """The page of a course, if anyone has written in it."""
    return ctx.session.scalar(select(OfferPage).where(OfferPage.course_id == course_id))


def online(ctx: Context, page: OfferPage) -> OfferState | None:
    """What the page says to the public now."""
    query = select(OfferState).where(OfferState.page_id == page.id, OfferState.ended_at.is_(None))
    return ctx.session.scalar(query.order_by(OfferState.number.desc()).limit(1))


def states(ctx: Context, page: OfferPage, *, day: date | None = None) -> list[OfferState]:
    """Every state, the newest first; with a local day, those that the public could read on that day."""
    query = select(OfferState).where(OfferState.page_id == page.id).order_by(OfferState.number.desc())
    if day is not None:
        zone = ctx.here.timezone
        begins, ends = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
        query = query.where(
            OfferState.published_at < ends, or_(OfferState.ended_at.is_(None), OfferState.ended_at > begins)
        )
    return list(ctx.session.scalars(query))


def state(ctx: Context, page: OfferPage, *, number: int) -> OfferState:
    """One state, or `NotFound`."""
    found = ctx.session.scalar(select(OfferState).where(OfferState.page_id == page.id, OfferState.number == number))
    if found is None:
        raise NotFound
    return found


def offers(ctx: Context) -> list[OfferLine]:
    """The courses that the actor may read, with their public pages."""
    ctx.require(READ_ARCHIVE)
    rows = ctx.session.execute(
        select(OfferPage.course_id, OfferPage.key, OfferState.published_at).outerjoin(
            OfferState, (OfferState.page_id == OfferPage.id) & OfferState.ended_at.is_(None)
        )
    )
    known = {row.course_id: row for row in rows}
    lines = []
    for line in course_list(ctx):
        row = known.get(line.id)
        lines.append(OfferLine(line.key, line.title, row.key if row else "", row.published_at if row else None))
    return lines


# ---------------------------------------------------------------------------------------------- for anyone, signed in or not


def online_pages(ctx: Context) -> list[OnlineLine]:
    """Every page that is online, of every organisation of the site. Nothing else of them is read."""
    names = {one.id: one.name for one in organisations(ctx.session)}
    query = (
        select(OfferPage.key, OfferPage.organisation_id, OfferState.content)
        .join(OfferState, OfferState.page_id == OfferPage.id)
        .where(OfferState.ended_at.is_(None))
    )
    with ctx.across("the public list of courses") as session:
        rows = session.execute(query).all()
    lines = [
        OnlineLine(row.key, row.content["title"], row.content["summary"], names.get(row.organisation_id, ""))
        for row in rows
    ]
    return sorted(lines, key=lambda line: (line.organisation.casefold(), line.title.casefold()))


def organisation_offering(ctx: Context, key: str) -> int:
    """Whose page an address names, if it is online; `NotFound` otherwise."""
    query = (
        select(OfferPage.organisation_id)
        .join(OfferState, OfferState.page_id == OfferPage.id)
        .where(OfferPage.key == key, OfferState.ended_at.is_(None))
    )
    with ctx.across("the public page of a course") as session:
        found: int | None = session.scalar(query.limit(1))
    if found is None:
        raise NotFound
    return found


def public_page(ctx: Context, key: str) -> OfferState:
    """What an organisation's page says now; the context is the organisation's, and nobody's."""
    query = (
        select(OfferState)
        .join(OfferPage, OfferPage.id == OfferState.page_id)
        .where(OfferPage.key == key, OfferState.ended_at.is_(None))
    )
    found = ctx.session.scalar(query.order_by(OfferState.number.desc()).limit(1))
    if found is None:
        raise NotFound
    return found
