"""What someone has put off in "Ce soir"."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base
from lms.kernel.tenancy import OrganisationOwned


class PutOff(OrganisationOwned, Base):
    """A line of "Ce soir" that one person does not want to see before a moment. Nobody else's list changes."""

    __tablename__ = "analytics_put_off"
    __retention__ = "settings"
    __table_args__ = (UniqueConstraint("membership_id", "wait"),)

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    wait: Mapped[str] = mapped_column(String(120))
    until: Mapped[datetime]
