"""The small acts on a conversation: read, closed, reopened, settled, handed over, taken back."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response

from lms.accounts.api import members, person_by_key
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.uploading import kept_files
from lms.kernel.web import flash, guarded, render
from lms.messages import views
from lms.messages.companions import candidates_for
from lms.messages.operations import (
    answer_handover,
    ask_handover,
    close_thread,
    mark_read,
    reopen_thread,
    settle_help,
    take_back_later,
    withdraw_handover,
)
from lms.messages.queries import files_of_later
from lms.messages.reading import me, require_answer, thread_by_key
from lms.messages.saying import Refused
from lms.messages.views import PARTS, STAFF_PARTS, Page, back_to, refused_words, thread_page

bp = views.bp


@bp.post("/messages/<key>/lu")
@guarded(*PARTS)
def post_read(ctx: Context, key: str) -> Response:
    """It was on the screen, down to a message: said by the page's script, or by the button."""
    mark_read(ctx, thread_by_key(ctx, key), key=request.form.get("message", ""))
    return Response(status=204) if request.form.get("here") else back_to(key)


@bp.post("/messages/<key>/fermer")
@guarded(*PARTS)
def post_closing(ctx: Context, key: str) -> Response:
    """Nothing more is needed."""
    return _done(key, lambda: close_thread(ctx, thread_by_key(ctx, key)), gettext("La conversation est fermée."))


@bp.post("/messages/<key>/rouvrir")
@guarded(*PARTS)
def post_reopening(ctx: Context, key: str) -> Response:
    """It goes on."""
    return _done(key, lambda: reopen_thread(ctx, thread_by_key(ctx, key)), gettext("La conversation est rouverte."))


@bp.post("/messages/<key>/rien-a-repondre")
@guarded(*STAFF_PARTS)
def post_settled(ctx: Context, key: str) -> Response:
    """The last message needs no answer."""
    said = gettext("C'est noté : ce message n'attend pas de réponse.")
    return _done(key, lambda: settle_help(ctx, thread_by_key(ctx, key)), said)


@bp.get("/messages/<key>/suite/demander")
@guarded(*STAFF_PARTS)
def handover(ctx: Context, key: str) -> str:
    """Choose who is asked to take over."""
    found = thread_by_key(ctx, key)
    require_answer(ctx, found)
    ids = [one.membership_id for one in candidates_for(ctx, found.membership_id)]
    known = members(ctx, ids)
    others = [known[one] for one in ids if one != found.responsible_id]
    return render("messages/handover.html", key=key, others=others, me=me(ctx))


@bp.post("/messages/<key>/suite/demander")
@guarded(*STAFF_PARTS)
def post_handover(ctx: Context, key: str) -> Response:
    """Ask another to take over."""
    to = person_by_key(ctx, request.form.get("to", ""))
    said = gettext("C'est demandé. Tant que %(name)s n'a pas accepté, rien ne change.") % {"name": to.name}
    return _done(key, lambda: ask_handover(ctx, thread_by_key(ctx, key), to_id=to.membership_id), said)


@bp.post("/messages/<key>/suite/accepter")
@guarded(*STAFF_PARTS)
def post_acceptance(ctx: Context, key: str) -> Response:
    """Take over."""
    found = thread_by_key(ctx, key)
    return _done(
        key, lambda: answer_handover(ctx, found, is_accepted=True), gettext("Vous répondez à partir de maintenant.")
    )


@bp.post("/messages/<key>/suite/refuser")
@guarded(*STAFF_PARTS)
def post_refusal(ctx: Context, key: str) -> Response:
    """Do not take over."""
    found = thread_by_key(ctx, key)
    return _done(key, lambda: answer_handover(ctx, found, is_accepted=False), gettext("C'est noté : rien ne change."))


@bp.post("/messages/<key>/suite/retirer")
@guarded(*STAFF_PARTS)
def post_withdrawal(ctx: Context, key: str) -> Response:
    """Keep it after all."""
    return _done(key, lambda: withdraw_handover(ctx, thread_by_key(ctx, key)), gettext("La demande est retirée."))


@bp.post("/messages/<key>/plus-tard/<string(length=10):later_key>/retirer")
@guarded(*STAFF_PARTS)
def post_taken_back(ctx: Context, key: str, later_key: str) -> Page:
    """Take an answer back before it leaves: its words, photos and voices stand in the form again."""
    found = thread_by_key(ctx, key)
    require_answer(ctx, found)
    joined = kept_files(files_of_later(ctx, found, key=later_key))
    text = take_back_later(ctx, found, key=later_key)
    return thread_page(ctx, found, sent={**request.form, "text": text}, joined=joined, is_taken_back=True)


def _done(key: str, act: Callable[[], object], said: str) -> Response:
    try:
        act()
        flash(said)
    except Refused as refused:
        flash(refused_words(refused), "warn")
    return back_to(key)
