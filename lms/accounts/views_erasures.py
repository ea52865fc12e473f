"""For those who lead: the erasures that people have asked for; and what waits for staff about people, in "Ce soir"."""

from __future__ import annotations

from flask import url_for

from lms.accounts.erasing import confirm_erasure, erasures, erasures_to_confirm
from lms.accounts.leading import Refused
from lms.accounts.permissions import ERASE_PEOPLE
from lms.accounts.views import Page
from lms.accounts.views_people import bp
from lms.contract.waits import Wait, WaitKind
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.web import flash, go, guarded, page_number, pager, render


@bp.get("/personnes/effacements")
@guarded(ERASE_PEOPLE)
def erasure_requests(ctx: Context) -> Page:
    """The requests, those to confirm first."""
    found = erasures(ctx, number=page_number())
    return render("accounts/erasures.html", found=found, pager=pager(found), now=ctx.now)


@bp.post("/personnes/effacements/<key>/confirmer")
@guarded(ERASE_PEOPLE)
def post_erasure_confirmed(ctx: Context, key: str) -> Page:
    """Confirm one."""
    try:
        confirm_erasure(ctx, key=key)
        flash(gettext("L'effacement est confirmé."))
    except Refused as refused:
        flash(gettext(str(refused)), "bad")
    return go("people.erasure_requests")


def _erasure_waits(ctx: Context) -> list[Wait]:
    return [
        Wait(
            key=f"erasure:{row.key}",
            title=gettext("%(name)s demande l'effacement de ses données") % {"name": name},
            since=row.asked_at,
            harm=1,
            minutes=2,
            url=url_for("people.erasure_requests"),
            membership_id=row.membership_id,
        )
        for row, name in erasures_to_confirm(ctx)
    ]


WAITS = (WaitKind("accounts.erasure", mark("Effacements à confirmer"), "shield", _erasure_waits),)
