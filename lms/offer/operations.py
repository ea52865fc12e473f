"""Writes on public pages: the draft, going online, going offline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from lms.accounts.api import organisation_details
from lms.contract.results import ResultKind, ResultScope
from lms.courses.api import CourseInfo, structure
from lms.kernel.clock import local_day, months_after, start_of_day
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.text import TextRefused
from lms.offer.events import OfferPublished, OfferWithdrawn, OfferWritten
from lms.offer.fields import FIELDS, LONGEST, NAMES, readable
from lms.offer.models import OfferPage, OfferState
from lms.offer.permissions import WRITE_OFFER
from lms.offer.queries import online, page_of, states

FEWEST = 5
"""A figure of fewer people is not shown to the public: it would tell of someone."""


class OfferRefused(Exception):
    """The page cannot be taken as it is: `problems` are French sentences, by field ("" for the page)."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


def write_offer(ctx: Context, *, course: CourseInfo, fields: Mapping[str, str], seen: str = "") -> OfferPage:
    """Write the draft of a page. `seen`: what its author had before their eyes (`OfferPage.changed_at`), or "" for a new one."""
    ctx.require(WRITE_OFFER, on=course)
    texts = {name: fields.get(name, "").replace("\r\n", "\n").strip() for name in NAMES}
    _refuse_unreadable(texts)
    page = page_of(ctx, course.id)
    if page is not None and seen != page.changed_at.isoformat():
        raise OfferRefused({"": mark("Quelqu’un d’autre a changé cette page entre-temps : gardez votre texte, puis ouvrez-la encore.")})  # fmt: skip
    kept = {name: text for name, text in texts.items() if text}
    if page is None:
        page = OfferPage(organisation_id=ctx.here.id, course_id=course.id, fields={}, changed_at=ctx.now)
        ctx.session.add(page)
    changed = tuple(name for name in NAMES if page.fields.get(name, "") != kept.get(name, ""))
    if changed:
        page.fields, page.changed_at = kept, ctx.now
        page.changed_by_id = ctx.actor.membership_id if ctx.actor else None
        ctx.tell(OfferWritten(course.id, changed))
    ctx.session.flush()
    return page


def _refuse_unreadable(texts: Mapping[str, str]) -> None:
    problems: dict[str, str] = {}
    for name, text in texts.items():
        if len(text) > LONGEST:
            problems[name] = mark("C’est trop long.")
            continue
        try:
            readable(text)
        except TextRefused as wrong:
            problems[name] = wrong.problems[0]
    if problems:
        raise OfferRefused(problems)


def publish_offer(ctx: Context, *, course: CourseInfo) -> OfferState:
    """Put the draft online, as it is, with the results of the last twelve months; what was online is kept with its dates."""
    ctx.require(WRITE_OFFER, on=course)
    page = page_of(ctx, course.id)
    if page is None or not page.fields:
        raise OfferRefused({"": mark("Rien n’est encore écrit : remplissez d’abord la page.")})
    if not course.version_id:
        raise OfferRefused({"": mark("Ce parcours n’est pas encore publié : publiez-le d’abord.")})
    content, before = _content(ctx, course, page), online(ctx, page)
    if before is not None and before.content == content:
        return before
    number = 1 + max((one.number for one in states(ctx, page)), default=0)
    row = OfferState(
        organisation_id=ctx.here.id,
        page_id=page.id,
        number=number,
        content=content,
        published_at=ctx.now,
        published_by_id=ctx.actor.membership_id if ctx.actor else None,
    )
    try:
        with ctx.session.begin_nested():
            if before is not None:
                before.ended_at = ctx.now
            ctx.session.add(row)
    except IntegrityError as twice:
        raise OfferRefused({"": mark("Quelqu’un d’autre vient de mettre cette page en ligne.")}) from twice
    ctx.tell(OfferPublished(course.id, number))
    return row


def withdraw_offer(ctx: Context, *, course: CourseInfo) -> None:
    """Take the page offline; what it said stays readable for who must know."""
    ctx.require(WRITE_OFFER, on=course)
    page = page_of(ctx, course.id)
    shown = online(ctx, page) if page is not None else None
    if shown is not None:
        shown.ended_at = ctx.now
        ctx.tell(OfferWithdrawn(course.id))


def content_now(ctx: Context, *, course: CourseInfo, page: OfferPage) -> dict[str, Any]:
    """What the page would say if it went online now: for the preview. The caller has asked for the right."""
    return _content(ctx, course, page)


def _content(ctx: Context, course: CourseInfo, page: OfferPage) -> dict[str, Any]:
    whole, details = structure(ctx, course.version_id), organisation_details(ctx)
    return {
        "title": whole.title,
        "summary": str(whole.head.get("summary", "") or ""),
        "version": course.number,
        "reviewed": local_day(page.changed_at, ctx.here.timezone).isoformat(),
        "organisation": {
            name: details[name] for name in ("name", "address", "nda", "siret", "contact", "qualiopi_certificate")
        },
        "fields": [
            {"name": field.name, "text": page.fields[field.name]} for field in FIELDS if page.fields.get(field.name)
        ],
        "results": results_of(ctx, course.id),
    }


def results_of(ctx: Context, course_id: int) -> dict[str, Any]:
    """The results of the twelve months before today, each with how it is calculated; too few people: no figure."""
    zone, today = ctx.here.timezone, local_day(ctx.now, ctx.here.timezone)
    first = months_after(today, -12)
    scope = ResultScope(start_of_day(first, zone), start_of_day(today, zone), course_id)
    kinds = sorted(ctx.registry.result_kinds.values(), key=lambda kind: kind.position)
    return {
        "first": first.isoformat(),
        "last": (today - timedelta(days=1)).isoformat(),
        "figures": [_figure(ctx, kind, scope) for kind in kinds],
    }


def _figure(ctx: Context, kind: ResultKind, scope: ResultScope) -> dict[str, Any]:
    found = kind.figure(ctx, scope)
    told = {"name": kind.name, "title": kind.title, "how": kind.how, "unit": kind.unit, "people": found.people}
    is_shown = found.people >= FEWEST
    if not is_shown and kind.unit:
        return told | {"people": None, "numerator": None, "denominator": None}
    return told | {"numerator": found.numerator, "denominator": found.denominator}
