"""The plan of a draft: begun, arranged, its modules and activities made, moved, taken out and put back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import Blueprint, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.authoring.pages import kinds_to_add
from lms.courses.api import PUBLISH_COURSE, CourseInfo, course_list, structure, writing
from lms.kernel.context import Context
from lms.kernel.database import key_for
from lms.kernel.i18n import gettext
from lms.kernel.rights import NotFound
from lms.kernel.web import flash, go, guarded, render

bp = Blueprint("authoring", __name__, url_prefix="/ecrire")
STEPS = {"haut": -1, "bas": 1}


@bp.get("")
@guarded(PUBLISH_COURSE)
def courses(ctx: Context) -> str:
    """The courses that one may write, and a new one."""
    may_create = ctx.holds_everywhere(PUBLISH_COURSE)
    mine, sources = course_list(ctx, PUBLISH_COURSE), course_list(ctx) if may_create else []
    return render("authoring/courses.html", courses=mine, sources=sources, may_create=may_create)


@bp.post("")
@guarded(PUBLISH_COURSE)
def post_course(ctx: Context) -> Response:
    """Make a course, from nothing or from another."""
    title, source = request.form.get("title", "").strip(), request.form.get("source", "")
    if not title:
        flash(gettext("Donnez un titre au parcours."), "warn")
        return go(".courses")
    draft = _made_once(ctx, title, source)
    flash(gettext("Votre parcours est prêt à écrire."))
    return go(".plan", course_key=draft.course_key)


def _made_once(ctx: Context, title: str, source: str) -> writing.DraftInfo:
    def make(key: str) -> writing.DraftInfo:
        if source:
            return writing.copy_course(ctx, course_key=source, title=title, key=key)
        return writing.create_course(ctx, title=title, key=key)

    return writing.made_once(ctx, key=key_for(_once(), ctx.here.id, title, source), make=make) if _once() else make("")


def _once() -> str:
    return request.form.get("intent", "")


@bp.get("/<course_key>")
@guarded(PUBLISH_COURSE)
def plan(ctx: Context, course_key: str) -> str:
    """The modules and activities of the draft; without a draft, the way to begin one."""
    draft = writing.written_course(ctx, course_key)
    if draft is None:
        return render("authoring/begin.html", whole=structure(ctx, writing.readable_version(ctx, course_key).id))
    return render("authoring/plan.html", draft=draft, **_plan(ctx, draft))


def _plan(ctx: Context, draft: Any) -> dict[str, Any]:
    return {
        "modules": writing.written_plan(ctx, draft),
        "removed": writing.removed_parts(ctx, draft),
        "kinds": kinds_to_add(ctx),
        "types": {name: gettext(kind.title) for name, kind in ctx.registry.activity_types.items()},
        "signs": {name: kind.icon for name, kind in ctx.registry.activity_types.items()},
    }


@bp.post("/<course_key>/commencer")
@guarded(PUBLISH_COURSE)
def post_draft(ctx: Context, course_key: str) -> Response:
    """Begin a draft from the version in force."""
    writing.begin_draft(ctx, course_key)
    return go(".plan", course_key=course_key)


def _or_plan(view: Callable[..., Response]) -> Callable[..., Response]:
    """What a button speaks of has gone since the plan was drawn, by a second press or by someone else: the plan says so."""

    @functools.wraps(view)
    def checked(ctx: Context, course_key: str, **rest: Any) -> Response:
        try:
            return view(ctx, course_key=course_key, **rest)
        except NotFound:
            writing.written_course(ctx, course_key)  # `NotFound` again for who may not write it
            flash(gettext("Le plan avait changé : c’est peut-être déjà fait. Le voici comme il est."), "warn")
            return go(".plan", course_key=course_key)

    return checked


@bp.post("/<course_key>/modules")
@guarded(PUBLISH_COURSE)
@_or_plan
def post_module(ctx: Context, course_key: str) -> Response:
    """Make a module."""
    draft = writing.draft_to_write(ctx, course_key)
    key = writing.add_module(ctx, draft, title=_title(gettext("Nouveau module")), once=_once())
    return go(".plan", course_key=course_key, _anchor=key)


@bp.post("/<course_key>/activites")
@guarded(PUBLISH_COURSE)
@_or_plan
def post_activity(ctx: Context, course_key: str) -> Response:
    """Make an activity, and open it."""
    draft, sent = writing.draft_to_write(ctx, course_key), request.form
    module, kind = sent.get("module", ""), sent.get("type", "")
    title = _title(gettext("Nouvelle activité"))
    key = writing.add_activity(ctx, draft, module_key=module, type_name=kind, title=title, once=_once())
    return go("authoring_activity.activity", course_key=course_key, key=key)


def _title(otherwise: str) -> str:
    return request.form.get("title", "").strip() or otherwise


@bp.post("/<course_key>/modules/<key>/bouger")
@guarded(PUBLISH_COURSE)
@_or_plan
def post_module_move(ctx: Context, course_key: str, key: str) -> Response:
    """One place up or down."""
    step = STEPS.get(request.form.get("vers", ""), 0)
    writing.move_module(ctx, writing.draft_to_write(ctx, course_key), key=key, step=step)
    return go(".plan", course_key=course_key, _anchor=key)


@bp.post("/<course_key>/activites/<key>/bouger")
@guarded(PUBLISH_COURSE)
@_or_plan
def post_activity_move(ctx: Context, course_key: str, key: str) -> Response:
    """One place up or down, into the next module at the end."""
    step = STEPS.get(request.form.get("vers", ""), 0)
    writing.move_activity(ctx, writing.draft_to_write(ctx, course_key), key=key, step=step)
    return go(".plan", course_key=course_key, _anchor=key)


@bp.post("/<course_key>/modules/<key>/ordre")
@guarded(PUBLISH_COURSE)
def post_order(ctx: Context, course_key: str, key: str) -> Response:
    """The order that a drag has made."""
    draft = writing.draft_to_write(ctx, course_key)
    writing.arrange_activities(ctx, draft, module_key=key, order=request.form.getlist("key")[:500])
    return Response(status=204)


@bp.post("/<course_key>/modules/<key>/retirer")
@guarded(PUBLISH_COURSE)
@_or_plan
def post_module_removal(ctx: Context, course_key: str, key: str) -> Response:
    """Take a module out; it can be put back."""
    _offer_back(course_key, writing.remove_module(ctx, writing.draft_to_write(ctx, course_key), key=key))
    return go(".plan", course_key=course_key)


@bp.post("/<course_key>/activites/<key>/retirer")
@guarded(PUBLISH_COURSE)
@_or_plan
def post_activity_removal(ctx: Context, course_key: str, key: str) -> Response:
    """Take an activity out; it can be put back."""
    _offer_back(course_key, writing.remove_activity(ctx, writing.draft_to_write(ctx, course_key), key=key))
    return go(".plan", course_key=course_key)


def _offer_back(course_key: str, key: str) -> None:
    """Say that it is out, and where it can be put back."""
    where = Markup('<a href="{}">{}</a>').format(
        url_for("authoring.plan", course_key=course_key, _anchor=f"retire-{key}"), gettext("Annuler")
    )
    flash(Markup("{} {}").format(gettext("C’est retiré."), where))


@bp.post("/<course_key>/remettre/<key>")
@guarded(PUBLISH_COURSE)
@_or_plan
def post_return(ctx: Context, course_key: str, key: str) -> Response:
    """Put back what was taken out."""
    module = writing.put_back(ctx, writing.draft_to_write(ctx, course_key), key=key)
    flash(gettext("C’est remis."))
    return go(".plan", course_key=course_key, _anchor=module)


@bp.get("/<course_key>/reprendre")
@guarded(PUBLISH_COURSE)
def modules_elsewhere(ctx: Context, course_key: str) -> str:
    """The modules of other courses, to take one over."""
    draft = writing.draft_to_write(ctx, course_key)
    others = [structure(ctx, writing.readable_version(ctx, line.key).id) for line in course_list(ctx)]
    return render("authoring/modules_elsewhere.html", draft=draft, others=others)


@bp.post("/<course_key>/reprendre")
@guarded(PUBLISH_COURSE)
def post_module_copy(ctx: Context, course_key: str) -> Response:
    """Take a module of another course over, as one's own."""
    source, _, module = request.form.get("module", "").partition(":")
    draft = writing.draft_to_write(ctx, course_key)
    key = writing.copy_module(ctx, draft, course_key=source, module_key=module, once=_once())
    flash(gettext("Le module est copié à la fin : changez-le comme vous voulez."))
    return go(".plan", course_key=course_key, _anchor=key)


def course_panel(ctx: Context, course: CourseInfo) -> str:
    """On the page of a course: the ways to write it, and to publish what is written."""
    if not ctx.holds(PUBLISH_COURSE, on=course):
        return ""
    return render("authoring/course_panel.html", course=course, draft=writing.written_course(ctx, course.key))


def courses_panel(ctx: Context, _subject: object) -> str:
    """On the list of courses: the way to write one."""
    may_write = ctx.holds_everywhere(PUBLISH_COURSE) or course_list(ctx, PUBLISH_COURSE)
    return render("authoring/courses_panel.html") if may_write else ""
