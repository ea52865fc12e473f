"""One's own pages: who one is here, language, password, the terms, what the platform holds, signing out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import islice

from flask import redirect, request
from flask import session as cookie
from flask_login import logout_user

from lms.accounts import access
from lms.accounts.attempts import PER_IDENTIFIER
from lms.accounts.consent import accept_terms, has_accepted, terms_in_force, texts_in_force
from lms.accounts.contacts import readable_phone
from lms.accounts.devices import leave_device
from lms.accounts.erasing import open_erasure
from lms.accounts.forms import OwnPasswordForm, Problems, attempts, check_attempts, problems
from lms.accounts.identity import organisations
from lms.accounts.legal import KINDS, TermsText, readable, shipped_terms
from lms.accounts.own_contacts import own_membership
from lms.accounts.passwords import hash_password, is_password
from lms.accounts.queries import cards_of, has_password, organisation, own_identifiers
from lms.accounts.telling import Row, told_rows
from lms.accounts.views import OWN, Page, bp
from lms.contract.types import PersonalData, Preference, Scope
from lms.kernel import i18n, web
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.preferences import WrongPreference, preference, set_preference
from lms.kernel.rights import NotFound
from lms.kernel.web import flash, go, is_local, platform, public, render, signed_in

__all__ = ["bp", "declared", "set_declared"]
MOST_ROWS = 200
"""How many rows of one feature the page of one's own data shows."""


@bp.get("/moi")
@signed_in
def me(ctx: Context) -> Page:
    """Who one is here."""
    return render(
        "accounts/me.html",
        member=own_membership(ctx),
        phone=readable_phone(own_membership(ctx).phone),
        erasure=open_erasure(ctx),
        identifiers=own_identifiers(ctx),
        has_password=has_password(ctx, ctx.subject.membership_id),
        cards=[card for card in cards_of(ctx, ctx.subject.membership_id) if card.revoked_at is None],
        organisation=organisation(ctx),
        preferences=declared(ctx, Scope.PERSON),
        may_switch=cookie.get("proof") == OWN and access.is_known_elsewhere(ctx),
    )


@bp.post("/moi/langue")
@signed_in
def post_language(ctx: Context) -> Page:
    """Choose one's language, for pages and letters."""
    chosen = request.form.get("language", "")
    if chosen in i18n.LANGUAGES:
        access.change_language(ctx, language=chosen)
        cookie["language"] = chosen
        i18n.speak(chosen)
        flash(gettext("Votre langue est changée."))
    return go("accounts.me")


@bp.post("/moi/preferences")
@signed_in
def post_own_preferences(ctx: Context) -> Page:
    """Set one's own preferences."""
    set_declared(ctx, Scope.PERSON, request.form)
    flash(gettext("C'est enregistré."))
    return go("accounts.me")


def declared(ctx: Context, scope: Scope) -> list[tuple[Preference, str]]:
    """The preferences of a scope, with the value in force."""
    found = [one for one in ctx.registry.preferences.values() if (one.scope is Scope.PERSON) == (scope is Scope.PERSON)]
    return [(one, preference(ctx, one.name)) for one in found]


def set_declared(ctx: Context, scope: Scope, sent: Mapping[str, str]) -> None:
    """Set the preferences that a form names, and no others."""
    for one, value in declared(ctx, scope):
        chosen = sent.get(one.name, value)[:400]
        if chosen != value:
            try:
                set_preference(ctx, one.name, chosen)
            except WrongPreference as wrong:
                raise NotFound from wrong


@bp.post("/moi/organisme")
@signed_in
def post_switch(ctx: Context) -> Page:
    """Go to another organisation: only who entered by their own proof may, not who was lent a card or a link."""
    if cookie.get("proof") != OWN:
        raise NotFound
    cookie["pending"] = [ctx.subject.person_id, "", "switch", bool(cookie.permanent), None, OWN, time.time()]
    return go("accounts.choose_organisation")


# ----------------------------------------------------------------------------------------------------------- password


@bp.get("/moi/mot-de-passe")
@signed_in
def password(ctx: Context) -> Page:
    """Choose or change one's password."""
    return _password_page(ctx, Problems())


@bp.post("/moi/mot-de-passe")
@signed_in
def post_password(ctx: Context) -> Page:
    """Change one's password; the old one is asked for."""
    form = OwnPasswordForm()
    wrong = _wrong_password(ctx, form)
    if wrong:
        return _password_page(web.context(), wrong), 400
    hashed = hash_password(form.new_password.data or "")
    access.change_password(web.context(), password_hash=hashed, device=this_device())
    flash(gettext("Votre mot de passe est changé. Vos autres appareils sont déconnectés."))
    return go("accounts.me")


def this_device() -> str:
    """The key of the device that asks."""
    identity = web.current_identity()
    return identity.device if identity else ""


def _password_page(ctx: Context, errors: Problems) -> str:
    return render("accounts/password.html", has_password=has_password(ctx, ctx.subject.membership_id), errors=errors)


def _wrong_password(ctx: Context, form: OwnPasswordForm) -> Problems:
    """What is wrong, once the transaction has been given back: a hash takes its time."""
    stored, known_elsewhere = access.person(ctx).password_hash, access.is_known_elsewhere(ctx)
    counted = (PER_IDENTIFIER, f"own {ctx.subject.person_id}")
    known = [ctx.subject.name, *own_identifiers(ctx)]
    web.end_transaction()
    if not form.check(*known):
        return problems(form)
    if stored is None and known_elsewhere and cookie.get("proof") != OWN:
        return Problems(new_password=gettext("Demandez d'abord un lien par e-mail, puis revenez ici."))
    check_attempts(counted)
    if stored is not None and not is_password(form.old_password.data or "", stored):
        attempts().count(counted)
        return Problems(old_password=gettext("Ce n'est pas votre mot de passe actuel."))
    return Problems()


# ------------------------------------------------------------------------------------------ what the platform holds


@bp.get("/moi/donnees")
@signed_in
def data(ctx: Context) -> Page:
    """Everything that the platform holds on the person."""
    sections = [_section(ctx, one) for one in ctx.registry.personal_data(ctx, ctx.subject.membership_id)]
    return render("accounts/data.html", sections=[one for one in sections if one[2]], most=MOST_ROWS)


def _section(ctx: Context, held: PersonalData) -> tuple[str, bool, list[Row]]:
    """The heading, whether there are more rows than shown here, and the first ones."""
    rows = list(islice(told_rows(ctx, held), MOST_ROWS + 1))
    return gettext(held.title), len(rows) > MOST_ROWS, rows[:MOST_ROWS]


# --------------------------------------------------------------------------------------------------------- the terms


@bp.get("/conditions")
@signed_in
def terms(ctx: Context) -> Page:
    """The terms in force, to be accepted."""
    found = terms_in_force(ctx)
    if found is None:
        return go("accounts.me")
    is_new = not has_accepted(ctx, found.version)
    online = texts_in_force(ctx)
    others = [kind for name, kind in KINDS.items() if not kind.is_accepted and name in online]
    target = request.args.get("next", "")
    return render("accounts/terms.html", terms=found, must_accept=is_new, next=target, others=others)


@bp.post("/conditions")
@signed_in
def post_terms(ctx: Context) -> Page:
    """Accept the terms that were shown, and go on."""
    accept_terms(ctx, version=request.form.get("version", type=int))
    target = request.form.get("next")
    return redirect(target if target and is_local(target) else "/", 303)


@bp.get("/conditions/texte")
@public
def terms_text() -> Page:
    """The full text: one's own organisation's, the only organisation's, else the one that the platform ships."""
    text, organisation_name = _public_terms()
    return render(
        "accounts/terms_text.html",
        sentences=text.sentences.splitlines(),
        html=readable(text.full_text),
        organisation_name=organisation_name,
    )


def _public_terms() -> tuple[TermsText, str]:
    identity = web.current_identity()
    with platform().reading(None) as ctx:
        known = [identity.organisation] if identity else organisations(ctx.session)
    if len(known) != 1:
        return shipped_terms(), ""
    with platform().reading(known[0].id) as ctx:
        found = terms_in_force(ctx)
    return (TermsText(found.sentences, found.full_text) if found else shipped_terms()), known[0].name


# ------------------------------------------------------------------------------------------------------- signing out


@bp.post("/deconnexion")
@signed_in
def post_sign_out(ctx: Context) -> Page:
    """Leave on this device."""
    leave_device(ctx.session, membership_id=ctx.subject.membership_id, key=this_device())
    leave(ctx.language)
    flash(gettext("Vous êtes sorti. À bientôt."))
    return go("accounts.sign_in")


@bp.post("/deconnexion/partout")
@signed_in
def post_sign_out_everywhere(ctx: Context) -> Page:
    """Leave on every device."""
    access.close_sessions(ctx, with_cards=request.form.get("cards") == "1")
    leave(ctx.language)
    flash(gettext("Vous êtes sorti de tous vos appareils."))
    return go("accounts.sign_in")


def leave(language: str) -> None:
    """This browser forgets who was signed in, but for how they read."""
    easy = cookie.get("easy")
    logout_user()
    cookie.clear()
    cookie["language"], cookie["easy"] = language, easy
    web.forget_context()
