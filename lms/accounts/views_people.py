"""Staff pages: people, invitations, roles, ways in that are lent."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, Response, redirect, request, url_for
from markupsafe import Markup

from lms.accounts import access, operations
from lms.accounts.contacts import readable_phone
from lms.accounts.data import PeoplePage, PersonInfo
from lms.accounts.forms import (
    ContactForm,
    GrantForm,
    InvitationForm,
    Problems,
    own_address,
    page_number,
    problems,
    role_choices,
    signer,
    uploaded,
)
from lms.accounts.grants import givable_roles, is_only_followed, may_open_for, require_everywhere
from lms.accounts.lists import invitations_sheet, people_sheet
from lms.accounts.models import Membership
from lms.accounts.names import STATUS_NAMES
from lms.accounts.operations import Refused
from lms.accounts.permissions import INVITE, LEND_ACCESS, READ_PEOPLE, SEE_AS, WRITE_PEOPLE, WRITE_ROLES
from lms.accounts.queries import (
    FILTERS,
    cards_of,
    everyone,
    grants_of,
    latest_invitation,
    membership,
    memberships,
    people_for_cards,
    people_page,
    shown_link,
)
from lms.accounts.roles import role_name
from lms.accounts.roster import RosterLine, UnreadableRoster, read_roster
from lms.accounts.signing import LINK, ROSTER, NotOurs, grouped
from lms.accounts.views import Page
from lms.contract.types import Role
from lms.kernel import seeing, web
from lms.kernel.context import Context
from lms.kernel.downloading import send_sheet
from lms.kernel.i18n import gettext, ngettext
from lms.kernel.rights import NotFound
from lms.kernel.web import flash, go, guarded, render, signed_in

bp = Blueprint("people", __name__)
ROSTER_SECONDS = 4 * 60 * 60
MOST_CARDS = 200


@bp.get("/personnes")
@guarded(READ_PEOPLE)
def people(ctx: Context) -> Page:
    """The people of the organisation, by name."""
    search, state = request.args.get("q", ""), request.args.get("etat", "")
    found = people_page(ctx, search=search, state=state, number=page_number())
    return render(
        "accounts/people.html", page=found, pager=_pager(found, "people.people"), search=search, state=state,
        filters=FILTERS, statuses=STATUS_NAMES, role_name=role_name, phone=readable_phone,
    )  # fmt: skip


@bp.get("/personnes/liste.<form>")
@guarded(READ_PEOPLE)
def people_file(ctx: Context, form: str) -> Response:
    """The people of the list, whole, for a spreadsheet."""
    found = everyone(ctx, search=request.args.get("q", ""), state=request.args.get("etat", ""))
    return send_sheet(people_sheet(ctx, found), form)


@bp.get("/personnes/invitations.<form>")
@guarded(READ_PEOPLE)
def invitations_file(ctx: Context, form: str) -> Response:
    """Every invitation, with what became of it."""
    return send_sheet(invitations_sheet(ctx), form)


def _pager(page: PeoplePage, endpoint: str) -> dict[str, object]:
    number, pages = page.number, page.pages
    kept: dict[str, Any] = {name: request.args[name] for name in ("q", "etat") if request.args.get(name)}
    return {
        "number": number,
        "pages": pages,
        "previous_url": url_for(endpoint, page=number - 1, **kept) if number > 1 else None,
        "next_url": url_for(endpoint, page=number + 1, **kept) if number < pages else None,
    }


# --------------------------------------------------------------------------------------------------------- inviting


@bp.get("/personnes/inviter")
@guarded(INVITE)
def invite(ctx: Context) -> Page:
    """Invite one person."""
    require_everywhere(ctx, INVITE)
    return _invite_page(InvitationForm().offer(givable_roles(ctx)))


@bp.post("/personnes/inviter")
@guarded(INVITE)
def post_invite(ctx: Context) -> Page:
    """Invite one person, once."""
    form = InvitationForm().offer(givable_roles(ctx))
    if not form.validate():
        return _invite_page(form), 400
    if not access.is_first_time(ctx, request.form.get("intent", "")):
        return go("people.people")
    invited = operations.invite(ctx, line=form.line())
    _say_invited(invited)
    return go("people.person", key=invited.membership.key)


def _invite_page(form: InvitationForm) -> str:
    return render("accounts/invite.html", form=form, errors=problems(form))


def _say_invited(invited: operations.Invited) -> None:
    name = invited.membership.name
    if not invited.is_new:
        flash(gettext("%(name)s est déjà dans votre organisme.") % {"name": name}, "warn")
    elif invited.is_mailed:
        flash(gettext("L'invitation de %(name)s part par e-mail.") % {"name": name})
    else:
        flash(gettext("%(name)s peut entrer : imprimez sa carte.") % {"name": name})


@bp.get("/personnes/fichier")
@guarded(INVITE)
def roster(ctx: Context) -> Page:
    """Choose a file of people."""
    require_everywhere(ctx, INVITE)
    return _roster_page(ctx)


@bp.post("/personnes/fichier")
@guarded(INVITE)
def post_roster(ctx: Context) -> Page:
    """Show what a file would do; nothing is written."""
    roles, me = givable_roles(ctx), ctx.subject.membership_id
    web.end_transaction()
    try:
        lines = read_roster(uploaded("file"), roles=roles)
    except UnreadableRoster as wrong:
        return _roster_page(web.context(), gettext(str(wrong))), 400
    right = [line for line in lines if not line.errors]
    token = signer().dated_token(ROSTER, [me, [line.data() for line in right]])
    return render("accounts/roster_preview.html", lines=lines, right=right, token=token, role_name=role_name)


def _roster_page(ctx: Context, wrong: str = "") -> str:
    return render("accounts/roster.html", wrong=wrong, roles=[name for _, name in role_choices(givable_roles(ctx))])


@bp.post("/personnes/fichier/envoyer")
@guarded(INVITE)
def post_roster_lines(ctx: Context) -> Page:
    """Invite the people of a file that was shown, once."""
    lines = _signed_lines(ctx)
    if lines is None:
        return _roster_page(ctx, gettext("Cette liste est trop vieille : choisissez le fichier encore une fois.")), 400
    if access.is_first_time(ctx, request.form.get("intent", "")):
        _say_many(operations.invite_many(ctx, lines=lines))
    return go("people.people")


def _signed_lines(ctx: Context) -> list[RosterLine] | None:
    """The lines as we showed them, to the same person."""
    try:
        owner, lines = signer().read_dated(ROSTER, request.form.get("lines", ""), seconds=ROSTER_SECONDS)
    except NotOurs:
        return None
    return [RosterLine(**line) for line in lines] if owner == ctx.subject.membership_id else None


def _say_many(invited: list[operations.Invited]) -> None:
    mailed = sum(one.is_mailed for one in invited)
    carded = sum(one.is_new and not one.is_mailed for one in invited)
    known = sum(not one.is_new for one in invited)
    if mailed:
        flash(
            ngettext("%(num)s invitation part par e-mail.", "%(num)s invitations partent par e-mail.", mailed)
            % {"num": mailed}
        )
    if carded:
        flash(ngettext("%(num)s personne sans e-mail : imprimez sa carte.", "%(num)s personnes sans e-mail : imprimez leurs cartes.", carded) % {"num": carded})  # fmt: skip
    if known:
        flash(
            ngettext("%(num)s personne était déjà là.", "%(num)s personnes étaient déjà là.", known) % {"num": known},
            "warn",
        )


# -------------------------------------------------------------------------------------------------------- one person


@bp.get("/personnes/<key>")
@guarded(READ_PEOPLE)
def person(ctx: Context, key: str) -> Page:
    """What the organisation knows of someone."""
    return _person_page(ctx, membership(ctx, key), GrantForm())


def _person_page(ctx: Context, member: Membership, form: GrantForm) -> str:
    subject = PersonInfo(member.id, member.key, member.uuid, member.name, member.sort_name)
    grants = grants_of(ctx, member.id)
    return render(
        "accounts/person.html",
        person=member,
        phone=readable_phone(member.phone),
        status=gettext(STATUS_NAMES[member.status]),
        grants=grants,
        givable=givable_roles(ctx) if ctx.holds(WRITE_ROLES, member) else frozenset(),
        form=form.offer(givable_roles(ctx)),
        errors=problems(form),
        cards=cards_of(ctx, member.id),
        invitation=latest_invitation(ctx, member.id) if member.status == "invited" else None,
        may_lend=member.status == "active"
        and ctx.holds(LEND_ACCESS, member)
        and may_open_for(ctx, LEND_ACCESS, member.id),
        may_see_as=ctx.holds(SEE_AS, member) and is_only_followed({one.role for one in grants if not one.is_over}),
        may_write=ctx.holds(WRITE_PEOPLE, member) and may_open_for(ctx, WRITE_PEOPLE, member.id),
        may_invite=ctx.holds_everywhere(INVITE),
        panels=[Markup(piece) for piece in ctx.registry.panels_at("person", ctx, subject)],  # noqa: S704 - panels give safe HTML
        role_name=role_name,
    )


@bp.post("/personnes/<key>/voir-comme")
@guarded(SEE_AS)
def post_seeing(ctx: Context, key: str) -> Page:
    """See the pages of learning as this person sees them, for half an hour."""
    shown = access.see_as(ctx, membership=membership(ctx, key, right=SEE_AS))
    seeing.begin(ctx.subject, shown, now=ctx.now)
    return redirect("/", 303)


@bp.post("/voir-comme/fin")
@signed_in
def post_seeing_end(ctx: Context) -> Page:
    """Back to one's own pages."""
    seeing.end()
    return redirect("/", 303)


@bp.get("/personnes/<key>/modifier")
@guarded(WRITE_PEOPLE)
def edit(ctx: Context, key: str) -> Page:
    """Correct a name or a contact."""
    member = membership(ctx, key, right=WRITE_PEOPLE)
    return render("accounts/edit_person.html", person=member, form=ContactForm(obj=member), errors=Problems())


@bp.post("/personnes/<key>/modifier")
@guarded(WRITE_PEOPLE)
def post_edit(ctx: Context, key: str) -> Page:
    """Write the correction."""
    member, form = membership(ctx, key, right=WRITE_PEOPLE), ContactForm()
    if not form.validate():
        return render("accounts/edit_person.html", person=member, form=form, errors=problems(form)), 400
    try:
        operations.change_person(ctx, membership=member, **form.data)
        flash(gettext("C'est enregistré."))
    except Refused as refused:
        flash(gettext(str(refused)), "bad")
    return go("people.person", key=key)


@bp.post("/personnes/<key>/etat")
@guarded(WRITE_PEOPLE)
def post_state(ctx: Context, key: str) -> Page:
    """Close or open someone's account here."""
    change = operations.reopen_membership if request.form.get("state") == "active" else operations.end_membership
    try:
        change(ctx, membership=membership(ctx, key, right=WRITE_PEOPLE))
        flash(gettext("C'est enregistré."))
    except Refused as refused:
        flash(gettext(str(refused)), "bad")
    return go("people.person", key=key)


@bp.post("/personnes/<key>/invitation")
@guarded(INVITE)
def post_invite_again(ctx: Context, key: str) -> Page:
    """Send the invitation again."""
    try:
        if access.is_first_time(ctx, request.form.get("intent", "")):
            operations.invite_again(ctx, membership=membership(ctx, key))
        flash(gettext("Une nouvelle invitation part par e-mail."))
    except Refused as refused:
        flash(gettext(str(refused)), "warn")
    return go("people.person", key=key)


# -------------------------------------------------------------------------------------------------------------- roles


@bp.post("/personnes/<key>/roles")
@guarded(WRITE_ROLES)
def post_role(ctx: Context, key: str) -> Page:
    """Give a role."""
    member, form = membership(ctx, key, right=WRITE_ROLES), GrantForm().offer(givable_roles(ctx))
    if not form.validate():
        return _person_page(ctx, member, form), 400
    starts, ends = form.bounds(ctx.here.timezone, ctx.now)
    try:
        operations.give_role(ctx, membership=member, role=Role(form.role.data), starts_at=starts, ends_at=ends)
        flash(gettext("Le rôle est donné."))
    except Refused as refused:
        flash(gettext(str(refused)), "bad")
    return go("people.person", key=key)


@bp.post("/personnes/<key>/roles/<grant>/fin")
@guarded(WRITE_ROLES)
def post_role_end(ctx: Context, key: str, grant: str) -> Page:
    """Take a role back."""
    try:
        operations.take_role_back(ctx, membership=membership(ctx, key, right=WRITE_ROLES), key=grant)
        flash(gettext("Le rôle est retiré."))
    except Refused as refused:
        flash(gettext(str(refused)), "bad")
    return go("people.person", key=key)


# ------------------------------------------------------------------------------------------------- ways in that are lent


@bp.get("/personnes/cartes")
@guarded(LEND_ACCESS)
def cards(ctx: Context) -> Page:
    """Choose for whom to print cards."""
    search = request.args.get("q", "")
    found = people_for_cards(ctx, search=search, number=page_number())
    return render("accounts/cards.html", page=found, pager=_pager(found, "people.cards"), search=search)


@bp.post("/personnes/cartes")
@guarded(LEND_ACCESS)
def post_cards(ctx: Context) -> Page:
    """Make cards and show the sheet to print, this once."""
    chosen = memberships(ctx, request.form.getlist("person")[:MOST_CARDS], right=LEND_ACCESS)
    intent = request.form.get("intent", "")
    if not chosen or not intent:
        flash(gettext("Choisissez au moins une personne."), "warn")
        return go("people.cards")
    made = access.print_cards(ctx, memberships=chosen, signer=signer(), intent=intent)
    ctx.session.commit()  # drawing takes its time
    sheet = [(one.name, grouped(code), _qr(f"/carte/{code}")) for one, code in made]
    return render("accounts/cards_sheet.html", sheet=sheet, address=own_address())


@bp.post("/personnes/<key>/cartes/<card>/annuler")
@guarded(LEND_ACCESS)
def post_card_end(ctx: Context, key: str, card: str) -> Page:
    """Revoke a card that was lost."""
    access.revoke_card(ctx, membership=membership(ctx, key, right=LEND_ACCESS), key=card)
    flash(gettext("La carte est annulée : elle n'ouvre plus rien."))
    return go("people.person", key=key)


@bp.post("/personnes/<key>/lien")
@guarded(LEND_ACCESS)
def post_link(ctx: Context, key: str) -> Page:
    """Make a link to show someone who is there."""
    try:
        made = access.show_link(ctx, membership=membership(ctx, key, right=LEND_ACCESS))
    except access.NoLongerOpens:
        raise NotFound from None
    return go("people.link", key=key, name=made.key)


@bp.get("/personnes/<key>/lien/<name>")
@guarded(LEND_ACCESS)
def link(ctx: Context, key: str, name: str) -> Page:
    """A link as a QR code and as text, while it opens."""
    member = membership(ctx, key, right=LEND_ACCESS)
    found = shown_link(ctx, name, membership_id=member.id)
    if not may_open_for(ctx, LEND_ACCESS, member.id):
        raise NotFound
    path = f"/connexion/lien/{signer().token(LINK, found.key)}"
    is_open = access.is_open(found, ctx.now)
    return render(
        "accounts/link.html", person=member, link=found, is_open=is_open, address=own_address() + path, qr=_qr(path)
    )


def _qr(path: str) -> str:
    """A QR code of one of our addresses, as the address of a picture."""
    return str(segno.make(own_address() + path, error="m", micro=False).svg_data_uri(scale=4, border=2, light="#fff"))
