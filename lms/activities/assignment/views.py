"""Pages of works: handing in, looking, grading one after the other, and the project file."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, request, send_file, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.accounts.api import PersonInfo, actor_of, person
from lms.activities.assignment.data import WorkInfo
from lms.activities.assignment.forms import count_in, intent_in, marks_in
from lms.activities.assignment.kind import GRADE_WORK, HAND_IN, MOST_TEXT
from lms.activities.assignment.models import Work
from lms.activities.assignment.operations import keep_pieces
from lms.activities.assignment.permissions import GRADE, READ
from lms.activities.assignment.project_file import packed, place_of_file
from lms.activities.assignment.queries import (
    all_waiting,
    has_project,
    media_id_of,
    next_waiting,
    own_project,
    waiting_counts,
    ways_of,
    work_of,
    work_row,
    works_of_person,
    works_to_grade,
)
from lms.activities.assignment.sentences import sentence_of
from lms.contract.waits import Wait
from lms.courses.api import LEARN, MARK_WORDS, CohortInfo, own_enrolment
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, ngettext
from lms.kernel.media import VOICE, MediaRefused, Prepared
from lms.kernel.uploading import kept_again, send_media, sent_media, sentence
from lms.kernel.web import context, flash, go, go_back, guarded, is_local, page_number, pager, platform, render
from lms.xapi.api import Outcome, Reply, submit

bp = Blueprint("assignment", __name__)
_MINUTES = 4


@bp.post("/parcours/<course_key>/<string(length=10):activity_key>/travail")
@guarded(LEARN)
def post_work(ctx: Context, course_key: str, activity_key: str) -> WerkzeugResponse | tuple[str, int]:
    """Hand a work in; what cannot be taken says why, and the text stays in the form."""
    ways = ways_of(ctx, own_enrolment(ctx, course_key), activity_key=activity_key)
    try:
        sent = sent_media("media", ways)
    except MediaRefused as refused:
        return _again(course_key, activity_key, ways, sentence(refused), refused)
    reply = _handed_in(context(), activity_key, sent)
    if reply.reason in ("nothing_sent", "too_long"):
        return _again(course_key, activity_key, ways, sentence_of(reply))
    return _after_work(reply, course_key, activity_key)


@bp.get("/rendus")
@guarded(READ)
def works(ctx: Context) -> str:
    """The works that wait, those that wait longest first."""
    activity_key = request.args.get("pour", "")[:10]
    listed = works_to_grade(ctx, number=page_number(), activity_key=activity_key)
    kept = {"pour": activity_key} if activity_key else {}
    return render("assignment/works.html", listed=listed, pager=pager(listed, **kept), activity_key=activity_key)


@bp.get("/rendus/<string(length=10):work_key>")
@guarded(READ)
def work(ctx: Context, work_key: str) -> str:
    """One work, to be looked at and graded."""
    return _grade_page(ctx, work_row(ctx, work_key))


@bp.post("/rendus/<string(length=10):work_key>")
@guarded(GRADE)
def post_grade(ctx: Context, work_key: str) -> WerkzeugResponse | tuple[str, int]:
    """Keep what the trainer says, and go on to the next work; nothing of another trainer's is written over."""
    ctx.require(GRADE, on=work_row(ctx, work_key))
    try:
        sent = sent_media("media", (VOICE,))
    except MediaRefused as refused:
        return _grade_page(context(), work_row(context(), work_key), sentence(refused), refused), 422
    ctx = context()
    row = work_row(ctx, work_key)
    return _after_grade(ctx, row, _graded(ctx, row, sent))


@bp.get("/rendus/<string(length=10):work_key>/<string(length=10):media_key>")
@guarded(LEARN, READ)
def media(ctx: Context, work_key: str, media_key: str) -> Response:
    """A photo, voice or file of a work, for the person and those who may read it."""
    small = request.args.get("petit") == "1"
    return send_media(ctx, media_id_of(ctx, work_key, media_key=media_key), small=small)


@bp.get("/mon-dossier")
@guarded(LEARN)
def project(ctx: Context) -> str:
    """The person's project file: their accepted works, under their titles."""
    return render("assignment/project.html", works=own_project(ctx))


@bp.get("/mon-dossier/telecharger")
@guarded(LEARN)
def project_file(ctx: Context) -> Response:
    """The same as one file to keep."""
    found = own_project(ctx)
    page = render("assignment/project_file.html", works=found, place_of_file=place_of_file)
    made = packed(ctx, found, page=page, data_dir=platform().settings.data_dir)
    return send_file(made, mimetype="application/zip", as_attachment=True, download_name="mon-dossier-de-projet.zip")


def waits(ctx: Context) -> list[Wait]:
    """The works that the actor may grade, for "Ce soir"."""
    title = gettext("%(name)s a rendu « %(title)s »")
    return [
        Wait(
            key=f"work:{one.key}:{one.number}",
            title=title % {"name": one.name, "title": one.title},
            since=one.handed_at,
            harm=1.0,
            minutes=_MINUTES,
            url=url_for("assignment.work", work_key=one.key),
            detail=ngettext("%(num)s envoi", "%(num)s envois", one.number) % {"num": one.number},
            membership_id=one.membership_id,
        )
        for one in (all_waiting(ctx) if ctx.holds(GRADE) else ())
    ]


def cohort_panel(ctx: Context, cohort: CohortInfo) -> str:
    """The works of a group, by activity."""
    counts = waiting_counts(ctx, cohort.id) if ctx.holds(READ, on=cohort) else {}
    return render("assignment/cohort_panel.html", counts=counts) if counts else ""


def person_panel(ctx: Context, someone: PersonInfo) -> str:
    """Someone's works."""
    lines = works_of_person(ctx, someone.membership_id) if ctx.holds(READ) else []
    return render("assignment/person_panel.html", lines=lines) if lines else ""


def project_panel(ctx: Context, _subject: Any) -> str:
    """The way to one's project file, once something stands in it."""
    return render("assignment/project_panel.html") if ctx.holds(LEARN) and has_project(ctx) else ""


def _handed_in(ctx: Context, activity_key: str, sent: list[Prepared]) -> Reply:
    intent_id = intent_in(request.form)
    keep_pieces(ctx, platform().settings.data_dir, intent_id=intent_id, prepared=sent)
    payload = {"activity": activity_key, "text": request.form.get("text", "")}
    return submit(ctx, kind=HAND_IN, payload=payload, intent_id=intent_id)


def _after_work(reply: Reply, course_key: str, activity_key: str) -> WerkzeugResponse:
    flash(sentence_of(reply), "good" if reply.outcome is Outcome.ACCEPTED else "warn")
    if reply.reason == "not_allowed":  # it is no longer in the path
        return go("courses.path", course_key=course_key)
    return go("courses.activity", course_key=course_key, activity_key=activity_key)


def _again(
    course_key: str, activity_key: str, ways: tuple[str, ...], problem: str, refused: Exception | None = None
) -> tuple[str, int]:
    page = render(
        "assignment/again.html",
        course_key=course_key,
        activity_key=activity_key,
        media_ways=ways,
        problem=problem,
        text=request.form.get("text", ""),
        most_text=MOST_TEXT,
        joined=kept_again("media", refused),
    )
    return page, 422


def _graded(ctx: Context, row: Work, sent: list[Prepared]) -> Reply:
    intent_id = intent_in(request.form)
    theirs = ctx.acting_for(actor_of(ctx, row.membership_id))
    keep_pieces(theirs, platform().settings.data_dir, intent_id=intent_id, prepared=sent, on=row)
    payload = {
        "work": row.key,
        "number": count_in(request.form, "number"),
        "seen": count_in(request.form, "seen"),
        "marks": marks_in(request.form),
        "comment": request.form.get("comment", ""),
    }
    return submit(theirs, kind=GRADE_WORK, payload=payload, intent_id=intent_id)


def _after_grade(ctx: Context, row: Work, reply: Reply) -> WerkzeugResponse | tuple[str, int]:
    if reply.outcome is Outcome.REFUSED:
        return _grade_page(ctx, row, sentence_of(reply)), 409
    activity_key = request.form.get("pour", "")[:10]
    following = next_waiting(ctx, row, activity_key=activity_key)
    if is_local(request.form.get("next")):
        return _after_grade_in_place(ctx, row)
    flash(gettext("C’est noté. Au suivant.") if following else gettext("C’est noté. Tout est évalué."))
    if following:
        return go("assignment.work", work_key=following, pour=activity_key or None)
    return go("assignment.works")


def _after_grade_in_place(ctx: Context, row: Work) -> WerkzeugResponse:
    """Back to the list, with what was done, the way to correct it, and the next work, opened there."""
    acts = [{"label": gettext("Corriger"), "url": url_for("assignment.work", work_key=row.key)}]
    coming = next((one for one in waits(ctx) if not one.key.startswith(f"work:{row.key}:")), None)
    if coming:
        parts = urlsplit(request.form["next"])
        query = urlencode({**dict(parse_qsl(parts.query)), "ici": coming.key})
        address = urlunsplit(parts._replace(query=query, fragment=coming.key))
        acts.insert(0, {"label": gettext("Noter le travail suivant"), "url": address})
    flash(gettext("C’est noté pour %(name)s.") % {"name": person(ctx, row.membership_id).name}, "good", *acts)
    return go_back("assignment.works")


def in_place(ctx: Context, wait: Wait) -> str:
    """What was handed in, and the form to grade it, in "Ce soir"."""
    found, criteria = work_of(ctx, work_row(ctx, wait.key.split(":")[1]))
    return render("assignment/grade_in_place.html", work=found, criteria=criteria, typed=_typed(found))


def _grade_page(ctx: Context, row: Work, problem: str = "", refused: Exception | None = None) -> str:
    found, criteria = work_of(ctx, row)
    activity_key = request.values.get("pour", "")[:10]
    return render(
        "assignment/grade.html",
        work=found,
        criteria=criteria,
        name=person(ctx, row.membership_id).name,
        may_grade=ctx.holds(GRADE, on=row),
        problem=problem,
        joined=kept_again("media", refused) if problem else None,
        typed=_typed(found),
        mark_words=MARK_WORDS,
        following=next_waiting(ctx, row, activity_key=activity_key),
        waiting=works_to_grade(ctx, activity_key=activity_key).total,
        activity_key=activity_key,
        next=_next(),
    )


def _next() -> str:
    """The list that one comes back to; "" for that of works."""
    target = request.values.get("next", "")
    return target if is_local(target) else ""


def _typed(found: WorkInfo) -> dict[str, Any]:
    """What the form holds: what was typed, after a refusal; else what was said of this version before."""
    if request.method == "POST":
        return {"marks": marks_in(request.form), "comment": request.form.get("comment", "")}
    return {"marks": found.newest.grade.marks if found.newest.grade else {}, "comment": ""}
