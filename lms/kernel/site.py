"""What is true of the whole site and travels with backups: the prefix of our IRIs, a demo that is not finished yet."""

from __future__ import annotations

import secrets

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, TenantSession


class SiteRow(Base):
    """A named text."""

    __tablename__ = "kernel_site"
    __tenancy__ = "site"
    __retention__ = "site"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    value: Mapped[str] = mapped_column(String(500))


def site_text(session: TenantSession, name: str) -> str | None:
    """A text of the site, or None."""
    return session.scalar(select(SiteRow.value).where(SiteRow.name == name))


def write_site_text(session: TenantSession, name: str, value: str) -> None:
    """Write a text of the site that is not there yet."""
    session.add(SiteRow(name=name, value=value))
    session.flush()


def remove_site_text(session: TenantSession, name: str) -> None:
    """Forget a text of the site."""
    session.execute(delete(SiteRow).where(SiteRow.name == name))


def iri_prefix(session: TenantSession) -> str | None:
    """The site's IRI prefix, or None before the first start."""
    return site_text(session, "iri_prefix")


def fix_iri_prefix(session: TenantSession, base_url: str) -> str:
    """Write the prefix at first start, once, from the address or at random; never derive it again (DESIGN §6)."""
    found = iri_prefix(session)
    if found is None:
        found = base_url.rstrip("/") or f"https://{secrets.token_hex(8)}.invalid"
        write_site_text(session, "iri_prefix", found)
    return found
