"""A text brought from a word processor: sent, looked at as lessons with what was lost, then put into the draft."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.authoring.importing import IMPORT, Brought, brought, is_taken, take_in
from lms.courses.api import PUBLISH_COURSE, writing
from lms.kernel.context import Context
from lms.kernel.files import FileRow, keep_file
from lms.kernel.i18n import gettext
from lms.kernel.jobs import start_job
from lms.kernel.media import FILE, MAX_BYTES, MediaRefused, prepare
from lms.kernel.rights import NotFound
from lms.kernel.text import TextRefused, render_markdown
from lms.kernel.uploading import send_kept, sentence
from lms.kernel.web import context, end_transaction, flash, go, guarded, platform, render

bp = Blueprint("authoring_import", __name__, url_prefix="/ecrire/<course_key>/texte")
OFFICE = {".docx": "docx", ".odt": "odt"}
PASTED = (".html", ".htm", ".txt")


@bp.get("")
@guarded(PUBLISH_COURSE)
def form(ctx: Context, course_key: str) -> str:
    """Send a file, or paste a text."""
    return render(
        "authoring/import.html",
        draft=writing.draft_to_write(ctx, course_key),
        unreadable="illisible" in request.args,
    )


@bp.post("")
@guarded(PUBLISH_COURSE)
def post_form(ctx: Context, course_key: str) -> WerkzeugResponse:
    """Take the file or the text, and begin to read it."""
    writing.draft_to_write(ctx, course_key)
    try:
        name, kind, source = _sent()
    except MediaRefused as refused:
        context()
        flash(_refusal(refused), "bad")
        return go(".form", course_key=course_key)
    return go("jobs.job", key=_begin(context(), course_key, name, kind, source))


def _sent() -> tuple[str, str, bytes]:
    """(name, kind, bytes) of what was sent: looked at outside of any transaction."""
    sent, pasted = request.files.get("document"), request.form.get("text", "")
    name = Path((sent.filename if sent else "") or "").name
    source = sent.read() if sent and name else b""
    end_transaction()
    ending = Path(name).suffix.lower()
    if ending in OFFICE:
        return Path(name).stem, OFFICE[ending], prepare(name, source, accepts=(FILE,)).full
    if ending in PASTED and len(source) <= MAX_BYTES:
        text = source.decode("utf-8", "replace")
        return gettext("Texte collé"), "html", (text if ending != ".txt" else _as_html(text)).encode()
    if name:
        raise MediaRefused("file_kind", name)
    if not pasted.strip():
        raise MediaRefused("empty")
    return gettext("Texte collé"), "html", _as_html(pasted).encode()


def _as_html(text: str) -> str:
    """Plain paragraphs."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace("\r\n", "\n")
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in safe.split("\n\n") if part.strip())


def _refusal(refused: MediaRefused) -> str:
    if refused.reason == "file_kind":
        return gettext("Ce fichier ne se lit pas ici : enregistrez votre texte en .docx ou en .odt, sans macros.")
    return sentence(refused)


def _begin(ctx: Context, course_key: str, name: str, kind: str, source: bytes) -> str:
    writing.draft_to_write(ctx, course_key)
    file = keep_file(ctx, platform().settings.data_dir, name=f"{name}.{kind}"[:200], chunks=[source])
    page = url_for(".form", course_key=course_key)
    arguments = {"course": course_key, "file": file.id, "kind": kind, "name": name, "page": page}
    return start_job(ctx, IMPORT, arguments).key


@bp.get("/<job_key>")
@guarded(PUBLISH_COURSE)
def result(ctx: Context, course_key: str, job_key: str) -> str:
    """The lessons that were read, beside what was lost."""
    draft = writing.draft_to_write(ctx, course_key)
    found = brought(ctx, job_key=job_key, course_key=course_key)
    lessons = [(place, one, _shown(one["text"], found, course_key, job_key)) for place, one in enumerate(found.lessons)]
    modules = [(one.key, one.title) for one in writing.written_plan(ctx, draft)]
    return render(
        "authoring/imported.html", draft=draft, found=found, lessons=lessons, modules=modules, job_key=job_key
    )


def _shown(text: str, found: Brought, course_key: str, job_key: str) -> Any:
    def picture(name: str) -> str | None:
        known = name in found.pictures
        return url_for(".picture", course_key=course_key, job_key=job_key, name=name) if known else None

    try:
        return render_markdown(text.replace("![](", f"![{gettext('image à décrire')}]("), picture=picture)
    except TextRefused as refused:
        return "<p>" + " ".join(refused.problems).replace("<", "&lt;") + "</p>"


@bp.get("/<job_key>/image/<name>")
@guarded(PUBLISH_COURSE)
def picture(ctx: Context, course_key: str, job_key: str, name: str) -> Response:
    """A picture of the text."""
    found = brought(ctx, job_key=job_key, course_key=course_key)
    if name not in found.pictures:
        raise NotFound
    return send_kept(ctx.session.get_one(FileRow, found.pictures[name]))


@bp.post("/<job_key>")
@guarded(PUBLISH_COURSE)
def post_result(ctx: Context, course_key: str, job_key: str) -> WerkzeugResponse:
    """Put the chosen lessons into the draft."""
    draft, sent = writing.draft_to_write(ctx, course_key), request.form
    found = brought(ctx, job_key=job_key, course_key=course_key)
    chosen = [
        (place, sent.get(f"title-{place}", "").strip() or gettext("Leçon %(number)s") % {"number": place + 1})
        for place in range(len(found.lessons))
        if sent.get(f"take-{place}")
    ]
    if not chosen:
        flash(gettext("Cochez au moins une leçon."), "warn")
        return go(".result", course_key=course_key, job_key=job_key)
    if sent.get("intent") and is_taken(ctx, job_key=job_key, once=sent["intent"]):
        return go("authoring.plan", course_key=course_key)
    return _taken(ctx, draft, found, sent.get("module", ""), chosen)


def _taken(ctx: Context, draft: Any, found: Brought, module: str, chosen: list[tuple[int, str]]) -> WerkzeugResponse:
    key = take_in(ctx, draft, found, module_key=module, chosen=chosen, data_dir=platform().settings.data_dir)
    flash(gettext("Les leçons sont dans votre brouillon."))
    return go("authoring.plan", course_key=draft.course_key, _anchor=key)
