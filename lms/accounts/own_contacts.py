"""A person changes their own name, at once, and their own e-mail or number, once the code that was sent there has come back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, delete, func, select

from lms.accounts.contacts import EMAIL
from lms.accounts.events import ContactAsked, ContactChanged, NameChanged
from lms.accounts.identifiers import EmailTaken, is_email_taken_here, people_with, replace_identifier
from lms.accounts.leading import Refused
from lms.accounts.models import ContactChange, Membership
from lms.accounts.names import sort_name_of
from lms.accounts.signing import Signer
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.jobs import wake_after_commit
from lms.kernel.platform import Platform
from lms.kernel.tenancy import across_tenants

CODE_LIVES = timedelta(hours=2)
MOST_TRIES = 5
MOST_A_DAY = 5
_DAY = timedelta(days=1)
WRONG_CODE = mark("Ce n'est pas le bon code. Vérifiez les 6 chiffres.")
OVER = mark("Ce code ne marche plus. Demandez-en un nouveau.")
TAKEN = mark("Cet e-mail sert déjà à un autre compte. Parlez-en à votre association.")


def change_own_name(ctx: Context, *, given_name: str, family_name: str) -> bool:
    """A new name from now on; documents made before keep the old one. The same name changes nothing."""
    membership = own_membership(ctx)
    if (given_name, family_name) == (membership.given_name, membership.family_name):
        return False
    membership.former_name, membership.renamed_at = membership.name, ctx.now
    membership.given_name, membership.family_name = given_name, family_name
    membership.sort_name = sort_name_of(given_name, family_name)
    ctx.tell(NameChanged(membership.id))
    return True


def ask_contact(ctx: Context, *, kind: str, value: str) -> ContactChange:
    """Have a code sent to an e-mail or a number ("email", "phone"): it counts for nothing until the code comes back.

    Whether someone else has this address is not said here: only who holds it learns it.
    """
    membership = own_membership(ctx)
    present = membership.email if kind == EMAIL else membership.phone
    if value == present:
        raise Refused(mark("C'est déjà celui que nous avons."))
    mine = ContactChange.membership_id == membership.id
    lately = select(func.count()).select_from(ContactChange).where(mine, ContactChange.asked_at > ctx.now - _DAY)
    if (ctx.session.scalar(lately) or 0) >= MOST_A_DAY:
        raise Refused(mark("Vous avez déjà demandé plusieurs codes aujourd'hui. Revenez demain."))
    for earlier in ctx.session.scalars(select(ContactChange).where(mine, ContactChange.confirmed_at.is_(None))):
        earlier.expires_at = min(earlier.expires_at, ctx.now)
    row = ContactChange(
        organisation_id=ctx.here.id,
        membership_id=membership.id,
        kind=kind,
        value=value,
        old_value=present,
        asked_at=ctx.now,
        expires_at=ctx.now + CODE_LIVES,
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.tell(ContactAsked(membership.id, row.id))
    wake_after_commit(ctx.session)  # someone waits in front of the page
    return row


def waiting_contact(ctx: Context) -> ContactChange | None:
    """The change whose code is awaited."""
    return ctx.session.scalar(_waiting(ctx))


def _waiting(ctx: Context) -> Select[ContactChange]:
    query = select(ContactChange).where(
        ContactChange.membership_id == ctx.subject.membership_id,
        ContactChange.confirmed_at.is_(None),
        ContactChange.expires_at > ctx.now,
    )
    return query.order_by(ContactChange.id.desc()).limit(1)


def confirm_contact(ctx: Context, *, code: str, signer: Signer) -> str:
    """The code has come back: from now on this address counts. Returns what is wrong otherwise; each try is counted."""
    # Locked before it is read: codes that are tried at once are counted one after the other.
    row = ctx.session.scalar(_waiting(ctx).with_for_update())
    if row is None:
        return OVER
    row.tries += 1
    if row.tries > MOST_TRIES:
        row.expires_at = ctx.now
        return OVER
    if not signer.is_contact_code(code, row.id, row.value):
        return WRONG_CODE
    return _take(ctx, row)


def _take(ctx: Context, row: ContactChange) -> str:
    membership = own_membership(ctx)
    if row.kind == EMAIL and (
        is_email_taken_here(ctx, membership, row.value)
        or people_with(ctx, [row.value]).get(row.value, membership.person_id) != membership.person_id
    ):
        row.expires_at = ctx.now
        return TAKEN
    try:
        replace_identifier(ctx, membership, row.kind, row.value, verified_at=ctx.now)
    except EmailTaken:
        row.expires_at = ctx.now
        return TAKEN
    setattr(membership, row.kind, row.value)
    row.confirmed_at = ctx.now
    ctx.tell(ContactChanged(membership.id, row.id))
    return ""


def own_membership(ctx: Context) -> Membership:
    """What the organisation knows of the person signed in."""
    return ctx.session.get_one(Membership, ctx.subject.membership_id)


def drop_old_changes(platform: Platform) -> None:
    """What was asked and is over, of all organisations: an address that is nobody's does not stay."""
    with platform.database.writing() as session, across_tenants(session, "contact changes that are over"):
        session.execute(delete(ContactChange).where(ContactChange.asked_at <= platform.clock() - 2 * _DAY))
