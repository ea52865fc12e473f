"""Pages of those who lead: the machines that may speak at `/xapi/`, what they may do, since when they were not heard."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.web import flash, go, guarded, page_number, pager, platform, render
from lms.lrs.clients import (
    GRACE,
    AlreadyShown,
    WrongClient,
    add_client,
    drop_verbs,
    machine,
    machines,
    revoke_client,
    rotate_client,
)
from lms.lrs.data import Secret
from lms.lrs.forms import SCOPE_WORDS, asked_machine, problem_of, secret_of_form, typed_verbs
from lms.lrs.permissions import WRITE_CLIENTS

bp = Blueprint("machines", __name__, url_prefix="/organisme/machines")
Page = str | Response | tuple[str, int]


@bp.get("")
@guarded(WRITE_CLIENTS)
def listed(ctx: Context) -> Page:
    """The machines of the organisation."""
    found = machines(ctx, number=page_number())
    return render("lrs/machines.html", listed=found, page=pager(found), scope_words=SCOPE_WORDS)


@bp.get("/nouvelle")
@guarded(WRITE_CLIENTS)
def new(ctx: Context) -> Page:
    """Give a machine an access."""
    return _new_page({})


@bp.post("/nouvelle")
@guarded(WRITE_CLIENTS)
def post_new(ctx: Context) -> Page:
    """Give it; the key and the secret are shown in the answer, and nowhere else."""
    try:
        asked = asked_machine(ctx.here.timezone)
        given = add_client(
            ctx, asked.name, scopes=asked.scopes, expires_at=asked.expires_at, dropped_verbs=asked.verbs, given=secret_of_form(ctx)
        )  # fmt: skip
    except WrongClient as wrong:
        return _new_page(problem_of(wrong)), 400
    except AlreadyShown:
        return _gone()
    return _secret_page(ctx, given)


@bp.get("/<key>")
@guarded(WRITE_CLIENTS)
def one(ctx: Context, key: str) -> Page:
    """One machine."""
    return _machine_page(ctx, key, {})


@bp.post("/<key>/secret")
@guarded(WRITE_CLIENTS)
def post_secret(ctx: Context, key: str) -> Page:
    """Give it a new secret, shown in the answer and nowhere else."""
    try:
        secret = secret_of_form(ctx).secret
        given = rotate_client(ctx, key, secret=secret, is_old_lost=bool(request.form.get("lost")))
    except AlreadyShown:
        return _gone()
    return _secret_page(ctx, given)


@bp.post("/<key>/verbes")
@guarded(WRITE_CLIENTS)
def post_verbs(ctx: Context, key: str) -> Page:
    """Say what is not kept of it."""
    try:
        drop_verbs(ctx, key, typed_verbs())
    except WrongClient as wrong:
        return _machine_page(ctx, key, problem_of(wrong)), 400
    flash(gettext("C'est enregistré."))
    return go("machines.one", key=key)


@bp.post("/<key>/fin")
@guarded(WRITE_CLIENTS)
def post_end(ctx: Context, key: str) -> Page:
    """Take its access back; twice is once."""
    if machine(ctx, key).revoked_at is None:
        revoke_client(ctx, key)
    flash(gettext("L’accès est retiré : la machine n’entre plus."))
    return go("machines.listed")


def _new_page(errors: dict[str, str]) -> str:
    return render("lrs/new.html", errors=errors, form=request.form, scopes=SCOPE_WORDS)


def _machine_page(ctx: Context, key: str, errors: dict[str, str]) -> str:
    found = machine(ctx, key)
    verbs = request.form.get("verbs", "\n".join(found.dropped_verbs))
    return render(
        "lrs/machine.html", machine=found, scope_words=SCOPE_WORDS, errors=errors, verbs=verbs, hours=_hours()
    )


def _secret_page(ctx: Context, given: Secret) -> Response:
    """Kept by no browser and by nothing between."""
    base = platform().settings.base_url.rstrip("/") or request.host_url.rstrip("/")
    page = render(
        "lrs/secret.html", machine=machine(ctx, given.key), given=given, address=f"{base}/xapi/", hours=_hours()
    )
    response: Response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _gone() -> Response:
    flash(gettext("Ce secret a déjà été montré. Si vous ne l’avez plus, donnez-en un nouveau."), "warn")
    return go("machines.listed")


def _hours() -> int:
    return round(GRACE.total_seconds() / 3600)


def panel(ctx: Context, _subject: Any) -> str:
    """On the page of the organisation, the way to its machines."""
    return render("lrs/panel.html") if ctx.holds_everywhere(WRITE_CLIENTS) else ""
