"""The pages of a draft that speak of the whole course, what it changes, publishing it, and moving people to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from lms.authoring.changes import activity_changes
from lms.authoring.fields import ROOT, Known, NoSuchRow, act_on, drawn, in_words, read
from lms.authoring.moving import prospects
from lms.authoring.pages import form_of, unfit_in_words
from lms.authoring.wholes import COURSE_PAGES, Page, module_page
from lms.contract.types import ContentRefused
from lms.courses.api import PUBLISH_COURSE, NothingToPublish, move_people, people_behind, publish_course, writing
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.web import HEADERS, flash, go, guarded, render

bp = Blueprint("authoring_course", __name__, url_prefix="/ecrire/<course_key>")
POLICY = "Content-Security-Policy"


def _drawn(draft: writing.DraftInfo, page: Page, *, values: Mapping[str, Any] | None = None, **said: Any) -> str:
    boxes = drawn(page.fields, page.values if values is None else values, Known())
    whole = {"problems": (), "conflict": False, **said}
    return render("authoring/whole.html", draft=draft, page=page, boxes=boxes, **whole)


def _kept(ctx: Context, draft: writing.DraftInfo, page: Page, keep: Callable[[dict[str, Any]], None]) -> Response:
    """Save a page, then do what a button of a list asks; what cannot be kept is shown again as it was typed."""
    act = request.form.get("act", "")
    values = read(page.fields, request.form, page.values)
    try:
        if " " in act:
            return make_response(_drawn(draft, page, values=act_on(page.fields, values, act)[0]))
        keep(values)
    except (writing.ChangedMeanwhile, NoSuchRow):
        return make_response(_drawn(draft, page, values=values, conflict=True), 409)
    except writing.Unfit as unfit:
        said = unfit_in_words(unfit.problems, page.fields[0].fields or page.fields, ROOT)
        return make_response(_drawn(draft, page, values=values, problems=said), 422)
    flash(gettext("C’est gardé dans le brouillon."))
    return go("authoring.plan", course_key=draft.course_key)


def _page(ctx: Context, course_key: str, name: str) -> str:
    draft = writing.draft_to_write(ctx, course_key)
    return _drawn(draft, COURSE_PAGES[name].page(ctx, draft))


def _post(ctx: Context, course_key: str, name: str) -> Response:
    draft, kind = writing.draft_to_write(ctx, course_key), COURSE_PAGES[name]
    token = request.form.get("token", "")
    return _kept(ctx, draft, kind.page(ctx, draft), lambda values: kind.keep(ctx, draft, token, values))


@bp.get("/parcours")
@guarded(PUBLISH_COURSE)
def course(ctx: Context, course_key: str) -> str:
    """Title, summary, audience and so on."""
    return _page(ctx, course_key, "course")


@bp.post("/parcours")
@guarded(PUBLISH_COURSE)
def post_course(ctx: Context, course_key: str) -> Response:
    """Keep it."""
    return _post(ctx, course_key, "course")


@bp.get("/acquis")
@guarded(PUBLISH_COURSE)
def coverage(ctx: Context, course_key: str) -> str:
    """What feeds which criterion."""
    return _page(ctx, course_key, "coverage")


@bp.post("/acquis")
@guarded(PUBLISH_COURSE)
def post_coverage(ctx: Context, course_key: str) -> Response:
    """Keep it."""
    return _post(ctx, course_key, "coverage")


@bp.get("/valeurs")
@guarded(PUBLISH_COURSE)
def values(ctx: Context, course_key: str) -> str:
    """Amounts, places and partners."""
    return _page(ctx, course_key, "values")


@bp.post("/valeurs")
@guarded(PUBLISH_COURSE)
def post_values(ctx: Context, course_key: str) -> Response:
    """Keep them."""
    return _post(ctx, course_key, "values")


@bp.get("/mots")
@guarded(PUBLISH_COURSE)
def glossary(ctx: Context, course_key: str) -> str:
    """Words explained."""
    return _page(ctx, course_key, "glossary")


@bp.post("/mots")
@guarded(PUBLISH_COURSE)
def post_glossary(ctx: Context, course_key: str) -> Response:
    """Keep them."""
    return _post(ctx, course_key, "glossary")


@bp.get("/modules/<key>")
@guarded(PUBLISH_COURSE)
def module(ctx: Context, course_key: str, key: str) -> str:
    """A module's title, summary, objectives and block."""
    draft = writing.draft_to_write(ctx, course_key)
    return _drawn(draft, module_page(ctx, draft, key=key))


@bp.post("/modules/<key>")
@guarded(PUBLISH_COURSE)
def post_module(ctx: Context, course_key: str, key: str) -> Response:
    """Keep it."""
    draft, token = writing.draft_to_write(ctx, course_key), request.form.get("token", "")
    page = module_page(ctx, draft, key=key)
    return _kept(ctx, draft, page, lambda values: writing.save_module(ctx, draft, key=key, token=token, fields=values))


@bp.get("/telephone")
@guarded(PUBLISH_COURSE)
def phone(ctx: Context, course_key: str) -> Response:
    """The whole path as on a phone."""
    draft = writing.draft_to_write(ctx, course_key)
    response = make_response(render("authoring/phone.html", draft=draft, written=None))
    response.headers[POLICY] = f"{HEADERS[POLICY]}; frame-src 'self'"
    return response


# -------------------------------------------------------------------------------------------------------- publishing


@bp.get("/publication")
@guarded(PUBLISH_COURSE)
def publication(ctx: Context, course_key: str) -> str:
    """What has changed since the version in force, and what is to be put right before publishing."""
    draft = writing.draft_to_write(ctx, course_key)
    found = writing.draft_problems(ctx, draft)
    return render(
        "authoring/publication.html",
        draft=draft,
        changes=activity_changes(ctx, draft),
        problems=[(_where(ctx, draft, one), _said(ctx, one)) for one in found],
    )


def _where(ctx: Context, draft: writing.DraftInfo, problem: Any) -> str:
    """The page where a problem is put right."""
    if problem.place == "activity":
        return url_for("authoring_activity.activity", course_key=draft.course_key, key=problem.key)
    page = "authoring_course.coverage" if problem.place == "coverage" else "authoring.plan"
    return url_for(page, course_key=draft.course_key)


def _said(ctx: Context, problem: Any) -> str:
    form = [field for kind in ctx.registry.activity_types.values() for field in form_of(kind)]
    return in_words(problem.sentence, form)


@bp.post("/publication")
@guarded(PUBLISH_COURSE)
def post_publication(ctx: Context, course_key: str) -> Response:
    """Publish the draft; then see who would follow it."""
    try:
        info = publish_course(ctx, course_key)
    except NothingToPublish:
        flash(gettext("Il n'y a rien à publier : c'est peut-être déjà fait."), "warn")
        return go("course_staff.course", key=course_key)
    except ContentRefused:
        flash(gettext("Il reste des choses à finir avant de publier."), "bad")
        return go(".publication", course_key=course_key)
    flash(gettext("La version %(number)s est en ligne.") % {"number": info.number})
    return go(".moves", course_key=course_key)


@bp.get("/passage")
@guarded(PUBLISH_COURSE)
def moves(ctx: Context, course_key: str) -> str:
    """The groups with people on an earlier version."""
    version = writing.version_in_force(ctx, course_key)
    groups = writing.groups_behind(ctx, version)
    return render("authoring/moves.html", course_key=course_key, version=version, groups=groups, group=None, people=[])


@bp.post("/passage/<cohort_key>/voir")
@guarded(PUBLISH_COURSE)
def post_trial(ctx: Context, course_key: str, cohort_key: str) -> str:
    """Who would gain or lose what: nothing is kept of it."""
    version = writing.version_in_force(ctx, course_key)
    groups = writing.groups_behind(ctx, version)
    group = next((one for one in groups if one.key == cohort_key), None)
    people = prospects(ctx, people_behind(ctx, version, cohort_key=cohort_key), version_id=version.id)
    return render(
        "authoring/moves.html", course_key=course_key, version=version, groups=groups, group=group, people=people
    )


@bp.post("/passage/<cohort_key>")
@guarded(PUBLISH_COURSE)
def post_move(ctx: Context, course_key: str, cohort_key: str) -> Response:
    """The people of a group follow the version in force, with what they have done."""
    version = writing.version_in_force(ctx, course_key)
    moved = move_people(ctx, people_behind(ctx, version, cohort_key=cohort_key), version_id=version.id)
    flash(gettext("%(count)s personnes suivent maintenant la nouvelle version.") % {"count": moved})
    return go(".moves", course_key=course_key)
