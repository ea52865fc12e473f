"""Writes on people, invitations and roles. Ways in stand in `access`, the terms in `consent`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from lms.accounts.events import (
    MembershipEnded,
    MembershipReopened,
    PersonAdded,
    PersonChanged,
    PersonInvited,
    RoleEnded,
    RoleGranted,
)
from lms.accounts.grants import (
    givable_roles,
    is_in_force,
    require_everywhere,
    require_over,
)
from lms.accounts.identifiers import EmailTaken, is_email_taken_here, looking_again, people_with, replace_identifier
from lms.accounts.leading import Refused, keep_a_leader, keep_a_leader_without, leading
from lms.accounts.models import GrantRow, Identifier, Invitation, Membership, Person
from lms.accounts.names import sort_name_of
from lms.accounts.permissions import (
    INVITE,
    WRITE_PEOPLE,
    WRITE_ROLES,
)
from lms.accounts.roles import USUAL_SCOPE
from lms.accounts.roster import RosterLine
from lms.contract.types import Role, Scope
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.rights import Forbidden, NotFound

__all__ = [
    "INVITATION_LIVES",
    "Invited",
    "Refused",
    "change_person",
    "end_grant",
    "end_membership",
    "ensure_person",
    "give_role",
    "grant_role",
    "invite",
    "invite_again",
    "invite_many",
    "reopen_membership",
    "take_role_back",
]
INVITATION_LIVES = timedelta(days=30)
TAKEN_HERE = mark("Quelqu'un de votre organisme a déjà cet e-mail.")


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of an invitation."""

    membership: Membership
    is_new: bool
    is_mailed: bool


def ensure_person(
    ctx: Context,
    *,
    given_name: str,
    family_name: str = "",
    email: str = "",
    phone: str = "",
    password_hash: str | None = None,
    status: str = "active",
    language: str = "fr",
) -> Membership:
    """A membership for someone, on the person that this e-mail already names, else on a new one.

    The caller has checked the right. `phone` is in E.164. A phone number alone never joins two people: it may be shared.
    """

    def join() -> Membership:
        known = people_with(ctx, [email.lower()] if email else []).get(email.lower())
        if known is None:
            person = Person(password_hash=password_hash, language=language)
            ctx.session.add(person)
            ctx.session.flush()
            known = person.id
            _add_identifiers(ctx, known, email=email, phone=phone)
        for existing in _members_among(ctx, [known]):
            return existing
        membership = _membership(
            ctx, known, given_name=given_name, family_name=family_name, email=email, phone=phone, status=status
        )
        ctx.session.add(membership)
        ctx.session.flush()
        return membership

    return looking_again(ctx, join)


def _add_identifiers(ctx: Context, person_id: int, *, email: str, phone: str) -> None:
    for kind, value in (("email", email.lower()), ("phone", phone)):
        if value:
            ctx.session.add(Identifier(person_id=person_id, kind=kind, value=value))


def _membership(
    ctx: Context, person_id: int, *, given_name: str, family_name: str, email: str, phone: str, status: str
) -> Membership:
    return Membership(
        organisation_id=ctx.here.id,
        person_id=person_id,
        given_name=given_name.strip(),
        family_name=family_name.strip(),
        sort_name=sort_name_of(given_name, family_name),
        email=email.lower(),
        phone=phone,
        status=status,
        created_at=ctx.now,
    )


def invite(ctx: Context, *, line: RosterLine) -> Invited:
    """Invite one person: by mail when they have an e-mail, else active at once, for a card to be printed."""
    return invite_many(ctx, lines=[line])[0]


def invite_many(ctx: Context, *, lines: Sequence[RosterLine]) -> list[Invited]:
    """Invite people, many at once as few; who is already here stays as they are."""
    require_everywhere(ctx, INVITE)
    if not {Role(line.role) for line in lines} <= givable_roles(ctx):
        raise Forbidden(WRITE_ROLES.name)
    return looking_again(ctx, lambda: _invite(ctx, lines))


def _invite(ctx: Context, lines: Sequence[RosterLine]) -> list[Invited]:
    known = people_with(ctx, [line.email for line in lines if line.email])
    here = {row.person_id: row for row in _members_among(ctx, known.values())}
    first = {line.email: place for place, line in reversed(list(enumerate(lines))) if line.email}
    joining = {
        place: line
        for place, line in enumerate(lines)
        if known.get(line.email) not in here and first.get(line.email, place) == place
    }
    added = _add_memberships(ctx, joining, known)
    _add_grants_and_letters(ctx, joining, added)
    return [
        Invited(added[place], is_new=True, is_mailed=bool(line.email))
        if place in added
        else Invited(here.get(known.get(line.email, 0)) or added[first[line.email]], is_new=False, is_mailed=False)
        for place, line in enumerate(lines)
    ]


def _members_among(ctx: Context, people: Iterable[int]) -> Iterable[Membership]:
    return ctx.session.scalars(select(Membership).where(Membership.person_id.in_(sorted(set(people)))))


def _add_memberships(
    ctx: Context, joining: Mapping[int, RosterLine], known: Mapping[str, int]
) -> dict[int, Membership]:
    new = {place: Person(language=ctx.here.language) for place, line in joining.items() if line.email not in known}
    ctx.session.add_all(new.values())
    ctx.session.flush()
    for place, person in new.items():
        _add_identifiers(ctx, person.id, email=joining[place].email, phone=joining[place].phone)
    added = {
        place: _membership(
            ctx,
            new[place].id if place in new else known[line.email],
            given_name=line.given_name,
            family_name=line.family_name,
            email=line.email,
            phone=line.phone,
            status="invited" if line.email else "active",
        )
        for place, line in joining.items()
    }
    ctx.session.add_all(added.values())
    ctx.session.flush()
    return added


def _add_grants_and_letters(ctx: Context, joining: Mapping[int, RosterLine], added: Mapping[int, Membership]) -> None:
    for place, line in joining.items():
        role = Role(line.role)
        ctx.session.add(_grant(ctx, added[place].id, role, USUAL_SCOPE[role]))
    letters = [_invitation(ctx, added[place]) for place, line in joining.items() if line.email]
    ctx.session.add_all(letters)
    ctx.session.flush()
    for letter in letters:
        ctx.tell(PersonInvited(letter.membership_id, letter.id))
    for place, line in joining.items():
        if not line.email:
            ctx.tell(PersonAdded(added[place].id))


def invite_again(ctx: Context, *, membership: Membership) -> None:
    """Send a new letter to someone who has not come yet; earlier ones stop working."""
    require_everywhere(ctx, INVITE)
    if membership.status != "invited" or not membership.email:
        raise Refused(mark("Cette personne a déjà répondu à son invitation."))
    ctx.session.execute(
        delete(Invitation).where(Invitation.membership_id == membership.id, Invitation.accepted_at.is_(None))
    )
    letter = _invitation(ctx, membership)
    ctx.session.add(letter)
    ctx.session.flush()
    ctx.tell(PersonInvited(membership.id, letter.id))


def _invitation(ctx: Context, membership: Membership) -> Invitation:
    return Invitation(
        organisation_id=ctx.here.id,
        membership_id=membership.id,
        sent_to=membership.email,
        created_at=ctx.now,
        expires_at=ctx.now + INVITATION_LIVES,
        created_by_id=ctx.actor.membership_id if ctx.actor else None,
    )


def change_person(
    ctx: Context, *, membership: Membership, given_name: str, family_name: str, email: str, phone: str
) -> None:
    """Correct a name or a contact. The ways in follow only when no other organisation knows this person."""
    require_over(ctx, WRITE_PEOPLE, [membership])
    _refuse_erased(membership)
    values = {"given_name": given_name, "family_name": family_name, "email": email, "phone": phone}
    changed = tuple(name for name, value in values.items() if getattr(membership, name) != value)
    if "email" in changed and email and is_email_taken_here(ctx, membership, email):
        raise Refused(TAKEN_HERE)
    for name in changed:
        setattr(membership, name, values[name])
    membership.sort_name = sort_name_of(given_name, family_name)
    for kind in {"email", "phone"} & set(changed):
        try:
            replace_identifier(ctx, membership, kind, values[kind])
        except EmailTaken as taken:
            raise Refused(TAKEN_HERE) from taken
    if changed:
        ctx.tell(PersonChanged(membership.id, changed))


def end_membership(ctx: Context, *, membership: Membership) -> None:
    """Someone leaves: they no longer enter, what they have done stays."""
    require_over(ctx, WRITE_PEOPLE, [membership])
    keep_a_leader_without(ctx, membership.id)
    if membership.status != "ended":
        membership.status = "ended"
        ctx.tell(MembershipEnded(membership.id))


def reopen_membership(ctx: Context, *, membership: Membership) -> None:
    """Someone comes back."""
    require_over(ctx, WRITE_PEOPLE, [membership])
    if membership.status == "ended" and membership.erased_at is None:
        membership.status = "active"
        ctx.tell(MembershipReopened(membership.id))


def give_role(
    ctx: Context,
    *,
    membership: Membership,
    role: Role,
    scope: Scope | None = None,
    scope_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> GrantRow:
    """Give someone a role, on the whole organisation or on a scope, between two moments; never above one's own, nor to oneself."""
    ctx.require(WRITE_ROLES, on=membership)
    if role not in givable_roles(ctx):
        raise Forbidden(WRITE_ROLES.name)
    _refuse_erased(membership)
    _refuse_own(ctx, membership)
    if ends_at is not None and ends_at <= (starts_at or ctx.now):
        raise Refused(mark("La fin doit venir après le début."))
    scope = scope or USUAL_SCOPE[role]
    scope_id = membership.id if scope is Scope.PERSON and scope_id is None else scope_id
    same = select(GrantRow).where(
        GrantRow.membership_id == membership.id,
        GrantRow.role == role,
        GrantRow.scope == scope,
        GrantRow.scope_id.is_(None) if scope_id is None else GrantRow.scope_id == scope_id,
        is_in_force(starts_at or ctx.now),
    )
    existing = ctx.session.scalar(same.limit(1))
    if existing is not None:
        return existing
    row = grant_role(
        ctx,
        membership_id=membership.id,
        role=role,
        scope=scope,
        scope_id=scope_id,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    ctx.tell(RoleGranted(membership.id, row.id, role, scope))
    return row


def _refuse_erased(membership: Membership) -> None:
    """Nothing is written about who was erased: neither a name again, nor a role."""
    if membership.erased_at is not None:
        raise Refused(mark("Les données de cette personne sont effacées."))


def _refuse_own(ctx: Context, membership: Membership) -> None:
    """A manager who made themself a coach would read messages that are not for them. Who leads alone has nobody to ask."""
    me = ctx.subject.membership_id
    if membership.id == me and any(row.membership_id != me for row in leading(ctx)):
        raise Refused(mark("Vous ne pouvez pas vous donner un rôle : demandez à une autre personne responsable."))


def take_role_back(ctx: Context, *, membership: Membership, key: str) -> None:
    """End someone's role now; the organisation keeps at least one person who leads it."""
    ctx.require(WRITE_ROLES, on=membership)
    row = ctx.session.scalar(select(GrantRow).where(GrantRow.key == key, GrantRow.membership_id == membership.id))
    if row is None:
        raise NotFound
    if Role(row.role) not in givable_roles(ctx):
        raise Forbidden(WRITE_ROLES.name)
    keep_a_leader(ctx, [row.id])
    if row.ends_at is None or row.ends_at > ctx.now:
        end_grant(ctx, grant_id=row.id)
        ctx.tell(RoleEnded(membership.id, row.id, row.role))


def grant_role(
    ctx: Context,
    *,
    membership_id: int,
    role: Role,
    scope: Scope = Scope.ORGANISATION,
    scope_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> GrantRow:
    """Give a role on a scope. The caller has checked the right; a person's own role is on the scope of the person."""
    row = _grant(ctx, membership_id, role, scope, scope_id=scope_id, starts_at=starts_at, ends_at=ends_at)
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _grant(
    ctx: Context,
    membership_id: int,
    role: Role,
    scope: Scope,
    *,
    scope_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> GrantRow:
    return GrantRow(
        organisation_id=ctx.here.id,
        membership_id=membership_id,
        role=role,
        scope=scope,
        scope_id=membership_id if scope is Scope.PERSON and scope_id is None else scope_id,
        starts_at=starts_at or ctx.now,
        ends_at=ends_at,
    )


def end_grant(ctx: Context, *, grant_id: int) -> None:
    """End a role now: who had it, and when, stays known. The caller has checked the right."""
    ctx.session.get_one(GrantRow, grant_id).ends_at = ctx.now
