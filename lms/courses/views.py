"""The learner's pages: home, path, activity, words, files, and why a figure is what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.accounts.api import person
from lms.contract.types import ActivityView, PlayState
from lms.courses.api import enrolment_by_key
from lms.courses.data import EnrolmentInfo, Play
from lms.courses.learner import Way, preview_of
from lms.courses.permissions import LEARN, READ_COHORT, READ_COURSE
from lms.courses.phrases import Phrases
from lms.courses.queries import (
    course_file,
    explained,
    following,
    own_enrolment,
    own_enrolments,
    place_of,
    play_in,
    preview,
    published_version,
    standing_of,
    way,
)
from lms.courses.refusals import refusal
from lms.courses.showing import with_values
from lms.courses.structure import structure
from lms.courses.telling import active_seconds
from lms.kernel.context import Context
from lms.kernel.files import FileRow, path_of
from lms.kernel.navigation import first_address
from lms.kernel.rights import NotFound
from lms.kernel.text import anchor
from lms.kernel.web import flash, go, guarded, platform, render, signed_in
from lms.xapi.api import VOID, Outcome, submit

bp = Blueprint("courses", __name__)
SHOWN_IN_PAGE = ("image/", "audio/", "video/", "application/pdf", "text/vtt")
YEAR_SECONDS = 31_536_000


@bp.get("/")
@signed_in
def home(ctx: Context) -> str | WerkzeugResponse:
    """What to do now; staff go to the first page of theirs."""
    if ctx.audience == "staff":
        return redirect(first_address(ctx), 303)
    mine = own_enrolments(ctx) if ctx.holds(LEARN) else []
    present = [one for one, _key in mine if one.ended_at is None] or [one for one, _key in mine[:1]]
    ways = [way(ctx, enrolment) for enrolment in present[:3]]
    panels = ctx.registry.panels_at("today", ctx)
    return render("courses/home.html", paths=[(one, _phrases(ctx, one)) for one in ways], panels=panels)


@bp.get("/parcours/<course_key>")
@guarded(LEARN, READ_COURSE)
def path(ctx: Context, course_key: str) -> str:
    """The whole path, module by module."""
    enrolment = _own_or_preview(ctx, course_key)
    whole = way(ctx, enrolment) if enrolment else preview_of(structure(ctx, published_version(ctx, course_key)))
    return render(
        "courses/path.html",
        way=whole,
        phrases=_phrases(ctx, whole),
        base=url_for(".path", course_key=course_key),
        is_preview=enrolment is None,
    )


@bp.get("/parcours/<course_key>/<string(length=10):activity_key>")
@guarded(LEARN, READ_COURSE)
def activity(ctx: Context, course_key: str, activity_key: str) -> str:
    """One activity, drawn by its type; closed: why, and when it opens."""
    found = _facing(ctx, course_key, activity_key)
    frame = _frame(ctx, found)
    if found.play is not None and not found.play.is_open:
        return render("courses/closed.html", **frame)
    kind = ctx.registry.activity_types[frame["step"].info.type]
    return render(kind.template, **frame, **kind.page(ctx, frame["activity"], found.state))


@bp.post("/parcours/<course_key>/<string(length=10):activity_key>/fait")
@guarded(LEARN)
def post_done(ctx: Context, course_key: str, activity_key: str) -> WerkzeugResponse:
    """The person says that it is done: on to what comes next. For the types that say what is declared."""
    enrolment = own_enrolment(ctx, course_key)
    kind = _declared_by(ctx, enrolment, activity_key)
    payload = {"activity": activity_key, "seconds": active_seconds(request.form.get("seconds"))}
    reply = submit(ctx, kind=kind, payload=payload, intent_id=request.form.get("intent"))
    if refusal(reply):
        flash(refusal(reply), "warn")
    after = activity_key if reply.outcome is Outcome.REFUSED else following(ctx, enrolment, activity_key=activity_key)
    return go("courses.activity" if after else "courses.path", course_key=course_key, activity_key=after)


@bp.get("/parcours/<course_key>/<string(length=10):activity_key>/pourquoi")
@guarded(LEARN)
def why(ctx: Context, course_key: str, activity_key: str) -> str:
    """Why a figure of one's own is what it is."""
    back = url_for(".activity", course_key=course_key, activity_key=activity_key)
    found = explained(ctx, own_enrolment(ctx, course_key), activity_key=activity_key)
    return render("courses/why.html", found=found, back_url=back, name="", voids_in="")


@bp.get("/inscriptions/<enrolment_key>/<string(length=10):activity_key>")
@guarded(READ_COHORT)
def why_for_staff(ctx: Context, enrolment_key: str, activity_key: str) -> str:
    """Why a figure of someone is what it is."""
    enrolment = enrolment_by_key(ctx, enrolment_key)
    return render(
        "courses/why.html",
        found=explained(ctx, enrolment, activity_key=activity_key),
        back_url=url_for("cohorts.enrolment", key=enrolment_key),
        name=person(ctx, enrolment.membership_id).name,
        voids_in=enrolment_key if ctx.holds(VOID, on=enrolment) else "",
    )


@bp.get("/parcours/<course_key>/mots")
@guarded(LEARN, READ_COURSE)
def words(ctx: Context, course_key: str) -> str:
    """The words of a course, explained."""
    enrolment = _own_or_preview(ctx, course_key)
    whole = structure(ctx, enrolment.version_id if enrolment else published_version(ctx, course_key))
    explained = [{**entry, "anchor": anchor(entry["term"])} for entry in whole.glossary]
    return render("courses/words.html", whole=whole, explained=explained)


@bp.get("/parcours/<course_key>/fichiers/<sha256>/<name>")
@guarded(LEARN, READ_COURSE)
def file(ctx: Context, course_key: str, sha256: str, name: str) -> Response:
    """A file of a course. Its content is in its address: a phone may keep it for ever."""
    response = _sent(course_file(ctx, course_key, sha256=sha256), name)
    response.headers["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    return response


@dataclass(frozen=True, slots=True)
class _Facing:
    """Someone in front of an activity: a learner who plays, or staff who look (no play)."""

    way: Way
    activity: ActivityView
    state: PlayState
    play: Play | None


def _own_or_preview(ctx: Context, course_key: str) -> EnrolmentInfo | None:
    """One's own enrolment; None for who may read the course without following it."""
    try:
        return own_enrolment(ctx, course_key) if ctx.holds(LEARN) else None
    except NotFound:
        if ctx.holds(READ_COURSE):
            return None
        raise


def _phrases(ctx: Context, way: Way) -> Phrases:
    return Phrases(ctx, way, partial(place_of, ctx, way.enrolment.id) if way.enrolment else str)


def _facing(ctx: Context, course_key: str, activity_key: str) -> _Facing:
    enrolment = _own_or_preview(ctx, course_key)
    if enrolment is None:
        view, state = preview(ctx, course_key, activity_key=activity_key)
        return _Facing(preview_of(structure(ctx, view.version_id)), view, state, None)
    standing = standing_of(ctx, enrolment.id)
    play = play_in(ctx, enrolment, activity_key=activity_key, standing=standing)
    state = replace(play.state, shown=request.args.get("resultat", ""))
    return _Facing(way(ctx, enrolment, standing=standing), play.activity, state, play)


def _frame(ctx: Context, found: _Facing) -> dict[str, Any]:
    """What stands around an activity, whatever its type."""
    before, after = found.way.around(found.activity.key)
    stage, step = found.way.at(found.activity.key)
    base = url_for(".path", course_key=found.activity.course_key)
    return {
        "activity": with_values(ctx, found.activity, found.way.whole.course_id),
        "state": found.state,
        "play": found.play,
        "stage": stage,
        "step": step,
        "before": before,
        "after": after,
        "base": base,
        "here": f"{base}/{found.activity.key}",
        "phrases": _phrases(ctx, found.way),
        "foot_panels": _at_the_foot(ctx, found.play, found.state) if found.play else [],
    }


def _at_the_foot(ctx: Context, play: Play, state: PlayState) -> list[str]:
    """What other features add below an activity, which they see as its page shows it."""
    return ctx.registry.panels_at("lesson foot", ctx, replace(play, state=state))


def _declared_by(ctx: Context, enrolment: EnrolmentInfo, activity_key: str) -> str:
    """The intent by which an activity is declared done; `NotFound` when its type has another way."""
    info = structure(ctx, enrolment.version_id).activities.get(activity_key)
    kind = getattr(ctx.registry.activity_types[info.type], "declares", "") if info else ""
    if not kind:
        raise NotFound
    return str(kind)


def _sent(found: FileRow, name: str) -> Response:
    return send_file(
        path_of(platform().settings.data_dir, found),
        mimetype=found.media_type,
        as_attachment=not found.media_type.startswith(SHOWN_IN_PAGE),
        download_name=name,
        conditional=True,
        etag=found.sha256,
    )
