"""The lists of people, invitations and roles as files for a spreadsheet: each declares its columns, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select

from lms.accounts.contacts import readable_phone
from lms.accounts.data import PersonLine
from lms.accounts.granting import every_holding
from lms.accounts.models import Invitation, Membership
from lms.accounts.names import STATUS_NAMES
from lms.accounts.permissions import READ_PEOPLE
from lms.accounts.roles import role_name
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.sheets import Column, Sheet

_CHUNK = 500
_PEOPLE = (
    Column(mark("Nom"), lambda line: line.name, 28),
    Column(mark("E-mail"), lambda line: line.email, 30),
    Column(mark("Téléphone"), lambda line: readable_phone(line.phone)),
    Column(mark("Rôles"), lambda line: ", ".join(role_name(role) for role in line.roles), 26),
    Column(mark("État"), lambda line: gettext(STATUS_NAMES[line.status])),
    Column(mark("Carte d’accès"), lambda line: line.has_card),
)
_INVITATIONS = (
    Column(mark("Nom"), lambda row: f"{row.given_name} {row.family_name}".strip(), 28),
    Column(mark("E-mail"), lambda row: row.sent_to, 30),
    Column(mark("Invitation envoyée le"), lambda row: row.sent_at),
    Column(mark("Elle marche jusqu’au"), lambda row: row.expires_at),
    Column(mark("Acceptée le"), lambda row: row.accepted_at),
)
_ROLES = (
    Column(mark("Nom"), lambda row: row.person.text, 28),
    Column(mark("Rôle"), lambda row: role_name(row.role), 20),
    Column(mark("Où"), lambda row: row.where.text, 30),
    Column(mark("Depuis"), lambda row: row.starts_at),
    Column(mark("Jusqu’au"), lambda row: row.ends_at),
)


def people_sheet(ctx: Context, lines: Iterable[PersonLine]) -> Sheet:
    """The people of the list, as it is asked for."""
    return Sheet("personnes", mark("Personnes"), _PEOPLE, lines, ctx.here.timezone)


def invitations_sheet(ctx: Context) -> Sheet:
    """Every invitation, the newest first, with what became of it."""
    return Sheet("invitations", mark("Invitations"), _INVITATIONS, _invitations(ctx), ctx.here.timezone)


def _invitations(ctx: Context) -> Iterator[Any]:
    query = (
        select(
            Membership.given_name,
            Membership.family_name,
            Invitation.sent_to,
            Invitation.sent_at,
            Invitation.expires_at,
            Invitation.accepted_at,
        )
        .join(Membership, Membership.id == Invitation.membership_id)
        .where(ctx.visible(READ_PEOPLE, Membership))
        .order_by(Invitation.id.desc())
    )
    start = 0
    while rows := ctx.session.execute(query.offset(start).limit(_CHUNK)).all():
        yield from rows
        start += _CHUNK


def roles_sheet(ctx: Context, *, role: str = "", are_over: bool = False) -> Sheet:
    """Who holds which role, where and until when."""
    rows = every_holding(ctx, role=role, are_over=are_over)
    return Sheet("roles", mark("Rôles"), _ROLES, rows, ctx.here.timezone)
