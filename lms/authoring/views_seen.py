"""A draft as a learner sees it: their pages, their bar and their words, in a frame of a phone's size. Nothing can be sent."""

from __future__ import annotations

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from lms.authoring.pages import problems_in_words
from lms.courses.api import PUBLISH_COURSE, structure, writing
from lms.kernel.context import Context
from lms.kernel.framing import framed, framing, look_as
from lms.kernel.text import anchor
from lms.kernel.web import context, guarded, render

bp = Blueprint("authoring_seen", __name__, url_prefix="/ecrire/<course_key>")


@bp.get("/telephone")
@guarded(PUBLISH_COURSE)
def phone(ctx: Context, course_key: str) -> Response:
    """The whole path as on a phone."""
    draft = writing.draft_to_write(ctx, course_key)
    return framing(render("authoring/phone.html", draft=draft, written=None))


@bp.get("/activite/<key>/telephone")
@guarded(PUBLISH_COURSE)
def activity_phone(ctx: Context, course_key: str, key: str) -> Response:
    """An activity as on a phone: the real page of learners in a frame of 360 pixels."""
    draft = writing.draft_to_write(ctx, course_key)
    written = writing.written_activity(ctx, draft, key=key)
    return framing(render("authoring/phone.html", draft=draft, written=written))


@bp.get("/comme")
@guarded(PUBLISH_COURSE)
def path(ctx: Context, course_key: str) -> Response:
    """The path of the draft, as someone sees it who has come in today."""
    draft = _looking(ctx, course_key)
    way, phrases = writing.draft_path(context(), draft)
    values = {"way": way, "phrases": phrases, "base": _base(course_key), "is_preview": False}
    return framed(render("courses/path.html", **values))


@bp.get("/comme/<string(length=10):key>")
@guarded(PUBLISH_COURSE)
def activity(ctx: Context, course_key: str, key: str) -> Response:
    """An activity of the draft, as someone sees it who has it open."""
    draft = _looking(ctx, course_key)
    template, frame, problems = writing.draft_page(context(), draft, key=key, base=_base(course_key))
    if not template:
        said = problems_in_words(problems, ctx.registry.activity_types.get(frame["step"].info.type))
        return framed(render("authoring/unfinished.html", step=frame["step"], problems=said))
    return framed(render(template, **frame))


@bp.get("/comme/mots")
@guarded(PUBLISH_COURSE)
def words(ctx: Context, course_key: str) -> Response:
    """The words of the draft, explained."""
    whole = structure(ctx, _looking(ctx, course_key).version_id)
    explained = [{**entry, "anchor": anchor(entry["term"])} for entry in whole.glossary]
    return framed(render("courses/words.html", whole=whole, explained=explained, base=_base(course_key)))


@bp.get("/comme/<path:rest>")
@guarded(PUBLISH_COURSE)
def elsewhere(ctx: Context, course_key: str, rest: str) -> Response:
    """Any other page of a learner's: it is not of the course."""
    _looking(ctx, course_key)
    return framed(render("authoring/elsewhere.html", base=_base(course_key)))


def _looking(ctx: Context, course_key: str) -> writing.DraftInfo:
    """The draft, found with one's own rights; what is drawn from here on has a learner's alone."""
    draft = writing.draft_to_write(ctx, course_key)
    look_as(writing.as_learner(ctx), home=_base(course_key), elsewhere=f"{_base(course_key)}/ailleurs")
    return draft


def _base(course_key: str) -> str:
    return url_for(".path", course_key=course_key)
