"""What is fixed for the whole site and travels with backups: the prefix of our IRIs."""

from __future__ import annotations

import secrets

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, TenantSession


class SiteRow(Base):
    """A named text that is written once."""

    __tablename__ = "kernel_site"
    __tenancy__ = "site"
    __retention__ = "site"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    value: Mapped[str] = mapped_column(String(500))


def iri_prefix(session: TenantSession) -> str | None:
    """The site's IRI prefix, or None before the first start."""
    return session.scalar(select(SiteRow.value).where(SiteRow.name == "iri_prefix"))


def fix_iri_prefix(session: TenantSession, base_url: str) -> str:
    """Write the prefix at first start, from the address or at random; never derive it again (DESIGN §6)."""
    found = iri_prefix(session)
    if found is None:
        found = base_url.rstrip("/") or f"https://{secrets.token_hex(8)}.invalid"
        session.add(SiteRow(name="iri_prefix", value=found))
        session.flush()
    return found
