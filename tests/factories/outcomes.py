"""People whose path has ended, by the operations, so that news can be asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lms.accounts.api import ensure_person
from lms.courses.api import EnrolmentInfo, end_enrolment
from lms.kernel.platform import Platform
from lms.outcomes.models import Contact
from lms.outcomes.operations import make_contacts
from tests.factories.courses import enrol, make_cohort, make_course
from tests.factories.world import World


def ended_people(
    platform: Platform, world: World, clock: Any, reasons: list[str], *, code: str = "ESSAI-1", email: bool = True
) -> list[EnrolmentInfo]:
    """A course and a group; one person for each reason, entered forty days ago and ended now. Committed."""
    with platform.writing(world.organisation) as ctx:
        course = make_course(ctx, slug=f"cours-{code.lower()}")
        cohort = make_cohort(ctx, course, code=code, name=f"Groupe {code}")
        found = []
        for number, _reason in enumerate(reasons):
            address = f"{code}-{number}@essai.test".lower() if email else ""
            person = ensure_person(ctx, given_name=f"Personne{number}", family_name=code, email=address)
            found.append(enrol(ctx, cohort, membership_id=person.id, entered_at=clock() - timedelta(days=40)))
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        for enrolment, reason in zip(found, reasons, strict=True):
            end_enrolment(ctx, enrolment=enrolment, reason=reason)
    return found


def contacts_due(platform: Platform, world: World) -> list[str]:
    """Make the contacts that are due now; their keys, in the order of people. Committed."""
    with platform.writing(world.organisation) as ctx:
        made = make_contacts(ctx)
        return [row.key for row in sorted(made, key=lambda row: row.membership_id)]


def contact(ctx: Any, key: str) -> Contact:
    """The row of a contact."""
    return ctx.session.query(Contact).filter_by(key=key).one()
