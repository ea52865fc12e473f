"""Reads on people, roles and ways in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, exists, func, select

from lms.accounts.data import CardLine, GrantLine, PeoplePage, PersonLine
from lms.accounts.grants import is_in_force, opened_by, roles_of
from lms.accounts.models import (
    AccessCard,
    GrantRow,
    Identifier,
    Invitation,
    Membership,
    Organisation,
    Person,
    SignInLink,
)
from lms.accounts.names import folded
from lms.accounts.permissions import READ_PEOPLE
from lms.contract.types import Right, Role, Scope
from lms.kernel.context import Context
from lms.kernel.rights import NotFound

PAGE = 50
CARDS_PAGE = 48
FILTERS = ("active", "invited", "ended", "without_email")


def membership(ctx: Context, key: str, *, right: Right = READ_PEOPLE) -> Membership:
    """Someone whom the reader may see; `Forbidden` when the wanted right is lacking on them."""
    found = ctx.session.scalar(select(Membership).where(Membership.key == key, ctx.visible(READ_PEOPLE, Membership)))
    if found is None:
        raise NotFound
    ctx.require(right, on=found)
    return found


def memberships(ctx: Context, keys: Sequence[str], *, right: Right) -> list[Membership]:
    """Several people whom the right reaches, in the order of lists; what is not visible is left out."""
    query = select(Membership).where(Membership.key.in_(keys), ctx.visible(right, Membership))
    return list(ctx.session.scalars(query.order_by(Membership.sort_name, Membership.id)))


def people_page(ctx: Context, *, search: str = "", state: str = "", number: int = 1) -> PeoplePage:
    """A page of the list of people, by name."""
    return _page(ctx, _matching(search, state), number, PAGE)


def everyone(ctx: Context, *, search: str = "", state: str = "") -> Iterator[PersonLine]:
    """All the people of the list, a page at a time, for a file."""
    number, pages = 1, 1
    while number <= pages:
        page = people_page(ctx, search=search, state=state, number=number)
        yield from page.lines
        number, pages = number + 1, page.pages


def people_for_cards(ctx: Context, *, search: str = "", number: int = 1) -> PeoplePage:
    """Those for whom the actor may make a card: active people who learn and do no more, by name, eight sheets a page."""
    learns = exists().where(
        GrantRow.membership_id == Membership.id,
        GrantRow.role.in_((Role.LEARNER, Role.COMPANY_HEAD)),
        is_in_force(ctx.now),
    )
    above = exists().where(
        GrantRow.membership_id == Membership.id,
        GrantRow.role.not_in(sorted(opened_by(ctx.roles))),
        is_in_force(ctx.now),
    )
    return _page(ctx, [*_matching(search, "active"), learns, ~above], number, CARDS_PAGE)


def _matching(search: str, state: str) -> list[ColumnElement[bool]]:
    tests = [Membership.sort_name.contains(part, autoescape=True) for part in folded(search[:100]).split()]
    if state == "without_email":
        return [*tests, Membership.email == "", Membership.status == "active"]
    return [*tests, Membership.status == state] if state in FILTERS else tests


def _page(ctx: Context, tests: Sequence[ColumnElement[bool]], number: int, size: int) -> PeoplePage:
    tests = [ctx.visible(READ_PEOPLE, Membership), Membership.erased_at.is_(None), *tests]
    total = ctx.session.scalar(select(func.count()).select_from(Membership).where(*tests)) or 0
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    query = select(Membership).where(*tests).order_by(Membership.sort_name, Membership.id)
    rows = list(ctx.session.scalars(query.offset((number - 1) * size).limit(size)))
    ids = [row.id for row in rows]
    roles, carded = roles_of(ctx, ids), _card_owners(ctx, ids)
    lines = tuple(
        PersonLine(row.key, row.name, row.email, row.phone, row.status, roles.get(row.id, ()), row.id in carded)
        for row in rows
    )
    return PeoplePage(lines, total, number, pages)


def _card_owners(ctx: Context, ids: Sequence[int]) -> frozenset[int]:
    query = select(AccessCard.membership_id).where(AccessCard.membership_id.in_(ids), AccessCard.revoked_at.is_(None))
    return frozenset(ctx.session.scalars(query))


def grants_of(ctx: Context, membership_id: int) -> list[GrantLine]:
    """Every role someone has or had, the present ones first."""
    rows = ctx.session.scalars(select(GrantRow).where(GrantRow.membership_id == membership_id).order_by(GrantRow.id))
    lines = [
        GrantLine(
            row.key,
            Role(row.role),
            Scope(row.scope),
            row.starts_at,
            row.ends_at,
            row.ends_at is not None and row.ends_at <= ctx.now,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.is_over)


def cards_of(ctx: Context, membership_id: int) -> list[CardLine]:
    """Every card made for someone, the newest first."""
    rows = ctx.session.scalars(
        select(AccessCard).where(AccessCard.membership_id == membership_id).order_by(AccessCard.id.desc())
    )
    return [CardLine(row.key, row.created_at, row.revoked_at, row.last_used_at) for row in rows]


def latest_invitation(ctx: Context, membership_id: int) -> Invitation | None:
    """The invitation that counts."""
    query = select(Invitation).where(Invitation.membership_id == membership_id)
    return ctx.session.scalar(query.order_by(Invitation.id.desc()).limit(1))


def shown_link(ctx: Context, key: str, *, membership_id: int) -> SignInLink:
    """A link that staff show someone."""
    query = select(SignInLink).where(
        SignInLink.key == key, SignInLink.membership_id == membership_id, SignInLink.sent_to == ""
    )
    found = ctx.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def has_password(ctx: Context, membership_id: int) -> bool:
    """Whether someone has chosen a password."""
    query = select(Person.password_hash).join(Membership, Membership.person_id == Person.id)
    return ctx.session.scalar(query.where(Membership.id == membership_id)) is not None


def organisation(ctx: Context) -> Organisation:
    """The organisation's own row."""
    return ctx.session.get_one(Organisation, ctx.here.id)


def own_identifiers(ctx: Context) -> list[str]:
    """What the person signed in may type to enter."""
    query = select(Identifier.value).where(Identifier.person_id == ctx.subject.person_id)
    return list(ctx.session.scalars(query.order_by(Identifier.kind, Identifier.value)))
