"""Staff pages on one person's enrolment: the path as it stands, doors to open, its end."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from lms.accounts.api import PersonInfo, is_readable, person
from lms.courses import views_cohorts
from lms.courses.api import enrolment_by_key
from lms.courses.forms import EndForm, VoidForm
from lms.courses.holdings import REASONS
from lms.courses.models import Cohort
from lms.courses.operations import end_enrolment, open_activity, resume_enrolment, void_facts
from lms.courses.permissions import ENROL, OPEN_ACTIVITY, READ_COHORT
from lms.courses.phrases import Phrases
from lms.courses.queries import enrolments_by_id, explained, place_of, way
from lms.courses.reasons import VOID_REASONS
from lms.courses.rosters import enrolment_row, enrolments_of
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.web import flash, go, guarded, render
from lms.xapi.api import VOID

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
    may = {
        "enrol": ctx.holds(ENROL, on=row),
        "open": ctx.holds(OPEN_ACTIVITY, on=row),
        "know": is_readable(ctx, row.membership_id),
    }
    reasons = [(code, gettext(text)) for code, text in REASONS.items()]
    cohort = ctx.session.get_one(Cohort, row.cohort_id)
    return render("courses/enrolment.html", enrolment=row, cohort=cohort, **seen, may=may, reasons=reasons)


def person_panel(ctx: Context, subject: PersonInfo) -> str:
    """On a person's page: their groups, and the way to where they stand."""
    found = enrolments_of(ctx, subject.membership_id)
    return render("courses/person_panel.html", found=found) if found else ""


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


@bp.get("/inscriptions/<key>/<string(length=10):activity_key>/annuler/<statement_id>")
@guarded(VOID)
def voiding(ctx: Context, key: str, activity_key: str, statement_id: str) -> str:
    """Say why something that was noted is wrong, before it is voided."""
    enrolment = enrolment_by_key(ctx, key)
    ctx.require(VOID, on=enrolment)
    found = explained(ctx, enrolment, activity_key=activity_key)
    facts = found.together(statement_id)
    reasons = [(code, gettext(text)) for code, text in VOID_REASONS.items()]
    name = person(ctx, enrolment.membership_id).name
    return render("courses/voiding.html", key=key, info=found.info, facts=facts, reasons=reasons, name=name)


@bp.post("/inscriptions/<key>/<string(length=10):activity_key>/annuler/<statement_id>")
@guarded(VOID)
def post_voiding(ctx: Context, key: str, activity_key: str, statement_id: str) -> Response:
    """Void something that was noted."""
    enrolment, form = enrolment_by_key(ctx, key), VoidForm()
    if not form.validate():
        flash(gettext("Choisissez une raison."), "warn")
        return go(".voiding", key=key, activity_key=activity_key, statement_id=statement_id)
    facts = explained(ctx, enrolment, activity_key=activity_key).together(statement_id)
    ids = [one.statement_id for one in facts]
    void_facts(ctx, enrolment=enrolment, statement_ids=ids, reason=str(form.reason.data))
    flash(gettext("C'est annulé. Cette page garde qui l'a annulé, et pourquoi."))
    return go("courses.why_for_staff", enrolment_key=key, activity_key=activity_key)
