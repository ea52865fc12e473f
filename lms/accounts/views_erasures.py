"""For those who lead: the erasures that people have asked for; and what waits for staff about people, in "Ce soir"."""

from __future__ import annotations

from flask import request, url_for

from lms.accounts.erasing import confirm_erasure, erasures, erasures_to_confirm
from lms.accounts.keeping import KEPT, PURPOSES, kept, note_opening, opened_name
from lms.accounts.leading import Refused
from lms.accounts.permissions import ERASE_PEOPLE
from lms.accounts.views import Page
from lms.accounts.views_people import bp
from lms.contract.waits import Wait, WaitKind
from lms.kernel import web
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.locking import Locker
from lms.kernel.web import flash, go, guarded, page_number, pager, platform, render


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


@bp.get("/personnes/effacements/<key>")
@guarded(ERASE_PEOPLE)
def kept_data(ctx: Context, key: str) -> Page:
    """What the law keeps of someone who was erased, why, until when, and who has opened it."""
    return _kept_page(ctx, key)


@bp.post("/personnes/effacements/<key>/ouvrir")
@guarded(ERASE_PEOPLE)
def post_kept_opened(ctx: Context, key: str) -> Page:
    """Read the locked name: that it is read, and why, is committed first."""
    me = (ctx.here.id, ctx.subject.membership_id)
    web.end_transaction()
    with platform().writing(*me) as noting:
        note_opening(noting, key=key, purpose=request.form.get("purpose", ""))
    locker = Locker(platform().settings.required_narrative_keys())
    return _kept_page(web.context(), key, name=opened_name(web.context(), key=key, locker=locker), is_open=True)


def _kept_page(ctx: Context, key: str, *, name: str = "", is_open: bool = False) -> str:
    purposes = [(code, gettext(text)) for code, text in PURPOSES.items()]
    laws = [(gettext(one.what_of), gettext(one.law)) for one in KEPT.values()]
    return render(
        "accounts/kept.html", found=kept(ctx, key), laws=laws, purposes=purposes, name=name, is_open=is_open
    )  # fmt: skip


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
