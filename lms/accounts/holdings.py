"""What the accounts' tables hold on a person: said to them, and erased."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, select

from lms.accounts.models import (
    AccessCard,
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
from lms.kernel.rights import NotFound

ERASED_NAME = mark("Personne effacée")


def held_on(ctx: Context, membership_id: int) -> PersonalData:
    """Everything, as rows that the person can read."""
    membership = ctx.session.get(Membership, membership_id)
    if membership is None:
        raise NotFound
    rows = [*_about(ctx, membership), *_roles(ctx, membership), *_ways_in(ctx, membership), *_consent(ctx, membership)]
    return PersonalData(gettext("Votre compte"), [{what: value} for what, value in rows if value])


def _about(ctx: Context, membership: Membership) -> Iterator[tuple[str, object]]:
    person = ctx.session.get_one(Person, membership.person_id)
    yield gettext("Prénom"), membership.given_name
    yield gettext("Nom"), membership.family_name
    yield gettext("E-mail"), membership.email
    yield gettext("Téléphone"), membership.phone
    yield gettext("Compte ouvert le"), membership.created_at
    yield gettext("État du compte"), gettext(STATUS_NAMES[membership.status])
    yield gettext("Langue"), LANGUAGES.get(person.language, person.language)
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


def _consent(ctx: Context, membership: Membership) -> Iterator[tuple[str, object]]:
    query = select(TermsAcceptance).where(TermsAcceptance.membership_id == membership.id)
    for row in ctx.session.scalars(query.order_by(TermsAcceptance.version)):
        yield gettext("Conditions acceptées, version %(version)s") % {"version": row.version}, row.accepted_at


def erase(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Erase what these retention classes hold. The pseudonym stays where proofs name it, and no longer leads to anyone."""
    membership = ctx.session.get(Membership, membership_id)
    if membership is None:
        return
    if "technical" in classes:
        ctx.session.execute(delete(SignInLink).where(SignInLink.membership_id == membership_id))
    if "account" in classes:
        for model in (AccessCard, Invitation):
            ctx.session.execute(delete(model).where(model.membership_id == membership_id))
        _erase_credentials(ctx, membership)
        membership.given_name, membership.family_name = ERASED_NAME, ""
        membership.sort_name, membership.email, membership.phone = "", "", ""
        membership.status = "ended"
    if "trail" in classes:
        for trail in (TermsAcceptance, GrantRow):
            ctx.session.execute(delete(trail).where(trail.membership_id == membership_id))


def _erase_credentials(ctx: Context, membership: Membership) -> None:
    """The person's own ways in, unless another organisation knows them too."""
    with ctx.across("erase an account: is the person known elsewhere"):
        known = select(Membership.id).where(Membership.person_id == membership.person_id, Membership.status != "ended")
        elsewhere = set(ctx.session.scalars(known)) - {membership.id}
    if elsewhere:
        return
    ctx.session.execute(delete(Identifier).where(Identifier.person_id == membership.person_id))
    person = ctx.session.get_one(Person, membership.person_id)
    person.password_hash = None
    person.epoch += 1
