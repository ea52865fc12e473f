"""One activity in front of its author: its form, saved by itself or by a button, its parts, its files, and how it looks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, request
from werkzeug.wrappers import Response

from lms.authoring.acting import ALREADY, BACK, GONE, NO_PLACE, Saved, save_part, save_sheet
from lms.authoring.diffing import changes_between
from lms.authoring.fields import read
from lms.authoring.heads import ACTIVITY
from lms.authoring.pages import (
    HEAD,
    Sheet,
    form_of,
    part_boxes,
    part_of,
    problems_in_words,
    sent_activity,
    sheet,
    unfit_in_words,
    who_wrote,
)
from lms.authoring.rows import Part
from lms.authoring.views_gone import by_itself, unless_gone
from lms.courses.api import PUBLISH_COURSE, writing
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.media import FILE, PHOTO, VOICE, MediaRefused, Prepared
from lms.kernel.uploading import sent_media, sentence
from lms.kernel.web import context, flash, go, guarded, platform, render

bp = Blueprint("authoring_activity", __name__, url_prefix="/ecrire/<course_key>")


@bp.get("/activite/<key>")
@guarded(PUBLISH_COURSE)
def activity(ctx: Context, course_key: str, key: str) -> str:
    """The form of an activity, with its result beside."""
    draft = writing.draft_to_write(ctx, course_key)
    return _sheet_page(ctx, draft, sheet(ctx, draft, key=key))


def _sheet_page(ctx: Context, draft: writing.DraftInfo, found: Sheet, **said: Any) -> str:
    values = {**_beside(ctx, draft, found.written), **said}
    return render("authoring/activity.html", draft=draft, sheet=found, **values)


def _beside(ctx: Context, draft: writing.DraftInfo, written: writing.WrittenActivity) -> dict[str, Any]:
    compiled, problems = writing.draft_made(ctx, draft, key=written.key)
    return {
        "html": compiled.get("html", ""),
        "problems": problems_in_words(problems, ctx.registry.activity_types.get(written.type)),
        "written": written,
        "writer": who_wrote(ctx, written),
        "accepts": (PHOTO, VOICE, FILE),
        "unfit": [],
        "theirs": None,
        "removed": writing.removed_rows(ctx, draft, key=written.key),
    }


@bp.post("/activite/<key>")
@guarded(PUBLISH_COURSE)
@unless_gone
def post_activity(ctx: Context, course_key: str, key: str) -> Response:
    """Save what was typed, by the button or by itself; then do what a button of a list asks."""
    draft = writing.draft_to_write(ctx, course_key)
    try:
        saved = save_sheet(ctx, draft, key=key, sent=request.form)
    except writing.ChangedMeanwhile:
        return _conflict(ctx, draft, key)
    except writing.Unfit as unfit:
        return _unfit(ctx, draft, key, unfit_in_words(unfit.problems, ACTIVITY, HEAD))
    return jsonify(token=saved.token) if by_itself() else _onward(course_key, key, saved)


def _onward(course_key: str, key: str, saved: Saved) -> Response:
    if saved.opened:
        return go(".part", course_key=course_key, key=key, part_key=saved.opened)
    return go(".activity", course_key=course_key, key=key, _anchor=_said(saved))


def _said(saved: Saved) -> str | None:
    """Say what became of what was sent; gives the place of the page to go to."""
    act = request.form.get("act", "")
    if saved.said or not act:
        flash(gettext(_WORDS[saved.said]), "warn" if saved.said in (ALREADY, NO_PLACE) else "good")
    return "retires" if saved.said == GONE else act.partition(" ")[2] or None


_WORDS = {
    "": mark("C’est gardé dans le brouillon."),
    GONE: mark("C’est retiré. Pour le remettre : « Remettre », en bas de cette page."),
    BACK: mark("C’est remis."),
    ALREADY: mark("C’était déjà remis."),
    NO_PLACE: mark("Sa place n’est plus là : remettez d’abord ce qui l’entourait."),
}


def _conflict(ctx: Context, draft: writing.DraftInfo, key: str) -> Response:
    """Someone else has saved in between: both texts are there, and nothing is lost."""
    if by_itself():
        return make_response(jsonify(conflict=True), 409)
    found = sheet(ctx, draft, key=key, typed=request.form)
    mine = sent_activity(ctx, found.written, request.form)[1]
    theirs = changes_between(found.form, mine, found.written.body)
    return make_response(_sheet_page(ctx, draft, found, theirs=theirs), 409)


def _unfit(ctx: Context, draft: writing.DraftInfo, key: str, problems: list[tuple[str, str]]) -> Response:
    if by_itself():
        return make_response(jsonify(problems=[text for _field, text in problems]), 422)
    found = sheet(ctx, draft, key=key, typed=request.form)
    return make_response(_sheet_page(ctx, draft, found, unfit=problems), 422)


@bp.get("/activite/<key>/rendu")
@guarded(PUBLISH_COURSE)
def result(ctx: Context, course_key: str, key: str) -> str:
    """The saved text as the person will read it, for the page that asks again."""
    draft = writing.draft_to_write(ctx, course_key)
    return render(
        "authoring/result.html", draft=draft, **_beside(ctx, draft, writing.written_activity(ctx, draft, key=key))
    )


# ------------------------------------------------------------------------------------------------------------- parts


@bp.get("/activite/<key>/<string(length=10):part_key>")
@guarded(PUBLISH_COURSE)
def part(ctx: Context, course_key: str, key: str, part_key: str) -> str:
    """A row that has a page of its own, such as a question."""
    draft = writing.draft_to_write(ctx, course_key)
    written = writing.written_activity(ctx, draft, key=key)
    return _part_page(ctx, draft, written, part_of(ctx, written, part_key))


def _part_page(
    ctx: Context, draft: writing.DraftInfo, written: writing.WrittenActivity, found: Part, theirs: Any = None
) -> str:
    removed = [
        one for one in writing.removed_rows(ctx, draft, key=written.key) if one.steps[: len(found.steps)] == found.steps
    ]
    return render(
        "authoring/part.html", draft=draft, written=written, part=found, boxes=part_boxes(ctx, draft, written, found),
        removed=removed, theirs=theirs, writer=who_wrote(ctx, written),
    )  # fmt: skip


@bp.post("/activite/<key>/<string(length=10):part_key>")
@guarded(PUBLISH_COURSE)
@unless_gone
def post_part(ctx: Context, course_key: str, key: str, part_key: str) -> Response:
    """Save it; then do what a button asks."""
    draft = writing.draft_to_write(ctx, course_key)
    try:
        saved = save_part(ctx, draft, key=key, part_key=part_key, sent=request.form)
    except writing.ChangedMeanwhile:
        return _part_conflict(ctx, draft, key, part_key)
    return jsonify(token=saved.token) if by_itself() else _part_onward(course_key, key, part_key, saved)


def _part_onward(course_key: str, key: str, part_key: str, saved: Saved) -> Response:
    anchor = _said(saved)
    if request.form.get("act"):
        return go(".part", course_key=course_key, key=key, part_key=part_key, _anchor=anchor)
    return go(".activity", course_key=course_key, key=key, _anchor=part_key)


def _part_conflict(ctx: Context, draft: writing.DraftInfo, key: str, part_key: str) -> Response:
    if by_itself():
        return make_response(jsonify(conflict=True), 409)
    written = writing.written_activity(ctx, draft, key=key)
    found = part_of(ctx, written, part_key)
    theirs = dict(found.row)
    found.row.update(read(found.field.fields, request.form, found.row))
    changes = changes_between(found.field.fields, found.row, theirs)
    return make_response(_part_page(ctx, draft, written, found, changes), 409)


# ------------------------------------------------------------------------------------------------------------- files


@bp.post("/activite/<key>/fichiers")
@guarded(PUBLISH_COURSE)
@unless_gone
def post_file(ctx: Context, course_key: str, key: str) -> Response:
    """Put a picture, a voice or a paper into the module; a picture or a voice also into the text."""
    writing.draft_to_write(ctx, course_key)
    try:
        sent = sent_media("media", (PHOTO, VOICE, FILE))
    except MediaRefused as refused:
        context()
        flash(sentence(refused), "bad")
        return go(".activity", course_key=course_key, key=key)
    return go(".activity", course_key=course_key, key=key, _anchor=_keep(context(), course_key, key, sent))


def _keep(ctx: Context, course_key: str, key: str, sent: list[Prepared]) -> str:
    draft, alt = writing.draft_to_write(ctx, course_key), " ".join(request.form.get("alt", "").split())
    if not sent:
        flash(gettext("Choisissez un fichier."), "bad")
        return "fichiers"
    for one in sent:
        _put_in(ctx, draft, key, one, alt)
    if alt or all(one.kind == FILE for one in sent):
        flash(gettext("Le fichier est dans le module."))
        return "fichiers"
    flash(gettext("C’est dans le module. Dites ce que l’on voit ou entend, entre les crochets : ![ici]."), "warn")
    return "f.text"


def _put_in(ctx: Context, draft: writing.DraftInfo, key: str, one: Prepared, alt: str) -> None:
    """A file into the module; a picture or a voice also into the text, as it stands at this moment."""
    written = writing.written_activity(ctx, draft, key=key)
    path = writing.add_file(
        ctx,
        draft,
        module_key=written.module_key,
        name=one.name,
        source=one.full,
        data_dir=platform().settings.data_dir,
    )
    if one.kind != FILE and "text" in {field.name for field in form_of(ctx.registry.activity_types[written.type])}:
        line = f"![{alt.replace('[', '(').replace(']', ')')}]({path})"
        writing.change_body(
            ctx, draft, key=key, change=lambda body: {**body, "text": _inserted(str(body.get("text", "")), line)}
        )


def _inserted(text: str, line: str) -> str:
    """The text with a paragraph more: after the one where the author's cursor stands, or at the end."""
    at = request.form.get("at", "")
    place = text.find("\n\n", int(at)) if at.isdigit() else -1
    before, after = (text[:place], text[place:]) if place >= 0 else (text.rstrip("\n"), "\n")
    return f"{before}\n\n{line}{after}"
