"""Ways in: one-time links, access cards, invitations that are accepted, passwords, and signing out everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts.contacts import EMAIL
from lms.accounts.devices import add_device, forget_devices, keep_only
from lms.accounts.events import (
    CardPrinted,
    CardRevoked,
    InvitationAccepted,
    LinkRequested,
    LinkShown,
    PasswordChanged,
    SessionOpened,
    SessionsClosed,
    ViewingBegun,
)
from lms.accounts.grants import is_only_followed, require_over, roles_of
from lms.accounts.models import AccessCard, Identifier, Invitation, Membership, Person, SentForm, SignInLink
from lms.accounts.permissions import LEND_ACCESS, SEE_AS
from lms.accounts.signing import Signer
from lms.kernel.context import Actor, Context
from lms.kernel.i18n import LANGUAGES
from lms.kernel.jobs import wake_after_commit
from lms.kernel.rights import Forbidden, NotFound

MAILED_LINK_LIVES = timedelta(minutes=30)
SHOWN_LINK_LIVES = timedelta(hours=24)


class NoLongerOpens(Exception):
    """The link, the card or the invitation has been used, revoked, or is too old."""


def request_link(ctx: Context, *, membership_id: int, sent_to: str) -> SignInLink:
    """Make a link for someone who asked for it by their own e-mail or number; its letter leaves after the commit."""
    row = _new_link(ctx, membership_id, MAILED_LINK_LIVES, sent_to=sent_to)
    ctx.tell(LinkRequested(membership_id, row.id))
    wake_after_commit(ctx.session)  # someone waits in front of the page
    return row


def show_link(ctx: Context, *, membership: Membership) -> SignInLink:
    """Make a link that staff show as a QR code to someone who is there."""
    require_over(ctx, LEND_ACCESS, [membership])
    if membership.status != "active":
        raise NoLongerOpens
    row = _new_link(ctx, membership.id, SHOWN_LINK_LIVES, sent_to="")
    ctx.tell(LinkShown(membership.id, row.id))
    return row


def _new_link(ctx: Context, membership_id: int, lives: timedelta, *, sent_to: str) -> SignInLink:
    row = SignInLink(
        organisation_id=ctx.here.id,
        membership_id=membership_id,
        sent_to=sent_to,
        created_at=ctx.now,
        expires_at=ctx.now + lives,
        created_by_id=ctx.actor.membership_id if ctx.actor else None,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


def is_open(row: SignInLink, now: datetime) -> bool:
    """Whether a link still opens."""
    return row.used_at is None and row.expires_at > now


def use_link(ctx: Context, *, link: SignInLink) -> None:
    """Use a link up: of two who try at once, one enters."""
    taken = ctx.session.execute(
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.used_at.is_(None), SignInLink.expires_at > ctx.now)
        .values(used_at=ctx.now)
        .returning(SignInLink.id)
    ).one_or_none()
    if taken is None:
        raise NoLongerOpens


def print_cards(
    ctx: Context, *, memberships: Sequence[Membership], signer: Signer, intent: str
) -> list[tuple[Membership, str]]:
    """Make a card for each, with the code that is shown this once. The same form sent again makes the same cards."""
    require_over(ctx, LEND_ACCESS, memberships)
    codes = {one.id: signer.card_code(intent, one.uuid) for one in memberships if one.status == "active"}
    hashes = {signer.card_hash(code): owner for owner, code in codes.items()}
    known = select(AccessCard.code_hash).where(AccessCard.code_hash.in_(sorted(hashes)))
    for code_hash in sorted(hashes.keys() - set(ctx.session.scalars(known))):
        _add_card(ctx, hashes[code_hash], code_hash)
    return [(one, codes[one.id]) for one in memberships if one.id in codes]


def _add_card(ctx: Context, membership_id: int, code_hash: str) -> None:
    row = AccessCard(
        organisation_id=ctx.here.id,
        membership_id=membership_id,
        code_hash=code_hash,
        created_at=ctx.now,
        created_by_id=ctx.actor.membership_id if ctx.actor else None,
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError:  # the same form, sent twice at once
        return
    ctx.tell(CardPrinted(membership_id, row.id))


def revoke_card(ctx: Context, *, membership: Membership, key: str) -> None:
    """A lost card opens nothing any more."""
    require_over(ctx, LEND_ACCESS, [membership])
    row = ctx.session.scalar(select(AccessCard).where(AccessCard.key == key, AccessCard.membership_id == membership.id))
    if row is None:
        raise NotFound
    if row.revoked_at is None:
        _revoke(ctx, row)


def _revoke(ctx: Context, row: AccessCard) -> None:
    row.revoked_at = ctx.now
    ctx.tell(CardRevoked(row.membership_id, row.id))


def use_card(ctx: Context, *, card: AccessCard) -> None:
    """Note when a card was last used."""
    ctx.session.execute(update(AccessCard).where(AccessCard.id == card.id).values(last_used_at=ctx.now))


def accept_invitation(ctx: Context, *, invitation: Invitation, password_hash: str | None) -> int:
    """Someone comes in by their letter, with a password when they choose one and have none yet; gives the membership."""
    taken = ctx.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.accepted_at.is_(None), Invitation.expires_at > ctx.now)
        .values(accepted_at=ctx.now)
        .returning(Invitation.membership_id)
    ).one_or_none()
    if taken is None:
        raise NoLongerOpens
    membership = ctx.session.get_one(Membership, taken.membership_id)
    if membership.status == "ended":
        raise NoLongerOpens
    membership.status = "active"
    person = ctx.session.get_one(Person, membership.person_id)
    if password_hash and person.password_hash is None:
        person.password_hash = password_hash
    ctx.session.execute(
        update(Identifier)
        .where(Identifier.person_id == person.id, Identifier.kind == EMAIL, Identifier.value == invitation.sent_to)
        .values(verified_at=ctx.now)
    )
    ctx.tell(InvitationAccepted(membership.id, invitation.id))
    return membership.id


def note_session(ctx: Context, *, way: str, device: str, kind: str = "") -> None:
    """Write down that the person has signed in, on a device of this key and kind."""
    add_device(ctx, key=device, way=way, kind=kind)
    ctx.tell(SessionOpened(ctx.subject.membership_id, way))


def change_password(ctx: Context, *, password_hash: str, device: str = "") -> None:
    """A new password for the person signed in; the edge has asked for the old one. Every device but this one is out."""
    someone = person(ctx)
    someone.password_hash = password_hash
    someone.epoch += 1
    keep_only(ctx, key=device, epoch=someone.epoch)
    ctx.tell(PasswordChanged(ctx.subject.membership_id))


def change_language(ctx: Context, *, language: str) -> None:
    """The language of the person's pages and letters."""
    if language in LANGUAGES:
        person(ctx).language = language


def change_reading(ctx: Context, *, easy: bool) -> None:
    """Larger text, more space, no motion; or as for everyone."""
    person(ctx).easy_reading = easy


def close_sessions(ctx: Context, *, with_cards: bool = False) -> None:
    """Sign out on every device, in every organisation; one's cards too, when they are lost as well."""
    person(ctx).epoch += 1
    forget_devices(ctx, membership_id=ctx.subject.membership_id)
    ctx.tell(SessionsClosed(ctx.subject.membership_id))
    if with_cards:
        own = AccessCard.membership_id == ctx.subject.membership_id
        for row in ctx.session.scalars(select(AccessCard).where(own, AccessCard.revoked_at.is_(None))):
            _revoke(ctx, row)


def person(ctx: Context) -> Person:
    """The human being signed in."""
    return ctx.session.get_one(Person, ctx.subject.person_id)


def is_known_elsewhere(ctx: Context) -> bool:
    """Whether the person signed in belongs to other organisations too: then a lent way in must not open those."""
    query = select(Membership.id).where(Membership.person_id == ctx.subject.person_id).limit(2)
    with ctx.across("a first password: is the person known elsewhere"):
        return len(ctx.session.scalars(query).all()) > 1


def is_first_time(ctx: Context, intent: str) -> bool:
    """Whether this form comes for the first time; it is noted, so that sent twice it acts once."""
    if not intent:
        return True
    try:
        with ctx.session.begin_nested():
            ctx.session.add(SentForm(organisation_id=ctx.here.id, intent=intent[:36], sent_at=ctx.now))
    except IntegrityError:
        return False
    return True


def see_as(ctx: Context, *, membership: Membership) -> Actor:
    """Look at the pages of learning as this person sees them; the trail says so. Only of those who learn and do no more."""
    require_over(ctx, SEE_AS, [membership])
    if not is_only_followed(roles_of(ctx, [membership.id]).get(membership.id, ())):
        raise Forbidden(SEE_AS.name)
    ctx.tell(ViewingBegun(membership.id))
    return Actor(membership.id, membership.person_id, membership.uuid, membership.name)
