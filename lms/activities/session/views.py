"""The page where staff say who took part, and its panel on a group's page."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lms.activities.session.attendance import people_of, sessions_of
from lms.activities.session.kind import INVALIDATED, VALIDATED
from lms.courses.api import READ_COHORT, VALIDATE, CohortInfo, cohort_by_key, refusal
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.web import flash, go, guarded, page_number, pager, render
from lms.xapi.api import Outcome, submit

bp = Blueprint("session", __name__)


@bp.get("/groupes/<cohort_key>/seances/<string(length=10):activity_key>")
@guarded(READ_COHORT)
def people(ctx: Context, cohort_key: str, activity_key: str) -> str:
    """Everyone of the group, to be ticked."""
    cohort = cohort_by_key(ctx, cohort_key)
    line, listed = people_of(ctx, cohort, activity_key, number=page_number())
    can_validate = ctx.holds(VALIDATE, on=cohort)
    return render(
        "session/people.html", cohort=cohort, line=line, listed=listed, pager=pager(listed), can_validate=can_validate
    )


@bp.post("/groupes/<cohort_key>/seances/<string(length=10):activity_key>")
@guarded(VALIDATE)
def post_people(ctx: Context, cohort_key: str, activity_key: str) -> Response:
    """Note those who were ticked."""
    return _noted(ctx, cohort_key, activity_key, VALIDATED)


@bp.post("/groupes/<cohort_key>/seances/<string(length=10):activity_key>/retirer")
@guarded(VALIDATE)
def post_removal(ctx: Context, cohort_key: str, activity_key: str) -> Response:
    """Take back what was noted of those who were ticked."""
    return _noted(ctx, cohort_key, activity_key, INVALIDATED)


def cohort_panel(ctx: Context, cohort: CohortInfo) -> str:
    """The sessions of a group, with how many people took part."""
    lines = sessions_of(ctx, cohort)
    return render("session/panel.html", cohort=cohort, lines=lines) if lines else ""


def _noted(ctx: Context, cohort_key: str, activity_key: str, kind: str) -> Response:
    cohort = cohort_by_key(ctx, cohort_key)
    ctx.require(VALIDATE, on=cohort)
    payload = {"activity": activity_key, "enrolments": request.form.getlist("enrolment")}
    reply = submit(ctx, kind=kind, payload=payload, intent_id=request.form.get("intent"))
    if reply.outcome is not Outcome.REFUSED:
        flash(gettext("C'est noté."))
    elif reply.reason == "nobody":
        flash(gettext("Cochez au moins une personne."), "warn")
    else:
        flash(refusal(reply), "warn")
    return go("session.people", cohort_key=cohort.key, activity_key=activity_key)
