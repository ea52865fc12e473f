"""What the accounts' tables hold on a person: said to them, and erased."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, or_, select, update

from lms.accounts.devices import kind_in_words
from lms.accounts.downloads import forget_downloads
from lms.accounts.models import (
    AccessCard,
    ContactChange,
    Device,
    Erasure,
    GrantRow,
    Identifier,
    Invitation,
    Membership,
    Person,
    SignInLink,
    TermsAcceptance,
)
from lms.accounts.names import STATUS_NAMES
from lms.accounts.roles import SCOPE_NAMES, role_name
from lms.contract.types import PersonalData, Scope
from lms.kernel.context import Context
from lms.kernel.i18n import LANGUAGES, gettext, mark
from lms.kernel.jobs import JobRow
from lms.kernel.preferences import forget_preferences, own_preferences
from lms.kernel.rights import NotFound

ERASED_NAME = mark("Personne effacée")


def held_on(ctx: Context, membership_id: int) -> PersonalData:
    """Everything, as rows that the person can read."""
    membership = ctx.session.get(Membership, membership_id)
    if membership is None:
        raise NotFound
    parts = (_about, _roles, _ways_in, _devices, _consent, _asked)
    rows = [row for part in parts for row in part(ctx, membership)]
    return PersonalData(gettext("Votre compte"), [{what: value} for what, value in rows if value])


def _about(ctx: Context, membership: Membership) -> Iterator[tuple[str, object]]:
    person = ctx.session.get_one(Person, membership.person_id)
    yield gettext("Prénom"), membership.given_name
    yield gettext("Nom"), membership.family_name
    yield gettext("Nom d'avant"), membership.former_name
    yield gettext("Nom changé le"), membership.renamed_at
    yield gettext("E-mail"), membership.email
    yield gettext("Téléphone"), membership.phone
    yield gettext("Compte ouvert le"), membership.created_at
    yield gettext("État du compte"), gettext(STATUS_NAMES[membership.status])
    yield gettext("Langue"), LANGUAGES.get(person.language, person.language)
    yield gettext("Lecture facile"), person.easy_reading
    for title, value in own_preferences(ctx, membership.id):
        yield gettext(title), gettext(value)
    yield gettext("Numéro qui remplace votre nom"), membership.uuid
    yield gettext("Mot de passe"), gettext("choisi (nous ne pouvons pas le lire)") if person.password_hash else ""
    query = select(Identifier).where(Identifier.person_id == person.id).order_by(Identifier.id)
    for identifier in ctx.session.scalars(query):
        yield gettext("Pour se connecter"), identifier.value
        if identifier.verified_at:
            yield gettext("Vérifié le"), identifier.verified_at


def _roles(ctx: Context, membership: Membership) -> Iterator[tuple[str, object]]:
    query = select(GrantRow).where(GrantRow.membership_id == membership.id).order_by(GrantRow.id)
    for row in ctx.session.scalars(query):
        where = gettext(SCOPE_NAMES[Scope(row.scope)])
        yield gettext("Rôle"), f"{role_name(row.role)}, {where}"
        yield gettext("Rôle donné le"), row.starts_at
        if row.ends_at:
            yield gettext("Rôle terminé le"), row.ends_at


def _ways_in(ctx: Context, membership: Membership) -> Iterator[tuple[str, object]]:
    for invitation in ctx.session.scalars(
        select(Invitation).where(Invitation.membership_id == membership.id).order_by(Invitation.id)
    ):
        yield gettext("Invitation envoyée à %(address)s") % {"address": invitation.sent_to}, invitation.created_at
        if invitation.accepted_at:
            yield gettext("Invitation acceptée le"), invitation.accepted_at
    for link in ctx.session.scalars(
        select(SignInLink).where(SignInLink.membership_id == membership.id).order_by(SignInLink.id)
    ):
        yield gettext("Lien pour entrer, fait le"), link.created_at
        if link.used_at:
            yield gettext("Lien utilisé le"), link.used_at
    for card in ctx.session.scalars(
        select(AccessCard).where(AccessCard.membership_id == membership.id).order_by(AccessCard.id)
    ):
        yield gettext("Carte d'accès faite le"), card.created_at
        if card.last_used_at:
            yield gettext("Carte utilisée la dernière fois le"), card.last_used_at
        if card.revoked_at:
            yield gettext("Carte annulée le"), card.revoked_at


def _devices(ctx: Context, membership: Membership) -> Iterator[tuple[str, object]]:
    query = select(Device).where(Device.membership_id == membership.id).order_by(Device.id)
    for device in ctx.session.scalars(query):
        yield gettext("Appareil connecté"), kind_in_words(device.kind)
        yield gettext("Connecté le"), device.opened_at
        yield gettext("Utilisé la dernière fois le"), device.used_at


def _asked(ctx: Context, membership: Membership) -> Iterator[tuple[str, object]]:
    changes = select(ContactChange).where(ContactChange.membership_id == membership.id).order_by(ContactChange.id)
    for change in ctx.session.scalars(changes):
        yield gettext("Nouveau contact demandé : %(value)s") % {"value": change.value}, change.asked_at
        yield gettext("Contact d'avant"), change.old_value
        yield gettext("Contact confirmé le"), change.confirmed_at
    for asked in ctx.session.scalars(select(Erasure).where(Erasure.membership_id == membership.id)):
        yield gettext("Effacement demandé le"), asked.asked_at
        yield gettext("Demande retirée le"), asked.withdrawn_at
        yield gettext("Effacement confirmé par l'association le"), asked.confirmed_at


def _consent(ctx: Context, membership: Membership) -> Iterator[tuple[str, object]]:
    query = select(TermsAcceptance).where(TermsAcceptance.membership_id == membership.id)
    for row in ctx.session.scalars(query.order_by(TermsAcceptance.version)):
        yield gettext("Conditions acceptées, version %(version)s") % {"version": row.version}, row.accepted_at


def erase(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Erase what these retention classes hold. The pseudonym stays where proofs name it, and no longer leads to anyone.

    The kernel's own tables about people (preferences, long work) are answered for here.
    """
    membership = ctx.session.get(Membership, membership_id)
    if membership is None:
        return
    if "settings" in classes:
        forget_preferences(ctx, membership_id)
    if "technical" in classes:
        forget_downloads(ctx, owner_id=membership_id)
        ctx.session.execute(delete(JobRow).where(JobRow.owner_id == membership_id, JobRow.ended_at.is_not(None)))
        for technical in (SignInLink, Device):
            ctx.session.execute(delete(technical).where(technical.membership_id == membership_id))
    if "account" in classes:
        _erase_account(ctx, membership)
    if "trail" in classes:
        for trail in (TermsAcceptance, GrantRow):
            ctx.session.execute(delete(trail).where(trail.membership_id == membership_id))


def _erase_account(ctx: Context, membership: Membership) -> None:
    """Names, contacts, ways in; roles end, since nobody can hold them any more."""
    for model in (AccessCard, Invitation, ContactChange, Device):
        ctx.session.execute(delete(model).where(model.membership_id == membership.id))
    ctx.session.execute(
        update(GrantRow)
        .where(GrantRow.membership_id == membership.id, or_(GrantRow.ends_at.is_(None), GrantRow.ends_at > ctx.now))
        .values(ends_at=ctx.now)
    )
    _erase_credentials(ctx, membership)
    membership.given_name, membership.family_name = ERASED_NAME, ""
    membership.sort_name, membership.email, membership.phone = "", "", ""
    membership.former_name, membership.renamed_at = "", None
    membership.status, membership.erased_at = "ended", ctx.now
    ctx.session.flush()


def _erase_credentials(ctx: Context, membership: Membership) -> None:
    """The person's own ways in. Where another organisation knows them too, theirs stay, and this membership leads nowhere."""
    with ctx.across("erase an account: is the person known elsewhere"):
        known = select(Membership.id).where(Membership.person_id == membership.person_id, Membership.status != "ended")
        elsewhere = set(ctx.session.scalars(known)) - {membership.id}
    if elsewhere:
        nobody = Person(language=ctx.here.language)
        ctx.session.add(nobody)
        ctx.session.flush()
        membership.person_id = nobody.id
        return
    ctx.session.execute(delete(Identifier).where(Identifier.person_id == membership.person_id))
    person = ctx.session.get_one(Person, membership.person_id)
    person.password_hash = None
    person.epoch += 1
