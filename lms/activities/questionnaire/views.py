"""Where answers and decisions are sent, and where staff read them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lms.accounts.api import person
from lms.activities.questionnaire.answering import MOST_TEXT, shown, words_of
from lms.activities.questionnaire.forms import answers_in
from lms.activities.questionnaire.kind import ANSWER, ANSWER_ANONYMOUSLY, DECIDE
from lms.activities.questionnaire.operations import ENOUGH
from lms.activities.questionnaire.permissions import READ
from lms.activities.questionnaire.queries import (
    body_of,
    questionnaires_of,
    reply_lines,
    reply_row,
    results,
)
from lms.activities.questionnaire.replies import standing_proposals
from lms.activities.questionnaire.sentences import sentence_of
from lms.courses.api import (
    ADJUST,
    LEARN,
    CohortInfo,
    active_seconds,
    cohort_by_key,
    cohorts_by_id,
    own_enrolment,
    play,
    refusal,
    structure,
)
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.web import flash, go, guarded, page_number, pager, render
from lms.xapi.api import Outcome, submit

bp = Blueprint("questionnaire", __name__)


@bp.post("/parcours/<course_key>/<string(length=10):activity_key>/questionnaire")
@guarded(LEARN)
def post_answers(ctx: Context, course_key: str, activity_key: str) -> Response | tuple[str, int]:
    """Send answers, in one's own name or without, as the questionnaire says."""
    own_enrolment(ctx, course_key)
    # What the page promised holds, even if the questionnaire has changed since: the operation then refuses, and keeps no name.
    kind = ANSWER_ANONYMOUSLY if request.form.get("unnamed") == "1" else ANSWER
    reply = submit(ctx, kind=kind, payload=_payload(activity_key), intent_id=request.form.get("intent"))
    if reply.reason == "unanswered":
        return _again(ctx, course_key, activity_key, sentence_of(reply)), 422
    flash(sentence_of(reply), "good" if reply.outcome is Outcome.ACCEPTED else "warn")
    removed = reply.reason == "not_allowed"
    return go("courses.path" if removed else "courses.activity", course_key=course_key, activity_key=None if removed else activity_key)  # fmt: skip


@bp.post("/parcours/<course_key>/<string(length=10):activity_key>/proposition")
@guarded(LEARN)
def post_proposal(ctx: Context, course_key: str, activity_key: str) -> Response:
    """The person accepts a proposal, or takes it back."""
    own_enrolment(ctx, course_key)
    _decide(ctx, activity_key, "")
    return go("courses.activity", course_key=course_key, activity_key=activity_key)


@bp.get("/groupes/<cohort_key>/questionnaires/<string(length=10):activity_key>")
@guarded(READ)
def group_results(ctx: Context, cohort_key: str, activity_key: str) -> str:
    """What a group answered, question by question, and who answered in their own name."""
    cohort = cohort_by_key(ctx, cohort_key)
    ctx.require(READ, on=cohort)
    found = results(ctx, cohort, activity_key=activity_key)
    listed = None if found.is_anonymous else reply_lines(ctx, cohort, activity_key=activity_key, number=page_number())
    pages = pager(listed) if listed else None
    return render("questionnaire/results.html", cohort=cohort, found=found, listed=listed, pager=pages, enough=ENOUGH)


@bp.get("/reponses/<string(length=10):reply_key>")
@guarded(READ)
def reply(ctx: Context, reply_key: str) -> str:
    """What someone answered in their own name, and what it proposes."""
    row = reply_row(ctx, reply_key)
    body, title = body_of(ctx, row)
    return render(
        "questionnaire/reply.html",
        reply=row,
        title=title,
        name=person(ctx, row.membership_id).name,
        answers=[(one["text"], words_of(one, row.answers[one["key"]])) for one in body["questions"] if one["key"] in row.answers],
        proposals=standing_proposals(ctx, row, body),
        cohort=cohorts_by_id(ctx, [row.cohort_id])[row.cohort_id],
        may_decide=ctx.holds(ADJUST, on=row),
    )  # fmt: skip


@bp.post("/reponses/<string(length=10):reply_key>")
@guarded(ADJUST)
def post_decision(ctx: Context, reply_key: str) -> Response:
    """A trainer accepts a proposal with the person, or takes it back."""
    row = reply_row(ctx, reply_key)
    ctx.require(ADJUST, on=row)
    _decide(ctx, row.activity_key, row.key)
    return go(".reply", reply_key=row.key)


def cohort_panel(ctx: Context, cohort: CohortInfo) -> str:
    """The questionnaires of a group, with how many people have answered."""
    lines = questionnaires_of(ctx, cohort) if ctx.holds(READ, on=cohort) else []
    return render("questionnaire/panel.html", cohort=cohort, lines=lines) if lines else ""


def _again(ctx: Context, course_key: str, activity_key: str, problem: str) -> str:
    """The questions once more, with everything that was ticked and typed."""
    found = play(ctx, activity_key, course_key=course_key)
    typed = answers_in(request.form)
    return render(
        "questionnaire/again.html",
        activity=found.activity,
        questions=[shown(one) for one in found.activity.body["questions"]],
        answers={key: int(one) if isinstance(one, str) and one.isdecimal() and len(one) < 3 else one for key, one in typed.items()},
        is_anonymous=bool(found.activity.body.get("anonymous")),
        most_text=MOST_TEXT,
        language=structure(ctx, found.enrolment.version_id).language,
        problem=problem,
    )  # fmt: skip


def _payload(activity_key: str) -> dict[str, Any]:
    seconds = active_seconds(request.form.get("seconds"))
    return {"activity": activity_key, "answers": answers_in(request.form), "seconds": seconds}


def _decide(ctx: Context, activity_key: str, reply_key: str) -> None:
    number = request.form.get("number", "")
    payload = {
        "activity": activity_key,
        "number": int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 9_999,
        "accept": request.form.get("accept") == "1",
        "reply": reply_key,
    }
    done = submit(ctx, kind=DECIDE, payload=payload, intent_id=request.form.get("intent"))
    if done.outcome is Outcome.REFUSED:
        flash(refusal(done), "warn")
    else:
        flash(gettext("C’est changé.") if payload["accept"] else gettext("C’est remis comme avant."))
