"""Pages of those who lead: the settings of the organisation, its logo, its preferences, its words, the matrix of roles."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Blueprint, Response, request
from markupsafe import Markup

from lms.accounts.forms import OrganisationForm, problems
from lms.accounts.logos import logo_named
from lms.accounts.organisations import (
    change_logo,
    change_organisation,
    change_preferences,
    change_words,
    missing_details,
)
from lms.accounts.permissions import READ_ROLES, WRITE_ORGANISATION
from lms.accounts.queries import organisation
from lms.accounts.roles import ROLE_NAMES, role_matrix, role_name
from lms.accounts.views import Page
from lms.accounts.views_own import declared
from lms.contract.types import Scope
from lms.kernel import web
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, languages
from lms.kernel.media import PHOTO, MediaRefused
from lms.kernel.preferences import WrongPreference
from lms.kernel.rights import NotFound
from lms.kernel.uploading import sent_media, sentence
from lms.kernel.web import flash, go, guarded, platform, public, render
from lms.kernel.wording import AUDIENCES, WRITE_WORDS, changed_words, shipped

bp = Blueprint("organisation", __name__)
LONGEST_WORD = 120


@bp.get("/organisme")
@guarded(WRITE_ORGANISATION)
def settings(ctx: Context) -> Page:
    """The home of all that the organisation decides."""
    row = organisation(ctx)
    panels = [Markup(piece) for piece in ctx.registry.panels_at("organisation", ctx)]  # noqa: S704 - panels give safe HTML
    return render("accounts/organisation.html", organisation=row, missing=missing_details(row), panels=panels)


# ---------------------------------------------------------------------------------------------------------- identity


@bp.get("/organisme/identite")
@guarded(WRITE_ORGANISATION)
def identity(ctx: Context) -> Page:
    """What documents print of the organisation."""
    return _identity_page(OrganisationForm(obj=organisation(ctx)))


@bp.post("/organisme/identite")
@guarded(WRITE_ORGANISATION)
def post_identity(ctx: Context) -> Page:
    """Change it."""
    form = OrganisationForm()
    if not form.validate():
        return _identity_page(form), 400
    change_organisation(ctx, details=form.details())
    flash(gettext("C'est enregistré."))
    return go("organisation.settings")


def _identity_page(form: OrganisationForm) -> str:
    places = ("Europe/", "America/", "Indian/", "Pacific/")
    zones = sorted(zone for zone in available_timezones() if zone.startswith(places))
    return render(
        "accounts/identity.html", form=form, errors=problems(form), zones=zones, tongues=list(languages().items())
    )


# -------------------------------------------------------------------------------------------------------------- logo


@bp.get("/organisme/logo")
@guarded(WRITE_ORGANISATION)
def logo(ctx: Context) -> Page:
    """The logo, to be changed."""
    return _logo_page(ctx)


@bp.post("/organisme/logo")
@guarded(WRITE_ORGANISATION)
def post_logo(ctx: Context) -> Page:
    """Show another one. The picture is made small before the transaction."""
    ctx.require(WRITE_ORGANISATION)
    try:
        sent = sent_media("logo", {PHOTO})
    except MediaRefused as refused:
        return _logo_page(web.context(), sentence(refused)), 400
    if not sent:
        return _logo_page(web.context(), gettext("Choisissez d'abord une image.")), 400
    change_logo(web.context(), picture=sent[0].small or sent[0].full)
    flash(gettext("Le logo est changé."))
    return go("organisation.logo")


@bp.post("/organisme/logo/retrait")
@guarded(WRITE_ORGANISATION)
def post_logo_end(ctx: Context) -> Page:
    """Show the name alone."""
    change_logo(ctx, picture=b"")
    flash(gettext("Le logo est retiré : le nom reste."))
    return go("organisation.logo")


def _logo_page(ctx: Context, wrong: str = "") -> str:
    return render("accounts/logo.html", organisation=organisation(ctx), wrong=wrong)


@bp.get("/logo/<key>")
@public
def logo_picture(key: str) -> Response:
    """A logo in force: it stands on pages that anyone may read."""
    with platform().reading(None) as ctx:
        picture = logo_named(ctx, key)
    response = Response(picture, mimetype="image/webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


# ------------------------------------------------------------------------------------------------------- preferences


@bp.get("/organisme/preferences")
@guarded(WRITE_ORGANISATION)
def preferences(ctx: Context) -> Page:
    """What features let an organisation choose: made from what they declare."""
    return render("accounts/organisation_preferences.html", preferences=declared(ctx, Scope.ORGANISATION))


@bp.post("/organisme/preferences")
@guarded(WRITE_ORGANISATION)
def post_preferences(ctx: Context) -> Page:
    """Set what the organisation prefers."""
    known = {one.name for one, _value in declared(ctx, Scope.ORGANISATION)}
    try:
        change_preferences(ctx, chosen={name: value[:400] for name, value in request.form.items() if name in known})
    except WrongPreference as wrong:
        raise NotFound from wrong
    flash(gettext("C'est enregistré."))
    return go("organisation.settings")


# ------------------------------------------------------------------------------------------------------------- words


@bp.get("/mots")
@guarded(WRITE_WORDS)
def words(ctx: Context) -> Page:
    """The words of the interface, for each audience, with those that the platform ships."""
    return _words_page(ctx, {})


@bp.post("/mots")
@guarded(WRITE_WORDS)
def post_words(ctx: Context) -> Page:
    """Change words, bring shipped ones back, or look at a learner's page with them before."""
    if request.form.get("apercu"):
        return _words_page(ctx, {name: " ".join(text.split())[:LONGEST_WORD] for name, text in request.form.items()})
    change_words(ctx, words=_changed(ctx))
    flash(gettext("Les mots sont changés."))
    return go("organisation.words")


def _words_page(ctx: Context, typed: dict[str, str]) -> str:
    rows = [(name, _cells(ctx, name, typed)) for name in ctx.registry.terms]
    seen = {name: cells[0][1] or cells[0][2] for name, cells in rows}
    return render("accounts/words.html", rows=rows, seen=seen, is_preview=bool(typed))


def _cells(ctx: Context, name: str, typed: dict[str, str]) -> list[tuple[str, str, str]]:
    """For each audience: the organisation's own word, or "", and the shipped one."""
    own, term = changed_words(ctx), ctx.registry.terms[name]
    return [
        (
            audience,
            typed.get(f"{audience}:{name}", own.get((audience, ctx.language, name), "")),
            gettext(shipped(term, audience)),
        )
        for audience in AUDIENCES
    ]


def _changed(ctx: Context) -> dict[tuple[str, str], str]:
    """What the form changes: an empty word, or the shipped one, brings the shipped one back."""
    own, found = changed_words(ctx), {}
    for name, term in ctx.registry.terms.items():
        for audience in AUDIENCES:
            text = " ".join(request.form.get(f"{audience}:{name}", "").split())[:LONGEST_WORD]
            if request.form.get("reset") in (f"{audience}:{name}", "all") or text == gettext(shipped(term, audience)):
                text = ""
            if f"{audience}:{name}" in request.form and text != own.get((audience, ctx.language, name), ""):
                found[audience, name] = text
    return found


# ------------------------------------------------------------------------------------------------------------- roles


@bp.get("/roles")
@guarded(READ_ROLES)
def roles(ctx: Context) -> Page:
    """Who may do what: generated from the rights that features declare."""
    matrix = role_matrix(ctx.registry.rights.values())
    return render("accounts/roles.html", matrix=matrix, roles=[role_name(role) for role in ROLE_NAMES])
