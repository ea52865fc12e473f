"""The button under a resource."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lms.activities.resource.kind import OPENED
from lms.courses.api import LEARN, active_seconds, following, own_enrolment, refusal
from lms.kernel.context import Context
from lms.kernel.web import flash, go, guarded
from lms.xapi.api import Outcome, submit

bp = Blueprint("resource", __name__)


@bp.post("/parcours/<course_key>/<string(length=10):activity_key>/vu")
@guarded(LEARN)
def post_seen(ctx: Context, course_key: str, activity_key: str) -> Response:
    """It was seen: on to what comes next."""
    enrolment = own_enrolment(ctx, course_key)
    payload = {"activity": activity_key, "seconds": active_seconds(request.form.get("seconds"))}
    reply = submit(ctx, kind=OPENED, payload=payload, intent_id=request.form.get("intent"))
    if refusal(reply):
        flash(refusal(reply), "warn")
    after = activity_key if reply.outcome is Outcome.REFUSED else following(ctx, enrolment, activity_key=activity_key)
    if after is None:
        return go("courses.path", course_key=course_key)
    return go("courses.activity", course_key=course_key, activity_key=after)
