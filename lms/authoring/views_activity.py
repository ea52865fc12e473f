"""One activity in front of its author: its form, saved by itself or by a button, its parts, its files, and how it looks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, request, url_for
from werkzeug.wrappers import Response

from lms.authoring.diffing import changes_between
from lms.authoring.fields import NoSuchRow, act_on, dropped, read, replace_row
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
from lms.courses.api import PUBLISH_COURSE, writing
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.media import FILE, PHOTO, VOICE, MediaRefused
from lms.kernel.uploading import sent_media, sentence
from lms.kernel.web import HEADERS, context, flash, go, guarded, platform, render

bp = Blueprint("authoring_activity", __name__, url_prefix="/ecrire/<course_key>")
POLICY = "Content-Security-Policy"


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
    template, frame, problems = writing.draft_page(ctx, draft, key=written.key, base=_base(draft.course_key))
    kind = ctx.registry.activity_types[frame["step"].info.type]
    compiled = frame["activity"].compiled
    return {
        "html": compiled.get("html", "") if template else "",
        "problems": problems_in_words(problems, kind),
        "written": written,
        "writer": who_wrote(ctx, written),
        "accepts": (PHOTO, VOICE, FILE),
        "unfit": [],
        "theirs": None,
    }


def _base(course_key: str) -> str:
    return url_for("authoring_activity.seen_path", course_key=course_key)


@bp.post("/activite/<key>")
@guarded(PUBLISH_COURSE)
def post_activity(ctx: Context, course_key: str, key: str) -> Response:
    """Save what was typed, by the button or by itself; then do what a button of a list asks."""
    draft = writing.draft_to_write(ctx, course_key)
    try:
        token, added = _save(ctx, draft, key)
    except writing.ChangedMeanwhile:
        return _conflict(ctx, draft, key)
    except writing.Unfit as unfit:
        return _unfit(ctx, draft, key, unfit_in_words(unfit.problems, ACTIVITY, HEAD))
    return _saved(token) if _by_itself() else _onward(course_key, key, added)


def _save(ctx: Context, draft: writing.DraftInfo, key: str) -> tuple[str, str]:
    written, added, gone = writing.written_activity(ctx, draft, key=key), "", None
    head, body = sent_activity(ctx, written, request.form)
    act, form = request.form.get("act", ""), form_of(ctx.registry.activity_types[written.type])
    try:
        gone = dropped(form, body, act) if act.startswith("drop ") else None
        body, added = act_on(form, body, act) if " " in act else (body, "")
    except NoSuchRow:
        raise writing.ChangedMeanwhile from None
    sent = request.form.get("token", "")
    token = writing.save_activity(ctx, draft, key=key, token=sent, head=head, body=body)
    if gone is not None:
        steps, row, title = gone
        writing.keep_row(ctx, draft, key=key, steps=steps, row=row, title=title)
        flash(gettext("C’est retiré. Pour le remettre : en bas du plan, « Remettre »."))
    return token, added


def _by_itself() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _saved(token: str) -> Response:
    return jsonify(token=token)


def _onward(course_key: str, key: str, added: str) -> Response:
    act = request.form.get("act", "")
    if added:
        return go(".part", course_key=course_key, key=key, part_key=added)
    if not act:
        flash(gettext("C’est gardé dans le brouillon."))
    return go(".activity", course_key=course_key, key=key, _anchor=act.partition(" ")[2] or None)


def _conflict(ctx: Context, draft: writing.DraftInfo, key: str) -> Response:
    """Someone else has saved in between: both texts are there, and nothing is lost."""
    if _by_itself():
        return make_response(jsonify(conflict=True), 409)
    found = sheet(ctx, draft, key=key, typed=request.form)
    mine = sent_activity(ctx, found.written, request.form)[1]
    theirs = changes_between(found.form, mine, found.written.body)
    return make_response(_sheet_page(ctx, draft, found, theirs=theirs), 409)


def _unfit(ctx: Context, draft: writing.DraftInfo, key: str, problems: list[tuple[str, str]]) -> Response:
    if _by_itself():
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
    found = part_of(ctx, written, part_key)
    boxes = part_boxes(ctx, draft, written, found)
    return render("authoring/part.html", draft=draft, written=written, part=found, boxes=boxes, conflict=False)


@bp.post("/activite/<key>/<string(length=10):part_key>")
@guarded(PUBLISH_COURSE)
def post_part(ctx: Context, course_key: str, key: str, part_key: str) -> Response:
    """Save it; then do what a button asks."""
    draft = writing.draft_to_write(ctx, course_key)
    try:
        token = _save_part(ctx, draft, key, part_key)
    except writing.ChangedMeanwhile:
        return _part_conflict(ctx, draft, key, part_key)
    if _by_itself():
        return _saved(token)
    act = request.form.get("act", "")
    after = {"_anchor": act.partition(" ")[2] or None, "part_key": part_key}
    return go(".part", course_key=course_key, key=key, **after) if act else _back(course_key, key, part_key)


def _back(course_key: str, key: str, part_key: str) -> Response:
    flash(gettext("C’est gardé dans le brouillon."))
    return go(".activity", course_key=course_key, key=key, _anchor=part_key)


def _save_part(ctx: Context, draft: writing.DraftInfo, key: str, part_key: str) -> str:
    written = writing.written_activity(ctx, draft, key=key)
    found = part_of(ctx, written, part_key)
    row = read(found.field.fields, request.form, found.row)
    act = request.form.get("act", "")
    if " " in act:
        try:
            row, _added = act_on(found.field.fields, row, act)
        except NoSuchRow:
            raise writing.ChangedMeanwhile from None
    body = replace_row(found, row)
    return writing.save_body(ctx, draft, key=key, token=request.form.get("token", ""), body=body)


def _part_conflict(ctx: Context, draft: writing.DraftInfo, key: str, part_key: str) -> Response:
    if _by_itself():
        return make_response(jsonify(conflict=True), 409)
    written = writing.written_activity(ctx, draft, key=key)
    found = part_of(ctx, written, part_key)
    found.row.update(read(found.field.fields, request.form, found.row))
    boxes = part_boxes(ctx, draft, written, found)
    page = render("authoring/part.html", draft=draft, written=written, part=found, boxes=boxes, conflict=True)
    return make_response(page, 409)


# ------------------------------------------------------------------------------------------------------------- files


@bp.post("/activite/<key>/fichiers")
@guarded(PUBLISH_COURSE)
def post_file(ctx: Context, course_key: str, key: str) -> Response:
    """Put a picture, a voice or a paper into the module; a picture or a voice also into the text."""
    writing.draft_to_write(ctx, course_key)
    try:
        sent = sent_media("media", (PHOTO, VOICE, FILE))
    except MediaRefused as refused:
        context()
        flash(sentence(refused), "bad")
        return go(".activity", course_key=course_key, key=key)
    _keep(context(), course_key, key, sent)
    return go(".activity", course_key=course_key, key=key, _anchor="fichiers")


def _keep(ctx: Context, course_key: str, key: str, sent: list[Any]) -> None:
    draft, alt = writing.draft_to_write(ctx, course_key), " ".join(request.form.get("alt", "").split())
    if not sent or (not alt and any(one.kind != FILE for one in sent)):
        flash(
            gettext("Choisissez un fichier, et dites ce que l’on voit ou entend : des personnes ne le voient pas."),
            "bad",
        )
        return
    written = writing.written_activity(ctx, draft, key=key)
    folder = platform().settings.data_dir
    for one in sent:
        path = writing.add_file(
            ctx, draft, module_key=written.module_key, name=one.name, source=one.full, data_dir=folder
        )
        written = writing.written_activity(ctx, draft, key=key)
        if one.kind != FILE and "text" in {field.name for field in form_of(ctx.registry.activity_types[written.type])}:
            text = _inserted(str(written.body.get("text", "")), f"![{alt.replace('[', '(').replace(']', ')')}]({path})")
            writing.save_body(ctx, draft, key=key, token=written.token, body={**written.body, "text": text})
    flash(gettext("Le fichier est dans le module."))


def _inserted(text: str, line: str) -> str:
    """The text with a paragraph more: after the one where the author's cursor stands, or at the end."""
    at = request.form.get("at", "")
    place = text.find("\n\n", int(at)) if at.isdigit() else -1
    before, after = (text[:place], text[place:]) if place >= 0 else (text.rstrip("\n"), "\n")
    return f"{before}\n\n{line}{after}"


# ---------------------------------------------------------------------------------------------------- how it will look


@bp.get("/activite/<key>/telephone")
@guarded(PUBLISH_COURSE)
def phone(ctx: Context, course_key: str, key: str) -> Response:
    """The activity as on a phone: the real page of learners in a frame of 360 pixels."""
    draft = writing.draft_to_write(ctx, course_key)
    written = writing.written_activity(ctx, draft, key=key)
    response = make_response(render("authoring/phone.html", draft=draft, written=written))
    response.headers[POLICY] = f"{HEADERS[POLICY]}; frame-src 'self'"
    return response


@bp.get("/comme")
@guarded(PUBLISH_COURSE)
def seen_path(ctx: Context, course_key: str) -> Response:
    """The path of the draft, as the person will see it."""
    draft = writing.draft_to_write(ctx, course_key)
    way, phrases = writing.draft_path(ctx, draft)
    values = {"way": way, "phrases": phrases, "base": _base(course_key), "is_preview": True}
    return _framed(render("courses/path.html", **values))


@bp.get("/comme/<string(length=10):key>")
@guarded(PUBLISH_COURSE)
def seen(ctx: Context, course_key: str, key: str) -> Response:
    """An activity of the draft, as the person will see it."""
    draft = writing.draft_to_write(ctx, course_key)
    template, frame, problems = writing.draft_page(ctx, draft, key=key, base=_base(course_key))
    if not template:
        said = problems_in_words(problems, ctx.registry.activity_types[frame["step"].info.type])
        return _framed(render("authoring/unfinished.html", step=frame["step"], problems=said))
    return _framed(render(template, **frame))


def _framed(page: str) -> Response:
    """A page that only our own pages may show in a frame."""
    response = make_response(page)
    response.headers[POLICY] = HEADERS[POLICY].replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return response
