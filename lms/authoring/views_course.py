"""The pages of a draft that speak of the whole course, what it changes, publishing it, and moving people to it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from lms.authoring.changes import draft_changes
from lms.authoring.diffing import changes_between
from lms.authoring.fields import ROOT, Known, drawn, in_words, read
from lms.authoring.moving import prospects
from lms.authoring.pages import form_of, unfit_in_words
from lms.authoring.rows import NoSuchRow, act_on
from lms.authoring.views_gone import unless_gone
from lms.authoring.wholes import COURSE_PAGES, Page, PageKind, module_page
from lms.contract.types import ContentRefused
from lms.courses.api import PUBLISH_COURSE, NothingToPublish, move_people, people_behind, publish_course, writing
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.rights import NotFound
from lms.kernel.web import flash, go, guarded, render

bp = Blueprint("authoring_course", __name__, url_prefix="/ecrire/<course_key>")


def _drawn(draft: writing.DraftInfo, page: Page, *, values: Mapping[str, Any] | None = None, **said: Any) -> str:
    boxes = drawn(page.fields, page.values if values is None else values, Known())
    whole = {"problems": (), "theirs": None, **said}
    return render("authoring/whole.html", draft=draft, page=page, boxes=boxes, **whole)


def _kept(draft: writing.DraftInfo, page: Page, keep: Callable[[str, Mapping[str, Any]], None]) -> Response:
    """Save a page, or do what a button of a list asks; what cannot be kept is shown again as it was typed."""
    act, values = request.form.get("act", ""), read(page.fields, request.form, page.values)
    try:
        if " " in act:
            return make_response(_drawn(draft, page, values=act_on(page.fields, values, act)[0]))
        keep(request.form.get("token", ""), values)
    except (writing.ChangedMeanwhile, NoSuchRow):
        theirs = changes_between(page.fields, values, page.values)
        return make_response(_drawn(draft, page, values=values, theirs=theirs), 409)
    except writing.Unfit as unfit:
        said = unfit_in_words(unfit.problems, page.fields[0].fields or page.fields, ROOT)
        return make_response(_drawn(draft, page, values=values, problems=said), 422)
    flash(gettext("C’est gardé dans le brouillon."))
    return go("authoring.plan", course_key=draft.course_key)


def _kind(word: str) -> PageKind:
    if word not in COURSE_PAGES:
        raise NotFound
    return COURSE_PAGES[word]


@bp.get("/<word>")
@guarded(PUBLISH_COURSE)
def page(ctx: Context, course_key: str, word: str) -> str:
    """What the whole course says: of itself, of what it makes people acquire, of amounts and places, of hard words."""
    draft = writing.draft_to_write(ctx, course_key)
    return _drawn(draft, _kind(word).page(ctx, draft))


@bp.post("/<word>")
@guarded(PUBLISH_COURSE)
@unless_gone
def post_page(ctx: Context, course_key: str, word: str) -> Response:
    """Keep it."""
    draft, kind = writing.draft_to_write(ctx, course_key), _kind(word)
    return _kept(draft, kind.page(ctx, draft), functools.partial(kind.keep, ctx, draft))


@bp.get("/modules/<key>")
@guarded(PUBLISH_COURSE)
def module(ctx: Context, course_key: str, key: str) -> str:
    """A module's title, summary, objectives and block."""
    draft = writing.draft_to_write(ctx, course_key)
    return _drawn(draft, module_page(ctx, draft, key=key))


@bp.post("/modules/<key>")
@guarded(PUBLISH_COURSE)
@unless_gone
def post_module(ctx: Context, course_key: str, key: str) -> Response:
    """Keep it."""
    draft = writing.draft_to_write(ctx, course_key)
    return _kept(
        draft,
        module_page(ctx, draft, key=key),
        lambda token, values: writing.save_module(ctx, draft, key=key, token=token, fields=values),
    )


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
        seen=writing.whole_token(ctx, draft),
        changes=[(_where(draft, one.place, one.key), one) for one in draft_changes(ctx, draft)],
        problems=[(_where(draft, _PLACES.get(one.place, one.place), one.key), _said(ctx, one)) for one in found],
    )


_PLACES = {"course": "plan", "coverage": "acquis"}
"""What a problem is about → where it is put right: the course as a whole in its plan."""


def _where(draft: writing.DraftInfo, place: str, key: str) -> str:
    """The page where something is written: an activity, a module, a page of the course, the plan."""
    if place in ("activity", "module"):
        endpoint = "authoring_activity.activity" if place == "activity" else ".module"
        return url_for(endpoint, course_key=draft.course_key, key=key)
    if place in COURSE_PAGES:
        return url_for(".page", course_key=draft.course_key, word=place)
    return url_for("authoring.plan", course_key=draft.course_key)


def _said(ctx: Context, problem: Any) -> str:
    form = [field for kind in ctx.registry.activity_types.values() for field in form_of(kind)]
    return in_words(problem.sentence, form)


@bp.post("/publication")
@guarded(PUBLISH_COURSE)
def post_publication(ctx: Context, course_key: str) -> Response:
    """Publish the draft as its reader has seen it; then see who would follow it."""
    try:
        if _has_changed(ctx, course_key):
            flash(
                gettext("Le brouillon a changé depuis que vous l’avez regardé. Regardez encore, puis publiez."), "warn"
            )
            return go(".publication", course_key=course_key)
        info = publish_course(ctx, course_key)
    except NothingToPublish:
        flash(gettext("Il n'y a rien à publier : c'est peut-être déjà fait."), "warn")
        return go("course_staff.course", key=course_key)
    except ContentRefused:
        flash(gettext("Il reste des choses à finir avant de publier."), "bad")
        return go(".publication", course_key=course_key)
    flash(gettext("La version %(number)s est en ligne.") % {"number": info.number})
    if writing.groups_behind(ctx, writing.version_in_force(ctx, course_key)):
        return go(".moves", course_key=course_key)
    return go("course_staff.course", key=course_key)


def _has_changed(ctx: Context, course_key: str) -> bool:
    draft = writing.written_course(ctx, course_key)
    return draft is not None and request.form.get("seen") != writing.whole_token(ctx, draft)


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
