"""The ways in: password, one-time link, access card, invitation. Pages for who is not signed in yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, redirect, request
from flask import session as cookie
from flask_login import login_user
from werkzeug.wrappers import Response

from lms.accounts import access
from lms.accounts.attempts import LINKS_PER_ADDRESS, LINKS_PER_IDENTIFIER, PER_ADDRESS, PER_IDENTIFIER
from lms.accounts.contacts import EMAIL, identifier_of
from lms.accounts.data import Belonging, Candidate
from lms.accounts.devices import kind_of, leave_device
from lms.accounts.entering import belongings, candidates, card_with, invitation_named, link_named, proven
from lms.accounts.forms import (
    Limit,
    OwnPasswordForm,
    SignInForm,
    attempts,
    check_attempts,
    here,
    problems,
    signer,
)
from lms.accounts.models import AccessCard, Invitation, SignInLink
from lms.accounts.passwords import hash_password
from lms.accounts.signing import INVITATION, LINK, PERSON, NotOurs, typed_code
from lms.kernel import web
from lms.kernel.context import Context
from lms.kernel.database import new_key
from lms.kernel.i18n import gettext, mark
from lms.kernel.platform import Identity
from lms.kernel.rights import NotFound
from lms.kernel.web import go, is_local, platform, public, render

Page = str | Response | tuple[str, int]
bp = Blueprint("accounts", __name__)
CHOICE_SECONDS = 600
OWN, LENT = "own", "lent"
MOST_LETTERS = 5
WRONG = mark("Ce n'est pas le bon e-mail ou numéro, ou le mot de passe n'est pas juste.")


# ------------------------------------------------------------------------------------------------------- by password


@bp.get("/connexion")
@public
def sign_in() -> Page:
    """The way in."""
    return _sign_in_page(SignInForm(request.args, stay=True))


@bp.post("/connexion")
@public
def post_sign_in() -> Page:
    """Prove who one is, by a password."""
    form = SignInForm()
    counted = _counted(form)
    found = _meant(form, counted)
    chosen = _chosen(form, found)
    if len(found) > 1 and chosen is None:
        return _sign_in_page(form, found)
    if not proven(chosen, form.password.data or "") or chosen is None:
        attempts().count(*counted)
        return _sign_in_page(form, found, WRONG)
    return _enter_somewhere(chosen.person_id, way="password", stay=form.stay.data, target=form.next.data)


def _sign_in_page(form: SignInForm, found: list[Candidate] | None = None, wrong: str = "") -> Page:
    choices = [(_name_token(form, one), one.short_name) for one in found or []] if found and len(found) > 1 else []
    page = render(
        "accounts/sign_in.html",
        form=form,
        choices=choices,
        chosen=_chosen(form, found or []),
        wrong=gettext(wrong) if wrong else "",
    )
    return (page, 401) if wrong else page


def _counted(form: SignInForm) -> tuple[Limit, ...]:
    return (PER_IDENTIFIER, "identifier " + ":".join(identifier_of(form.identifier.data or ""))), (PER_ADDRESS, here())


def _meant(form: SignInForm, counted: tuple[Limit, ...]) -> list[Candidate]:
    """Those whom the identifier may mean; naming the people of a shared number is counted as a try."""
    check_attempts(*counted)
    with platform().reading(None) as ctx:
        found = candidates(ctx, *identifier_of(form.identifier.data or ""))
    if len(found) > 1 and not form.who.data:
        attempts().count(counted[1])
    return found


def _name_token(form: SignInForm, candidate: Candidate) -> str:
    return signer().dated_token(PERSON, [candidate.person_id, identifier_of(form.identifier.data or "")[1]])


def _chosen(form: SignInForm, found: list[Candidate]) -> Candidate | None:
    """Who one says one is: the only one there is, or the one chosen among those who share a number."""
    if len(found) <= 1:
        return found[0] if found else None
    try:
        named = signer().read_dated(PERSON, form.who.data or "", seconds=CHOICE_SECONDS)
    except NotOurs:
        return None
    wanted = [identifier_of(form.identifier.data or "")[1]]
    return next((one for one in found if named == [one.person_id, *wanted]), None)


def _enter_somewhere(
    person_id: int, *, way: str, stay: bool, target: str | None, contact: str = "", proof: str = OWN
) -> Response:
    """After the proof: enter, or choose first among several organisations."""
    with platform().reading(None) as ctx:
        places = belongings(ctx, person_id, contact=contact)
    if len(places) == 1:
        return _enter(
            places[0].organisation_id, places[0].membership_id, way=way, stay=stay, target=target, proof=proof
        )
    if not places:
        raise NotFound
    cookie["pending"] = [person_id, contact, way, stay, target, proof, time.time()]
    return go("accounts.choose_organisation")


def _enter(
    organisation_id: int, membership_id: int, *, way: str, stay: bool, target: str | None = None, proof: str = LENT
) -> Response:
    """Sign someone in on this device."""
    session = web.session()
    session.info["organisation_id"] = organisation_id
    identity = platform().identify(session, organisation_id, membership_id, platform().clock())
    if not isinstance(identity, Identity):
        raise NotFound
    _leave_the_former()
    cookie.clear()
    cookie.permanent = stay
    cookie["language"], cookie["proof"], cookie["easy"] = identity.language, proof, identity.easy_reading
    entered = replace(identity, device=new_key())
    login_user(web.SignedIn(entered))
    web.forget_context()
    access.note_session(web.context(), way=way, device=entered.device, kind=kind_of(request.user_agent.string))
    return redirect(target if target and is_local(target) else "/", 303)


def _leave_the_former() -> None:
    """Whoever was signed in on this browser is so no more."""
    former = web.current_identity()
    if former is not None:
        leave_device(web.session(), membership_id=former.actor.membership_id, key=former.device)


# ---------------------------------------------------------------------------------------- among several organisations


@bp.get("/connexion/organisme")
@public
def choose_organisation() -> Page:
    """After the proof: in which organisation."""
    places = _places()
    return render("accounts/choose_organisation.html", places=places) if places else go("accounts.sign_in")


@bp.post("/connexion/organisme")
@public
def post_choose_organisation() -> Page:
    """Enter the chosen organisation."""
    chosen = next((one for one in _places() if one.key == request.form.get("place")), None)
    if chosen is None:
        return go("accounts.sign_in")
    _person, _contact, way, stay, target, proof, _at = cookie["pending"]
    return _enter(chosen.organisation_id, chosen.membership_id, way=way, stay=stay, target=target, proof=proof)


def _places() -> list[Belonging]:
    """Where the person who has just given their proof may enter."""
    pending = cookie.get("pending")
    if not pending or time.time() - pending[-1] > CHOICE_SECONDS:
        return []
    with platform().reading(None) as ctx:
        return belongings(ctx, pending[0], contact=pending[1])


# ------------------------------------------------------------------------------------------------- by a one-time link


@bp.get("/connexion/lien")
@public
def ask_link() -> Page:
    """Ask for a link."""
    return render("accounts/ask_link.html", has_sms=bool(platform().settings.sms_url), is_sent="envoye" in request.args)


@bp.post("/connexion/lien")
@public
def post_ask_link() -> Page:
    """Send a link to whom this e-mail or number means; the answer is the same when it means nobody."""
    kind, value = identifier_of(request.form.get("identifier", ""))
    check_attempts((LINKS_PER_ADDRESS, here()))
    attempts().count((LINKS_PER_ADDRESS, here()))
    if attempts().spend(LINKS_PER_IDENTIFIER, f"link {kind}:{value}") and (
        kind == EMAIL or platform().settings.sms_url
    ):
        _send_links(kind, value)
    return go("accounts.ask_link", envoye=1)


def _send_links(kind: str, value: str) -> None:
    with platform().reading(None) as ctx:
        places = [belongings(ctx, one.person_id, contact=value) for one in candidates(ctx, kind, value)[:MOST_LETTERS]]
    for place in [found[0] for found in places if found]:
        with platform().writing(place.organisation_id) as ctx:
            access.request_link(ctx, membership_id=place.membership_id, sent_to=value)


@bp.get("/connexion/lien/<token>")
@public
def link(token: str) -> Page:
    """A link, opened: one button, and only its post counts."""
    found = _link_of(token)
    if found is None or not access.is_open(found, platform().clock()):
        return _closed()
    return render("accounts/enter.html", action="accounts.post_link", values={"token": token})


@bp.post("/connexion/lien/<token>")
@public
def post_link(token: str) -> Page:
    """Enter by a link, once."""
    found, stay = _link_of(token), "stay" in request.form
    if found is None or not _spent(lambda: access.use_link(_there(found), link=found)):
        return _closed()
    if not found.sent_to:
        return _enter(found.organisation_id, found.membership_id, way="link", stay=stay)
    proof = OWN if "@" in found.sent_to else LENT
    return _enter_somewhere(_owner(found), way="link", stay=stay, target=None, contact=found.sent_to, proof=proof)


def _there(row: SignInLink | Invitation | AccessCard) -> Context:
    """The request's transaction, in the organisation that a way in belongs to."""
    return platform().context_in(web.session(), row.organisation_id)


def _owner(link: SignInLink) -> int:
    with platform().reading(link.organisation_id, link.membership_id) as ctx:
        return ctx.subject.person_id


def _link_of(token: str) -> SignInLink | None:
    try:
        key = signer().read(LINK, token)
    except NotOurs:
        return None
    with platform().reading(None) as ctx:
        return link_named(ctx, key)


def _spent(use: Callable[[], object]) -> bool:
    """Whether it opened; what is used up, revoked or too old does not."""
    try:
        use()
    except access.NoLongerOpens:
        return False
    return True


def _closed() -> Page:
    """The page of what no longer opens; who has just entered by it goes on."""
    return (
        render("accounts/closed.html", is_inside=web.current_identity() is not None),
        410,
    )


# ---------------------------------------------------------------------------------------------------------- by a card


@bp.get("/carte")
@public
def card() -> Page:
    """Type the code of a card."""
    return render("accounts/card.html", wrong="")


@bp.get("/carte/<code>")
@public
def scanned_card(code: str) -> Page:
    """A card, scanned: one button, and nobody's name."""
    return render("accounts/enter.html", action="accounts.post_card", values={}, code=typed_code(code))


@bp.post("/carte")
@public
def post_card() -> Page:
    """Enter by a card."""
    check_attempts((PER_ADDRESS, here()))
    with platform().reading(None) as ctx:
        found = card_with(ctx, signer().card_hash(typed_code(request.form.get("code", ""))))
    if found is None:
        attempts().count((PER_ADDRESS, here()))
        wrong = gettext("Ce code n'ouvre rien. Vérifiez-le, ou demandez une nouvelle carte à votre formateur.")
        return render("accounts/card.html", wrong=wrong), 401
    access.use_card(_there(found), card=found)
    return _enter(found.organisation_id, found.membership_id, way="card", stay="stay" in request.form)


# ---------------------------------------------------------------------------------------------------- by an invitation


@bp.get("/invitation/<token>")
@public
def invitation(token: str) -> Page:
    """An invitation, opened."""
    return _invitation_page(token, OwnPasswordForm())


@bp.post("/invitation/<token>")
@public
def post_invitation(token: str) -> Page:
    """Accept an invitation, with a password or without, and enter."""
    form = OwnPasswordForm()
    if form.new_password.data and not form.check():
        return _invitation_page(token, form)
    hashed = hash_password(form.new_password.data) if form.new_password.data else None
    found, stay = _invitation_of(token), "stay" in request.form
    if found is None or not _spent(lambda: _accept(found, hashed)):
        return _closed()
    return _enter(found.organisation_id, found.membership_id, way="invitation", stay=stay, proof=OWN)


def _accept(found: Invitation, password_hash: str | None) -> None:
    access.accept_invitation(_there(found), invitation=found, password_hash=password_hash)


def _invitation_page(token: str, form: OwnPasswordForm) -> Page:
    try:
        key = signer().read(INVITATION, token)
    except NotOurs:
        return _closed()
    with platform().reading(None) as ctx:
        found = invitation_named(ctx, key)
    if found is None or found[0].accepted_at is not None or found[0].expires_at <= platform().clock():
        return _closed()
    _row, member, person, organisation = found
    page = render(
        "accounts/invitation.html",
        token=token,
        name=member.given_name,
        organisation=organisation,
        needs_password=person.password_hash is None,
        errors=problems(form),
    )
    return (page, 400) if form.errors else page


def _invitation_of(token: str) -> Invitation | None:
    try:
        key = signer().read(INVITATION, token)
    except NotOurs:
        return None
    with platform().reading(None) as ctx:
        found = invitation_named(ctx, key)
    return found[0] if found else None
