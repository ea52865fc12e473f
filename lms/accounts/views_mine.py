"""What is the person's own: who sees what of them, their devices, name and contacts, all their data, and leaving for good."""

from __future__ import annotations

from flask import request, url_for
from flask import session as cookie

from lms.accounts import access
from lms.accounts.attempts import PER_IDENTIFIER
from lms.accounts.contacts import EMAIL, PHONE, readable_phone
from lms.accounts.devices import close_device, own_devices
from lms.accounts.downloads import latest_download, start_download
from lms.accounts.erasing import ANSWER_WITHIN, REFLECTION, ask_erasure, open_erasure, term, withdraw_erasure
from lms.accounts.forms import (
    OwnEmailForm,
    OwnNameForm,
    OwnPhoneForm,
    Problems,
    attempts,
    check_attempts,
    problems,
    signer,
)
from lms.accounts.keeping import KEPT
from lms.accounts.leading import Refused
from lms.accounts.onlookers import onlookers, recent_looks
from lms.accounts.own_contacts import ask_contact, change_own_name, confirm_contact, own_membership, waiting_contact
from lms.accounts.passwords import is_password
from lms.accounts.queries import has_password
from lms.accounts.views import Page
from lms.accounts.views_own import bp, leave, this_device
from lms.kernel import web
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.job_pages import has_file, shown
from lms.kernel.jobs import RESULT_LIVES
from lms.kernel.rights import NotFound
from lms.kernel.web import flash, go, platform, render, signed_in

__all__ = ["bp"]
OwnContactForm = OwnEmailForm | OwnPhoneForm
_FORMS: dict[str, type[OwnContactForm]] = {EMAIL: OwnEmailForm, PHONE: OwnPhoneForm}


@bp.get("/moi/qui-voit")
@signed_in
def who_sees(ctx: Context) -> Page:
    """Who sees what of me."""
    return render("accounts/who_sees.html", onlookers=onlookers(ctx), looks=recent_looks(ctx))


# ------------------------------------------------------------------------------------------------------------ reading


@bp.post("/moi/lecture")
@signed_in
def post_reading(ctx: Context) -> Page:
    """Larger text, more space, no motion; or as for everyone."""
    easy = request.form.get("easy") == "1"
    access.change_reading(ctx, easy=easy)
    cookie["easy"] = easy
    flash(gettext("C'est enregistré."))
    return go("accounts.me")


# ------------------------------------------------------------------------------------------------------------ devices


@bp.get("/moi/appareils")
@signed_in
def devices(ctx: Context) -> Page:
    """Where one is signed in."""
    return render("accounts/devices.html", devices=own_devices(ctx, this_one=this_device()))


@bp.post("/moi/appareils/<key>/fermer")
@signed_in
def post_device_end(ctx: Context, key: str) -> Page:
    """Sign out on one device; on this one, leave."""
    close_device(ctx, key=key)
    if key == this_device():
        leave(ctx.language)
        return go("accounts.sign_in")
    flash(gettext("Cet appareil est fermé : il faudra s'y connecter de nouveau."))
    return go("accounts.devices")


# --------------------------------------------------------------------------------------------------- name and contacts


@bp.get("/moi/nom")
@signed_in
def own_name(ctx: Context) -> Page:
    """Change one's name."""
    return render("accounts/own_name.html", form=OwnNameForm(obj=own_membership(ctx)), errors=Problems())


@bp.post("/moi/nom")
@signed_in
def post_own_name(ctx: Context) -> Page:
    """Write one's new name."""
    form = OwnNameForm()
    if not form.validate():
        return render("accounts/own_name.html", form=form, errors=problems(form)), 400
    if change_own_name(ctx, given_name=form.given_name.data or "", family_name=form.family_name.data or ""):
        flash(gettext("Votre nom est changé. Vos formateurs le voient. Les documents déjà faits gardent l'ancien."))
    return go("accounts.me")


@bp.get("/moi/contact/<kind>")
@signed_in
def own_contact(ctx: Context, kind: str) -> Page:
    """Ask for another e-mail or number."""
    if kind not in _FORMS:
        raise NotFound
    return _contact_page(ctx, kind, Problems())


@bp.post("/moi/contact/<kind>")
@signed_in
def post_own_contact(ctx: Context, kind: str) -> Page:
    """Have a code sent there."""
    if not _may_ask(kind):
        raise NotFound
    form = _FORMS[kind]()
    wrong = _wrong_contact(ctx, form)
    if wrong:
        return _contact_page(web.context(), kind, wrong), 400
    return _asked(web.context(), kind, form.value.data or "")


def _may_ask(kind: str) -> bool:
    """A number is confirmed by a text message: not where the operator has set none."""
    return kind == EMAIL or (kind == PHONE and bool(platform().settings.sms_url))


def _asked(ctx: Context, kind: str, value: str) -> Page:
    try:
        ask_contact(ctx, kind=kind, value=value)
    except Refused as refused:
        flash(gettext(str(refused)), "bad")
        return go("accounts.own_contact", kind=kind)
    return go("accounts.contact_code")


def _contact_page(ctx: Context, kind: str, errors: Problems) -> str:
    member = own_membership(ctx)
    return render(
        "accounts/own_contact.html",
        kind=kind,
        present=member.email if kind == EMAIL else readable_phone(member.phone),
        typed=request.form.get("value", ""),
        has_password=has_password(ctx, ctx.subject.membership_id),
        may_ask=_may_ask(kind),
        errors=errors,
    )


def _wrong_contact(ctx: Context, form: OwnContactForm) -> Problems:
    """What is wrong, once the transaction has been given back: a hash takes its time."""
    stored = access.person(ctx).password_hash
    counted = (PER_IDENTIFIER, f"own {ctx.subject.person_id}")
    web.end_transaction()
    if not form.validate():
        return problems(form)
    check_attempts(counted)
    if stored is not None and not is_password(form.password.data or "", stored):
        attempts().count(counted)
        return Problems(password=gettext("Ce n'est pas votre mot de passe actuel."))
    return Problems()


@bp.get("/moi/contact/code")
@signed_in
def contact_code(ctx: Context) -> Page:
    """Type the code; a link in the letter brings it along, and only the button counts."""
    row = waiting_contact(ctx)
    if row is None:
        return go("accounts.me")
    value = row.value if row.kind == EMAIL else readable_phone(row.value)
    return render("accounts/contact_code.html", value=value, kind=row.kind, code=request.args.get("code", "")[:20])


@bp.post("/moi/contact/code")
@signed_in
def post_contact_code(ctx: Context) -> Page:
    """The code has come back; a wrong one is counted, so it is written too."""
    wrong = confirm_contact(ctx, code=request.form.get("code", ""), signer=signer())
    flash(gettext(wrong), "bad") if wrong else flash(
        gettext("C'est fait : nous utilisons ce contact à partir de maintenant.")
    )
    return go("accounts.contact_code" if wrong else "accounts.me")


# ------------------------------------------------------------------------------------------------------ all one's data


@bp.get("/moi/donnees/tout")
@signed_in
def all_data(ctx: Context) -> Page:
    """All one's data as one file: ask for it, see where it stands, fetch it."""
    row = latest_download(ctx)
    return render(
        "accounts/all_data.html",
        job=shown(ctx, row) if row else None,
        poll_url=url_for("jobs.state", key=row.key) if row else "",
        fetch_url=url_for("jobs.result", key=row.key) if row and has_file(ctx, row) else "",
        gone_at=row.ended_at + RESULT_LIVES if row and row.ended_at else None,
    )


@bp.post("/moi/donnees/tout")
@signed_in
def post_all_data(ctx: Context) -> Page:
    """Have it prepared."""
    try:
        start_download(ctx, page=url_for("accounts.all_data"))
    except Refused as refused:
        flash(gettext(str(refused)), "warn")
    return go("accounts.all_data")


# ------------------------------------------------------------------------------------------------------------- erasure


@bp.get("/moi/effacer")
@signed_in
def erasure(ctx: Context) -> Page:
    """What would go, what the law keeps and until when; and what has been asked."""
    return _erasure_page(ctx, Problems())


@bp.post("/moi/effacer")
@signed_in
def post_erasure(ctx: Context) -> Page:
    """Ask to be erased: a box to tick, then the button."""
    if request.form.get("sure") != "1":
        return _erasure_page(ctx, Problems(sure=gettext("Cochez la case si vous êtes sûr."))), 400
    try:
        ask_erasure(ctx)
    except Refused as refused:
        flash(gettext(str(refused)), "bad")
    return go("accounts.erasure")


@bp.post("/moi/effacer/retirer")
@signed_in
def post_erasure_end(ctx: Context) -> Page:
    """Change one's mind."""
    try:
        withdraw_erasure(ctx)
        flash(gettext("Votre demande est retirée. Rien n'est effacé."))
    except Refused as refused:
        flash(gettext(str(refused)), "bad")
    return go("accounts.erasure")


def _erasure_page(ctx: Context, errors: Problems) -> str:
    return render(
        "accounts/erasure.html",
        asked=open_erasure(ctx),
        law_keeps=[(gettext(one.what), gettext(one.law)) for one in KEPT.values()],
        kept_until=term(ctx, ctx.now + REFLECTION),
        days=REFLECTION.days,
        answer_days=ANSWER_WITHIN.days,
        errors=errors,
    )
