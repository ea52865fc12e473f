"""Preferences: what an organisation or a person has set, over the defaults that plugins declare."""

from __future__ import annotations

from sqlalchemy import Index, String, bindparam, column, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from lms.contract.types import Scope
from lms.kernel.context import Context
from lms.kernel.database import Base
from lms.kernel.tenancy import OrganisationOwned


class PreferenceRow(OrganisationOwned, Base):
    """A value that was set; without a membership it is the organisation's."""

    __tablename__ = "kernel_preference"
    __retention__ = "settings"
    __table_args__ = (
        Index(None, "organisation_id", "name", "membership_id", unique=True),
        Index(
            "ix_kernel_preference_of_organisation",  # NULL equals nothing: the index above lets it be set twice
            "organisation_id",
            "name",
            unique=True,
            sqlite_where=column("membership_id").is_(None),
            postgresql_where=column("membership_id").is_(None),
        ),
    )

    membership_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(String(400))


_ROWS = select(PreferenceRow.name, PreferenceRow.membership_id, PreferenceRow.value).where(
    or_(PreferenceRow.membership_id.is_(None), PreferenceRow.membership_id == bindparam("me"))
)


class WrongPreference(Exception):
    """No such preference, or not one of its choices."""


_KEPT = "preferences"


def preference(ctx: Context, name: str) -> str:
    """The value in force: the person's, else the organisation's, else the shipped one. One query for a whole request."""
    declared = ctx.registry.preferences[name]
    wanted = [None] if declared.scope is Scope.ORGANISATION or ctx.actor is None else [ctx.actor.membership_id, None]
    found = _set(ctx)
    return next((found[name, owner] for owner in wanted if (name, owner) in found), declared.default)


def _set(ctx: Context) -> dict[tuple[str, int | None], str]:
    """(name, membership or None) → what was set, for the organisation and the actor; kept with the session."""
    me = ctx.actor.membership_id if ctx.actor else None
    whose, found = ctx.session.info.get(_KEPT, (None, {}))
    if whose != (ctx.here.id, me):
        rows = ctx.session.execute(_ROWS, {"me": me})
        found = {(row.name, row.membership_id): row.value for row in rows}
        ctx.session.info[_KEPT] = ((ctx.here.id, me), found)
    kept: dict[tuple[str, int | None], str] = found
    return kept


def set_preference(ctx: Context, name: str, value: str) -> None:
    """Set a preference where it belongs: the caller has checked the right."""
    declared = ctx.registry.preferences.get(name)
    if declared is None or (declared.choices and value not in declared.choices):
        raise WrongPreference(name)
    owner = ctx.subject.membership_id if declared.scope is Scope.PERSON else None
    same = PreferenceRow.membership_id.is_(None) if owner is None else PreferenceRow.membership_id == owner
    query = select(PreferenceRow).where(PreferenceRow.name == name, same)
    row = ctx.session.scalar(query)
    if row is None:
        row = PreferenceRow(organisation_id=ctx.here.id, membership_id=owner, name=name, value=value)
        try:
            with ctx.session.begin_nested():
                ctx.session.add(row)
        except IntegrityError:  # someone else has set it for the first time, at once
            row = ctx.session.scalars(query).one()
    row.value = value
    ctx.session.info.pop(_KEPT, None)


def own_preferences(ctx: Context, membership_id: int) -> list[tuple[str, str]]:
    """What someone has set for themself: (title of the preference, value)."""
    rows = ctx.session.scalars(select(PreferenceRow).where(PreferenceRow.membership_id == membership_id))
    declared = ctx.registry.preferences
    return [(declared[row.name].title if row.name in declared else row.name, row.value) for row in rows]


def forget_preferences(ctx: Context, membership_id: int) -> None:
    """Forget what someone has set for themself."""
    ctx.session.execute(delete(PreferenceRow).where(PreferenceRow.membership_id == membership_id))
