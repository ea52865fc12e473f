"""Where a quiz's answers are sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lms.activities.quiz.forms import answers_in, attempt_in
from lms.activities.quiz.kind import ANSWER
from lms.courses.api import LEARN, active_seconds, own_enrolment, refusal
from lms.kernel.context import Context
from lms.kernel.web import flash, go, guarded
from lms.xapi.api import Outcome, submit

bp = Blueprint("quiz", __name__)


@bp.post("/parcours/<course_key>/<string(length=10):activity_key>/reponses")
@guarded(LEARN)
def post_answers(ctx: Context, course_key: str, activity_key: str) -> Response:
    """Grade, then show the result; the same form sent twice shows the same result."""
    own_enrolment(ctx, course_key)
    reply = submit(ctx, kind=ANSWER, payload=_payload(activity_key), intent_id=request.form.get("intent"))
    if refusal(reply):
        flash(refusal(reply), "warn")
    shown = None if reply.outcome is Outcome.REFUSED else reply.uuid
    return go("courses.activity", course_key=course_key, activity_key=activity_key, resultat=shown)


def _payload(activity_key: str) -> dict[str, Any]:
    return {
        "activity": activity_key,
        "attempt": attempt_in(request.form),
        "answers": answers_in(request.form),
        "seconds": active_seconds(request.form.get("seconds")),
    }
