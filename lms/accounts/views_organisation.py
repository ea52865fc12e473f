"""Pages of those who lead: the organisation's details, its words, its terms, and the matrix of roles."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Blueprint, request

from lms.accounts.consent import publish_terms, terms_in_force
from lms.accounts.forms import OrganisationForm, TermsForm, problems
from lms.accounts.legal import MOST_SENTENCES, TermsText, WrongTerms
from lms.accounts.organisations import change_organisation, change_words
from lms.accounts.permissions import PUBLISH_TERMS, READ_ROLES, WRITE_ORGANISATION
from lms.accounts.queries import organisation
from lms.accounts.roles import ROLE_NAMES, role_matrix, role_name
from lms.accounts.views import Page
from lms.accounts.views_own import declared, set_declared
from lms.contract.types import Scope
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.web import flash, go, guarded, render
from lms.kernel.wording import AUDIENCES, WRITE_WORDS, changed_words, shipped

bp = Blueprint("organisation", __name__)


@bp.get("/organisme")
@guarded(WRITE_ORGANISATION)
def settings(ctx: Context) -> Page:
    """What documents print of the organisation."""
    return _settings_page(ctx, OrganisationForm(obj=organisation(ctx)))


@bp.post("/organisme")
@guarded(WRITE_ORGANISATION)
def post_settings(ctx: Context) -> Page:
    """Change it."""
    form = OrganisationForm()
    if not form.validate():
        return _settings_page(ctx, form), 400
    change_organisation(ctx, details=form.details())
    flash(gettext("C'est enregistré."))
    return go("organisation.settings")


def _settings_page(ctx: Context, form: OrganisationForm) -> str:
    zones = sorted(
        zone for zone in available_timezones() if zone.startswith(("Europe/", "America/", "Indian/", "Pacific/"))
    )
    return render(
        "accounts/organisation.html",
        form=form,
        errors=problems(form),
        zones=zones,
        preferences=declared(ctx, Scope.ORGANISATION),
    )


@bp.post("/organisme/preferences")
@guarded(WRITE_ORGANISATION)
def post_preferences(ctx: Context) -> Page:
    """Set what the organisation prefers."""
    ctx.require(WRITE_ORGANISATION)
    set_declared(ctx, Scope.ORGANISATION, request.form)
    flash(gettext("C'est enregistré."))
    return go("organisation.settings")


@bp.get("/organisme/conditions")
@guarded(PUBLISH_TERMS)
def terms(ctx: Context) -> Page:
    """The terms in force, to be rewritten."""
    return _terms_page(ctx, TermsForm(obj=terms_in_force(ctx)))


@bp.post("/organisme/conditions")
@guarded(PUBLISH_TERMS)
def post_terms(ctx: Context) -> Page:
    """Publish a version: everyone is asked again."""
    form = TermsForm()
    try:
        publish_terms(ctx, text=TermsText(form.sentences.data or "", form.full_text.data or ""))
    except WrongTerms as wrong:
        return _terms_page(ctx, form, gettext(str(wrong))), 400
    flash(gettext("La nouvelle version est en ligne. Chacun devra l'accepter à sa prochaine visite."))
    return go("organisation.terms")


def _terms_page(ctx: Context, form: TermsForm, wrong: str = "") -> str:
    return render(
        "accounts/publish_terms.html", form=form, wrong=wrong, present=terms_in_force(ctx), most=MOST_SENTENCES
    )


@bp.get("/mots")
@guarded(WRITE_WORDS)
def words(ctx: Context) -> Page:
    """The words of the interface, for each audience, with those that the platform ships."""
    return render("accounts/words.html", rows=[(name, _cells(ctx, name)) for name in ctx.registry.terms])


def _cells(ctx: Context, name: str) -> list[tuple[str, str, str]]:
    """For each audience: the organisation's own word, or "", and the shipped one."""
    own, term = changed_words(ctx), ctx.registry.terms[name]
    return [
        (audience, own.get((audience, ctx.language, name), ""), gettext(shipped(term, audience)))
        for audience in AUDIENCES
    ]


@bp.post("/mots")
@guarded(WRITE_WORDS)
def post_words(ctx: Context) -> Page:
    """Change words, or bring shipped ones back."""
    change_words(ctx, words=_changed(ctx))
    flash(gettext("Les mots sont changés."))
    return go("organisation.words")


def _changed(ctx: Context) -> dict[tuple[str, str], str]:
    """What the form changes: an empty word, or the shipped one, brings the shipped one back."""
    own, found = changed_words(ctx), {}
    for name, term in ctx.registry.terms.items():
        for audience in AUDIENCES:
            text = " ".join(request.form.get(f"{audience}:{name}", "").split())[:120]
            if request.form.get("reset") in (f"{audience}:{name}", "all") or text == gettext(shipped(term, audience)):
                text = ""
            if f"{audience}:{name}" in request.form and text != own.get((audience, ctx.language, name), ""):
                found[audience, name] = text
    return found


@bp.get("/roles")
@guarded(READ_ROLES)
def roles(ctx: Context) -> Page:
    """Who may do what: generated from the rights that features declare."""
    matrix = role_matrix(ctx.registry.rights.values())
    return render("accounts/roles.html", matrix=matrix, roles=[role_name(role) for role in ROLE_NAMES])
