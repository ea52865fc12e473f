"""Logos: read for pages and documents."""

from __future__ import annotations

from sqlalchemy import select

from lms.accounts.models import Logo, Organisation
from lms.kernel.context import Context
from lms.kernel.rights import NotFound


def logo_named(ctx: Context, key: str) -> bytes:
    """A logo that an organisation shows now, by its key, or `NotFound`. Logos are public; the context may be nobody's."""
    shown = ctx.session.scalar(select(Organisation.id).where(Organisation.logo == key, Organisation.logo != ""))
    if shown is None:
        raise NotFound
    with ctx.across("a logo is public") as session:
        found: bytes | None = session.scalar(select(Logo.picture).where(Logo.key == key))
    if found is None:
        raise NotFound
    return found


def own_logo(ctx: Context) -> bytes:
    """The organisation's logo as WebP, or nothing: for documents."""
    return ctx.session.scalar(select(Logo.picture)) or b""
