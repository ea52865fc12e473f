"""Staff pages on one person's enrolment: the path as it stands, doors to open, its end."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from lms.accounts.api import person
from lms.courses import views_cohorts
from lms.courses.forms import EndForm
from lms.courses.holdings import REASONS
from lms.courses.models import Cohort
from lms.courses.operations import end_enrolment, open_activity, resume_enrolment
from lms.courses.permissions import ENROL, OPEN_ACTIVITY, READ_COHORT
from lms.courses.phrases import Phrases
from lms.courses.queries import enrolments_by_id, place_of, way
from lms.courses.rosters import enrolment_row
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.web import flash, go, guarded, render

bp = views_cohorts.bp
"""The same as for groups: the bar shows that one is in them."""


@bp.get("/inscriptions/<key>")
@guarded(READ_COHORT)
def enrolment(ctx: Context, key: str) -> str:
    """Where someone stands on their path."""
    row = enrolment_row(ctx, key)
    found = way(ctx, enrolments_by_id(ctx, [row.id])[row.id])
    seen = {
        "way": found,
        "phrases": Phrases(ctx, found, place_of(ctx, row.id)),
        "person": person(ctx, row.membership_id),
    }
    may = {"enrol": ctx.holds(ENROL, on=row), "open": ctx.holds(OPEN_ACTIVITY, on=row)}
    reasons = [(code, gettext(text)) for code, text in REASONS.items()]
    cohort = ctx.session.get_one(Cohort, row.cohort_id)
    return render("courses/enrolment.html", enrolment=row, cohort=cohort, **seen, may=may, reasons=reasons)


@bp.post("/inscriptions/<key>/terminer")
@guarded(ENROL)
def post_end(ctx: Context, key: str) -> Response:
    """End an enrolment."""
    row, form = enrolment_row(ctx, key), EndForm()
    if form.validate():
        end_enrolment(ctx, enrolment=row, reason=str(form.reason.data))
        flash(gettext("L'inscription est terminée. Tout ce qui a été fait reste."))
    else:
        flash(gettext("Choisissez une raison."), "warn")
    return go(".enrolment", key=key)


@bp.post("/inscriptions/<key>/reprendre")
@guarded(ENROL)
def post_resumption(ctx: Context, key: str) -> Response:
    """Take an ended enrolment up again."""
    resume_enrolment(ctx, enrolment=enrolment_row(ctx, key))
    flash(gettext("L'inscription reprend, avec tout ce qui a été fait."))
    return go(".enrolment", key=key)


@bp.post("/inscriptions/<key>/ouvrir")
@guarded(OPEN_ACTIVITY)
def post_opening(ctx: Context, key: str) -> Response:
    """Open an activity to someone."""
    open_activity(ctx, enrolment=enrolment_row(ctx, key), activity_key=request.form.get("activity", ""))
    flash(gettext("C'est ouvert."))
    return go(".enrolment", key=key)
