"""The grid of a workshop, and its panel on a group's page."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lms.activities.observation.forms import marks_in, seen_words
from lms.activities.observation.grid import grid_of, observations_of
from lms.activities.observation.kind import MARK
from lms.activities.observation.permissions import OBSERVE
from lms.courses.api import READ_COHORT, CohortInfo, cohort_by_key, refusal
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.web import flash, go, guarded, page_number, pager, render
from lms.xapi.api import Outcome, submit

bp = Blueprint("observation", __name__)


@bp.get("/groupes/<cohort_key>/observations/<string(length=10):activity_key>")
@guarded(READ_COHORT)
def grid(ctx: Context, cohort_key: str, activity_key: str) -> str:
    """Everyone of the workshop, or one person, with three buttons for each behaviour."""
    cohort, only = cohort_by_key(ctx, cohort_key), request.args.get("personne", "")[:10]
    found = grid_of(ctx, cohort, activity_key, number=page_number(), only=only)
    return render(
        "observation/grid.html",
        cohort=cohort,
        grid=found,
        only=only,
        seen_words=seen_words,
        pager=pager(found.listed),
        may_mark=ctx.holds(OBSERVE, on=cohort),
    )


@bp.post("/groupes/<cohort_key>/observations/<string(length=10):activity_key>")
@guarded(OBSERVE)
def post_grid(ctx: Context, cohort_key: str, activity_key: str) -> Response:
    """Keep what was marked, all at once."""
    cohort, only = cohort_by_key(ctx, cohort_key), request.form.get("personne", "")[:10]
    ctx.require(OBSERVE, on=cohort)
    keys = [one.key for one in grid_of(ctx, cohort, activity_key, only=only).behaviours]
    payload = {"activity": activity_key, "marks": marks_in(request.form, keys)}
    reply = submit(ctx, kind=MARK, payload=payload, intent_id=request.form.get("intent"))
    _say(reply.outcome, reply.reason, refusal(reply))
    number = page_number() if page_number() > 1 else None
    return go(".grid", cohort_key=cohort.key, activity_key=activity_key, personne=only or None, page=number)


def cohort_panel(ctx: Context, cohort: CohortInfo) -> str:
    """The observations of a group, with how many people have been seen."""
    lines = observations_of(ctx, cohort)
    return render("observation/panel.html", cohort=cohort, lines=lines) if lines else ""


def _say(outcome: Outcome, reason: str, otherwise: str) -> None:
    if outcome is not Outcome.REFUSED:
        flash(gettext("C'est noté."))
    elif reason == "nothing_marked":
        flash(gettext("Vous n'avez rien changé : rien n'est noté."), "warn")
    else:
        flash(otherwise, "warn")
