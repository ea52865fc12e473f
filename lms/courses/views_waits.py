"""Lines of "Ce soir" on enrolments, and the forms that settle them in place."""

from __future__ import annotations

from flask import url_for

from lms.contract.waits import Wait, WaitKind
from lms.courses.leaving import SAID_REASONS
from lms.courses.permissions import ENROL
from lms.courses.waiting import NOTICE, ends_to_confirm, last_days
from lms.kernel.clock import start_of_day
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark, speech
from lms.kernel.web import render

END_HARM, DAY_HARM = 1.0, 0.5
"""Who has said that it is over waits to be heard; a last day can be seen coming."""


def _ends(ctx: Context) -> list[Wait]:
    return [
        Wait(
            key=f"end:{row.key}:{row.said_reason}",
            title=gettext("%(name)s dit que c'est fini") % {"name": f"{row.given_name} {row.family_name}".strip()},
            detail=gettext(SAID_REASONS[row.said_reason]),
            since=row.said_at,
            harm=END_HARM,
            minutes=3,
            url=url_for("cohorts.enrolment", key=row.key),
            membership_id=row.membership_id,
        )
        for row in (ends_to_confirm(ctx) if ctx.holds(ENROL) else ())
    ]


def _last_days(ctx: Context) -> list[Wait]:
    return [
        Wait(
            key=f"until:{row.key}:{row.until.isoformat()}",
            title=gettext("Le parcours de %(name)s s'arrête le %(day)s")
            % {"name": f"{row.given_name} {row.family_name}".strip(), "day": speech().day(row.until)},
            detail=gettext("Prolonger, ou noter la fin"),
            since=start_of_day(row.until - NOTICE, ctx.here.timezone),
            harm=DAY_HARM,
            minutes=5,
            url=url_for("cohorts.enrolment", key=row.key),
            membership_id=row.membership_id,
        )
        for row in (last_days(ctx) if ctx.holds(ENROL) else ())
    ]


def _confirm_form(_ctx: Context, wait: Wait) -> str:
    """In place: the end as the person said it, confirmed in one tap."""
    _kind, key, reason = wait.key.split(":")
    return render("courses/wait_end.html", key=key, reason=reason)


WAIT_KINDS = (
    WaitKind("courses.end", mark("Fins à confirmer"), "check", _ends, _confirm_form),
    WaitKind("courses.last_day", mark("Derniers jours de parcours"), "calendar", _last_days),
)
