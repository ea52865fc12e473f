"""The home of who trains or accompanies: what waits this evening."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from lms.analytics import views
from lms.analytics.evening import DELAYS, Line, evening, put_back, put_off
from lms.analytics.permissions import SEE_EVENING
from lms.analytics.quiet import QUIET_DAYS, Quiet, quiet_people
from lms.contract.waits import Wait, WaitKind
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark, ngettext, speech
from lms.kernel.paging import Listed
from lms.kernel.preferences import preference
from lms.kernel.text import unbroken
from lms.kernel.web import flash, go_back, guarded, page_number, pager, render, undo

bp = views.bp
SHOWN = 20
BUDGETS = (15, 30, 60)
FEW = 20
QUIET_HARM = 2.0
"""A day more of silence costs more than a day more without a correction: who has left does not come back alone."""
QUIET_MINUTES = 6


@bp.get("/ce-soir")
@guarded(SEE_EVENING)
def tonight(ctx: Context) -> str:
    """What waits, the most harmful wait first; with `minutes`, what fits in."""
    found = evening(ctx)
    minutes, here = request.args.get("minutes", type=int), request.args.get("ici", "")
    budget = minutes if minutes in BUDGETS else None
    lines, number = found.fitting(budget), page_number()
    listed = Listed(lines[(number - 1) * SHOWN : number * SHOWN], len(lines), number, SHOWN)
    return render(
        "analytics/evening.html", evening=found, listed=listed, budget=budget, budgets=BUDGETS, delays=DELAYS, here=here,
        place={line.wait.key: _in_place(ctx, line, here) for line in listed.lines},
        pager=pager(listed, **({"minutes": budget} if budget else {})), quiet_days=preference(ctx, QUIET_DAYS.name),
    )  # fmt: skip


def _in_place(ctx: Context, line: Line, here: str) -> str:
    """What a line offers to do; what is heavy to draw, where it is asked for."""
    kind = line.kind
    return kind.render(ctx, line.wait) if kind.render and (not kind.is_heavy or line.wait.key == here) else ""


@bp.post("/ce-soir/plus-tard")
@guarded(SEE_EVENING)
def post_later(ctx: Context) -> Response:
    """Put off the lines that were ticked, or the one whose button was pressed."""
    waits = [request.form["seul"]] if request.form.get("seul") else request.form.getlist("attente")
    if not waits:
        flash(gettext("Cochez au moins une ligne."), "warn")
        return go_back(".tonight")
    until = put_off(ctx, waits, days=request.form.get("jours", DELAYS[0], type=int))
    day = speech().day(until, ctx.here.timezone, "EEEE d MMMM")
    said = ngettext(
        "C'est reporté : cette ligne revient le %(day)s.",
        "C'est reporté : ces lignes reviennent le %(day)s.",
        len(waits),
    )
    flash(said % {"day": day}, "good", _back(waits))
    return go_back(".tonight")


def _back(waits: Sequence[str]) -> dict[str, Any] | None:
    """Take it back, where the lines are few enough for the cookie that carries them to the next page."""
    lines = [("attente", one[:120]) for one in waits]
    return undo(gettext("Annuler"), url_for(".post_back"), *lines) if len(lines) <= FEW else None


@bp.post("/ce-soir/tout-revoir")
@guarded(SEE_EVENING)
def post_back(ctx: Context) -> Response:
    """Show again what was put off: all, or the lines that are named."""
    put_back(ctx, request.form.getlist("attente"))
    return go_back(".tonight")


def quiet_kind() -> WaitKind:
    """People gone quiet, as a kind of wait."""
    return WaitKind("quiet", mark("Personnes calmes"), "phone", _quiet_waits, _quiet_in_place)


def _quiet_waits(ctx: Context) -> list[Wait]:
    return [
        Wait(
            key=f"quiet:{one.enrolment_key}",
            title=gettext("%(name)s est calme") % {"name": one.name},
            since=one.since,
            harm=QUIET_HARM,
            minutes=QUIET_MINUTES,
            url=url_for("cohorts.enrolment", key=one.enrolment_key),
            detail=unbroken(_why(one)),
            membership_id=one.membership_id,
        )
        for one in quiet_people(ctx)
    ]


def _why(one: Quiet) -> str:
    """What explains the silence, as far as the platform can tell."""
    titles = {"last": one.last, "next": one.next}
    if not one.last:
        return gettext("Rien de commencé. Première étape : « %(next)s ».") % titles
    if one.was_stuck:
        return gettext("Dernière étape : « %(last)s », essayée, pas encore réussie.") % titles
    return gettext("Dernière étape faite : « %(last)s ». La suite : « %(next)s ».") % titles


def _quiet_in_place(ctx: Context, wait: Wait) -> str:
    return render("analytics/quiet.html", wait=wait, days=preference(ctx, QUIET_DAYS.name))
