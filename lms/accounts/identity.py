"""Who someone is, read in one query at each request."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Device, GrantRow, Membership, Organisation, Person, Terms, TermsAcceptance
from lms.contract.types import Role, Scope
from lms.kernel.context import Actor, OrganisationInfo
from lms.kernel.database import TenantSession
from lms.kernel.platform import Identity
from lms.kernel.rights import Grant, NotFound

_latest_terms = select(func.max(Terms.version)).where(Terms.kind == "terms").scalar_subquery()
_accepted = (
    select(func.max(TermsAcceptance.version))
    .where(TermsAcceptance.membership_id == bindparam("membership_id"))
    .scalar_subquery()
)
_grant = aliased(GrantRow)
_IDENTITY = (
    select(
        Membership.id,
        Membership.uuid,
        Membership.given_name,
        Membership.family_name,
        Person.id.label("person_id"),
        Person.language,
        Person.easy_reading,
        Device.key.label("device"),
        Device.used_at.label("device_used_at"),
        Organisation.id.label("organisation_id"),
        Organisation.key.label("organisation_key"),
        Organisation.name.label("organisation_name"),
        Organisation.timezone,
        Organisation.language.label("organisation_language"),
        Organisation.logo,
        _grant.role,
        _grant.scope,
        _grant.scope_id,
        _latest_terms.label("terms"),
        _accepted.label("accepted"),
    )
    .join(Person, Person.id == Membership.person_id)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .outerjoin(
        Device,
        and_(
            Device.membership_id == Membership.id,
            Device.key == bindparam("device"),
            Device.epoch == Person.epoch,
        ),
    )
    .outerjoin(
        _grant,
        and_(
            _grant.membership_id == Membership.id,
            _grant.starts_at <= bindparam("now"),
            or_(_grant.ends_at.is_(None), _grant.ends_at > bindparam("now")),
        ),
    )
    .where(Membership.id == bindparam("membership_id"), Membership.status == "active")
    .order_by(_grant.id)
)
_ORGANISATION = select(
    Organisation.id,
    Organisation.key,
    Organisation.name,
    Organisation.timezone,
    Organisation.language,
    Organisation.logo,
)
_ONE_ORGANISATION = _ORGANISATION.where(Organisation.id == bindparam("organisation_id"))


def identify(
    session: TenantSession, organisation_id: int, membership_id: int | None, now: datetime, device: str = ""
) -> Identity | OrganisationInfo | None:
    """The identity of a membership, or the organisation alone when there is none; with the device, if it is signed in."""
    if membership_id is None:
        row = session.execute(_ONE_ORGANISATION, {"organisation_id": organisation_id}).one_or_none()
        return OrganisationInfo(*row) if row else None
    asked = {"membership_id": membership_id, "now": now, "device": device}
    rows = session.execute(_IDENTITY, asked).all()
    if not rows:
        return None
    first = rows[0]
    return Identity(
        organisation=OrganisationInfo(
            first.organisation_id,
            first.organisation_key,
            first.organisation_name,
            first.timezone,
            first.organisation_language,
            first.logo,
        ),
        actor=Actor(first.id, first.person_id, first.uuid, f"{first.given_name} {first.family_name}".strip()),
        grants=tuple(Grant(Role(row.role), Scope(row.scope), row.scope_id) for row in rows if row.role),
        language=first.language,
        must_accept_terms=first.terms is not None and (first.accepted or 0) < first.terms,
        device=first.device or "",
        device_used_at=first.device_used_at,
        easy_reading=first.easy_reading,
    )


def organisations(session: TenantSession) -> list[OrganisationInfo]:
    """Every organisation of the site, oldest first."""
    rows = session.execute(_ORGANISATION.order_by(Organisation.id))
    return [OrganisationInfo(*row) for row in rows]


def organisation_by_code(session: TenantSession, code: str | None) -> OrganisationInfo:
    """The organisation of `--organisation`: by key or name; without one, the only one there is."""
    found = [one for one in organisations(session) if code is None or code in (one.key, one.name)]
    if len(found) != 1:
        raise NotFound(f"organisation {code}: {len(found)} found; give --organisation KEY")
    return found[0]
