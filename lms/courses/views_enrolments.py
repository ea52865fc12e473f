"""Staff pages on one person's enrolment: the path as it stands, doors to open, its end."""

from __future__ import annotations

from datetime import date
from functools import partial

from flask import request, url_for
from werkzeug.wrappers import Response

from lms.accounts.api import PersonInfo, is_readable, person
from lms.courses import views_cohorts
from lms.courses.api import enrolment_by_key
from lms.courses.forms import EndForm, ExtensionForm, PauseForm, VoidForm
from lms.courses.holdings import REASONS
from lms.courses.leaving import (
    PAUSE_REASONS,
    SAID_REASONS,
    WrongLastDay,
    end_enrolment,
    extend_enrolment,
    pause_enrolment,
    resume_enrolment,
    return_enrolment,
)
from lms.courses.models import Cohort, Enrolment
from lms.courses.operations import open_activity, void_facts
from lms.courses.pauses import last_day_possible
from lms.courses.permissions import ENROL, OPEN_ACTIVITY, READ_COHORT
from lms.courses.phrases import Phrases
from lms.courses.queries import enrolments_by_id, explained, own_words, place_of, way
from lms.courses.reasons import VOID_REASONS
from lms.courses.rosters import enrolment_row, enrolments_of
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, speech
from lms.kernel.web import flash, go, go_back, guarded, render, undo
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
        "phrases": Phrases(ctx, found, partial(place_of, ctx, row.id)),
        "person": person(ctx, row.membership_id),
    }
    may = {
        "enrol": ctx.holds(ENROL, on=row),
        "open": ctx.holds(OPEN_ACTIVITY, on=row),
        "know": is_readable(ctx, row.membership_id),
    }
    reasons = [(code, gettext(text)) for code, text in REASONS.items()]
    cohort = ctx.session.get_one(Cohort, row.cohort_id)
    return render(
        "courses/enrolment.html", enrolment=row, cohort=cohort, **seen, **_said(ctx, row), may=may, reasons=reasons
    )


def _said(ctx: Context, row: Enrolment) -> dict[str, object]:
    """What the person says of a pause or an end; their words are for who accompanies them."""
    said = gettext(SAID_REASONS[row.said_reason]) if row.said_reason else ""
    words = own_words(ctx, row.id) if ctx.holds(ENROL, on=row) else []
    whys = [(code, gettext(text)) for code, text in PAUSE_REASONS.items()]
    return {"said": said, "words": words, "whys": whys, "last": last_day_possible(row.entered_at, ctx.here.timezone)}


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
        said = gettext("%(name)s : l'inscription est terminée. Tout ce qui a été fait reste.")
        back = undo(gettext("Annuler : le parcours continue"), url_for(".post_resumption", key=key))
        flash(said % {"name": person(ctx, row.membership_id).name}, "good", back)
    else:
        flash(gettext("Choisissez une raison."), "warn")
    return go_back(".enrolment", key=key)


@bp.post("/inscriptions/<key>/reprendre")
@guarded(ENROL)
def post_resumption(ctx: Context, key: str) -> Response:
    """Take an ended enrolment up again."""
    resume_enrolment(ctx, enrolment=enrolment_row(ctx, key))
    flash(gettext("L'inscription reprend, avec tout ce qui a été fait."))
    return go_back(".enrolment", key=key)


@bp.post("/inscriptions/<key>/pause")
@guarded(ENROL)
def post_pause(ctx: Context, key: str) -> Response:
    """Pause someone's path for them."""
    pause_enrolment(ctx, enrolment=enrolment_row(ctx, key), reason=PauseForm().reason.data or "")
    flash(gettext("C'est en pause : les dates attendent."))
    return go(".enrolment", key=key)


@bp.post("/inscriptions/<key>/retour")
@guarded(ENROL)
def post_return(ctx: Context, key: str) -> Response:
    """Someone comes back from a pause."""
    return_enrolment(ctx, enrolment=enrolment_row(ctx, key))
    flash(gettext("La pause est finie. Les dates sont repoussées d'autant."))
    return go(".enrolment", key=key)


@bp.post("/inscriptions/<key>/prolonger")
@guarded(ENROL)
def post_extension(ctx: Context, key: str) -> Response:
    """Set or move the last day of someone's path."""
    form, row = ExtensionForm(), enrolment_row(ctx, key)
    try:
        extend_enrolment(ctx, enrolment=row, until=form.until.data or date.min)
        flash(gettext("Le dernier jour est enregistré."))
    except WrongLastDay as wrong:
        day = speech().day(wrong.last)
        flash(gettext("Choisissez un jour entre aujourd'hui et le %(day)s : 15 mois au plus.") % {"day": day}, "warn")
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
