"""Public pages of courses, for anyone; and for staff: writing them, putting them online, reading what they said."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.accounts.api import members, organisation_details
from lms.contract.results import Result
from lms.courses.api import CourseInfo, structure
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, speech
from lms.kernel.rights import NotFound
from lms.kernel.web import current_identity, flash, go, guarded, platform, public, render
from lms.offer.fields import FIELDS, missing, proposed, readable
from lms.offer.models import OfferPage, OfferState
from lms.offer.operations import OfferRefused, content_now, publish_offer, withdraw_offer, write_offer
from lms.offer.permissions import READ_ARCHIVE, WRITE_OFFER
from lms.offer.queries import (
    course_to_offer,
    offers,
    online,
    online_pages,
    organisation_offering,
    page_of,
    public_page,
    state,
    states,
)

bp = Blueprint("offer", __name__)
Page = str | Response | tuple[str, int]
_TITLES = {field.name: field.title for field in FIELDS}


# ---------------------------------------------------------------------------------------------------------- for anyone


@bp.get("/offre")
@public
def index() -> Page:
    """The courses that one may enter."""
    with platform().reading(None) as ctx:
        found = online_pages(ctx)
    return render("offer/index.html", pages=found, many=len({one.organisation for one in found}) > 1)


@bp.get("/offre/<key>")
@public
def page(key: str) -> Page:
    """What the public must know of a course."""
    with platform().reading(None) as nobody:
        owner = organisation_offering(nobody, key)
    with platform().reading(owner) as ctx:
        found, logo = public_page(ctx, key), ctx.here.logo
    may_edit = _may_edit(owner)
    return render("offer/page.html", **_said(found.content), shown=found, logo=logo, may_edit=may_edit, is_public=True)


def _may_edit(organisation_id: int) -> bool:
    identity = current_identity()
    if identity is None or identity.organisation.id != organisation_id:
        return False
    return any(grant.role in WRITE_OFFER.roles for grant in identity.grants)


def _said(content: dict[str, Any]) -> dict[str, Any]:
    """A state as a template shows it: headings in the reader's language, texts as they were written."""
    fields = [
        (gettext(_TITLES.get(one["name"], one["name"])), Markup(readable(one["text"])))  # noqa: S704 - made safe by the kernel
        for one in content["fields"]
    ]
    results = content["results"]
    figures = [(*map(gettext, (one["title"], one["how"])), _value(one), one) for one in results["figures"]]
    days = {name: date.fromisoformat(results[name]) for name in ("first", "last")}
    reviewed = date.fromisoformat(content["reviewed"])
    return {"content": content, "fields": fields, "figures": figures, "reviewed": reviewed, **days}


def _value(figure: dict[str, Any]) -> str:
    if not figure["unit"]:
        return speech().number(figure["people"])
    if figure["people"] is None:
        return gettext("trop peu de personnes pour un chiffre")
    value = Result(figure["numerator"], figure["denominator"], figure["people"]).value
    if value is None:
        return gettext("pas encore connu")
    if figure["unit"] == "%":
        return f"{speech().number(round(100 * value))}\N{NO-BREAK SPACE}%"
    return f"{speech().number(round(value, 1))}{figure['unit']}"


# ----------------------------------------------------------------------------------------------------------- for staff


@bp.get("/pages-publiques")
@guarded(READ_ARCHIVE)
def all_offers(ctx: Context) -> Page:
    """The courses of the organisation, with what the public reads of them."""
    return render("offer/all.html", lines=offers(ctx), may_write=ctx.holds(WRITE_OFFER))


@bp.get("/parcours-equipe/<key>/page-publique")
@guarded(WRITE_OFFER)
def edit(ctx: Context, key: str) -> Page:
    """Write the page of a course."""
    course = course_to_offer(ctx, key, right=WRITE_OFFER)
    return _edit_page(ctx, course, page_of(ctx, course.id))


@bp.post("/parcours-equipe/<key>/page-publique")
@guarded(WRITE_OFFER)
def post_edit(ctx: Context, key: str) -> Page:
    """Save the draft, and put it online when that is asked."""
    course = course_to_offer(ctx, key, right=WRITE_OFFER)
    try:
        write_offer(ctx, course=course, fields=request.form, seen=request.form.get("seen", ""))
        if request.form.get("publier"):
            publish_offer(ctx, course=course)
    except OfferRefused as refused:
        return _edit_page(ctx, course, page_of(ctx, course.id), refused), 400
    flash(gettext("La page est en ligne.") if request.form.get("publier") else gettext("C'est enregistré."))
    return go("offer.edit", key=key)


def _edit_page(ctx: Context, course: CourseInfo, found: OfferPage | None, refused: OfferRefused | None = None) -> str:
    written = dict(found.fields) if found else {}
    values = {field.name: request.form.get(field.name, written.get(field.name, "")) for field in FIELDS}
    whole = structure(ctx, course.version_id) if course.version_id else None
    problems = {name or "page": gettext(text) for name, text in (refused.problems if refused else {}).items()}
    return render(
        "offer/edit.html", course=course, found=found, fields=FIELDS, values=values, problems=problems, missing=missing(written),
        proposed=proposed(whole, organisation_details(ctx)) if whole else {}, shown=online(ctx, found) if found else None,
        title=whole.title if whole else "", seen=request.form.get("seen") or (found.changed_at.isoformat() if found else ""),
    )  # fmt: skip


@bp.get("/parcours-equipe/<key>/page-publique/apercu")
@guarded(WRITE_OFFER)
def preview(ctx: Context, key: str) -> Page:
    """What the public would read if the draft went online now."""
    course = course_to_offer(ctx, key, right=WRITE_OFFER)
    found = page_of(ctx, course.id)
    if found is None or not course.version_id:
        raise NotFound
    content = content_now(ctx, course=course, page=found)
    return render("offer/page.html", **_said(content), shown=None, logo=ctx.here.logo, may_edit=False, is_public=False)


@bp.post("/parcours-equipe/<key>/page-publique/retrait")
@guarded(WRITE_OFFER)
def post_withdrawal(ctx: Context, key: str) -> Page:
    """Take the page offline."""
    withdraw_offer(ctx, course=course_to_offer(ctx, key, right=WRITE_OFFER))
    flash(gettext("La page n'est plus en ligne. Ce qu'elle disait reste dans ses archives."))
    return go("offer.edit", key=key)


@bp.get("/parcours-equipe/<key>/page-publique/archives")
@guarded(READ_ARCHIVE)
def archive(ctx: Context, key: str) -> Page:
    """Every state of the page; with a day, what it said on that day."""
    found = _page(ctx, key)
    day = _day(request.args.get("jour", ""))
    lines = states(ctx, found, day=day)
    by = members(ctx, [one.published_by_id for one in lines if one.published_by_id is not None])
    return render("offer/archive.html", key=key, lines=lines, day=day, by=by)


@bp.get("/parcours-equipe/<key>/page-publique/archives/<int:number>")
@guarded(READ_ARCHIVE)
def archived(ctx: Context, key: str, number: int) -> Page:
    """One state, as the public read it."""
    found: OfferState = state(ctx, _page(ctx, key), number=number)
    return render(
        "offer/page.html",
        **_said(found.content),
        shown=found,
        logo="",
        may_edit=False,
        is_public=False,
        archive_key=key,
    )


def _page(ctx: Context, key: str) -> OfferPage:
    found = page_of(ctx, course_to_offer(ctx, key, right=READ_ARCHIVE).id)
    if found is None:
        raise NotFound
    return found


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 9000 else None


# -------------------------------------------------------------------------------------------------------------- panels


def course_panel(ctx: Context, subject: Any) -> str:
    """On a course's page, the way to its public page."""
    may_write = ctx.holds(WRITE_OFFER, on=subject)
    return (
        render("offer/course_panel.html", key=subject.key, may_write=may_write)
        if ctx.holds(READ_ARCHIVE, on=subject)
        else ""
    )


def organisation_panel(ctx: Context, _subject: Any) -> str:
    """On the page of the organisation, the way to what the public reads."""
    return render("offer/organisation_panel.html") if ctx.holds(READ_ARCHIVE) else ""
