"""A cohort whose people followed the shipped course, each a little further than the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from lms.accounts.api import actor_of, ensure_person, grant_role
from lms.accounts.models import Organisation
from lms.contract.types import Role, Scope, Source
from lms.courses.api import (
    CohortInfo,
    EnrolmentInfo,
    activity_iri,
    create_cohort,
    enrol,
    import_content,
    publish_course,
    structure,
)
from lms.courses.data import ActivityInfo
from lms.kernel.context import Context
from lms.kernel.database import new_uuid
from lms.kernel.platform import Platform
from lms.xapi.api import ANSWERED, ATTENDED, COMPLETED, PASSED, Said, record
from tests.factories.world import World

CONTENT = Path(__file__).resolve().parents[2] / "content"
NAMES = (
    ("Aïssatou", "Diallo"),
    ("Éloïse", "Lefèvre-Œuvrard"),
    ("Nour", "Ben Salem"),
    ("Trần Thị", "Hương"),
    ("Jean-Noël", "Mvondo"),
    ("مريم", "حداد"),
)
QUESTIONS_AN_ATTEMPT = 5


@dataclass(frozen=True)
class Followed:
    """The cohort, and its enrolments in the order in which people were made."""

    cohort: CohortInfo
    enrolments: tuple[EnrolmentInfo, ...]
    version_id: int


def make_followed_cohort(
    platform: Platform, world: World, *, people: int = 3, code: str = "PP-2026", each: int | None = None
) -> Followed:
    """Person n has done the first 4n activities (or `each`): the first one nothing. The trainer validates the sessions."""
    organisation, by = world.organisation, world.members["trainer"]
    with platform.writing(organisation, world.members["manager"]) as ctx:
        ctx.session.execute(
            update(Organisation)
            .where(Organisation.id == organisation)
            .values(
                siret="12345678900011",
                nda="11756543210",
                address="3 rue de l'Essai, 93000 Bobigny",
                representative="Fatou Camara, directrice",
                contact="contact@essai.test",
            )
        )
        import_content(ctx, CONTENT / "frameworks" / "entreprendre.yaml", data_dir=platform.settings.data_dir)
        import_content(ctx, CONTENT / "courses" / "entreprendre", data_dir=platform.settings.data_dir)
        course = publish_course(ctx, "entreprendre")
        cohort = create_cohort(ctx, course=course, code=code, name="Automne 2026, Bobigny")
        entered = ctx.now - timedelta(days=30)
        members = [_person(ctx, number) for number in range(people)]
        enrolments = enrol(ctx, cohort=cohort, membership_ids=members, entered_at=entered)
    for number, enrolment in enumerate(enrolments):
        with platform.writing(organisation) as ctx:
            follow(ctx, enrolment, count=4 * number % 24 if each is None else each, by=by, start=entered)
    return Followed(cohort, tuple(enrolments), enrolments[0].version_id)


def follow(ctx: Context, enrolment: EnrolmentInfo, *, count: int, by: int, start: datetime) -> None:
    """Do the first activities of the course, one a day."""
    activities = list(structure(ctx, enrolment.version_id).activities.values())[:count]
    said = [
        one
        for day, info in enumerate(activities)
        for one in _done(ctx, enrolment, info, start + timedelta(days=day, hours=3), by)
    ]
    if said:
        record(ctx, said)


def _person(ctx: Context, number: int) -> int:
    given, family = NAMES[number % len(NAMES)]
    if number >= len(NAMES):
        family = f"{family} {number}"
    person = ensure_person(ctx, given_name=given, family_name=family, email=f"apprenant{number}@essai.test")
    grant_role(ctx, membership_id=person.id, role=Role.LEARNER, scope=Scope.PERSON)
    return person.id


def _done(ctx: Context, enrolment: EnrolmentInfo, info: ActivityInfo, at: datetime, by: int) -> list[Said]:
    if info.type == "quiz":
        return _quiz(ctx, enrolment, info, at)
    if info.type == "session":
        return [_said(ctx, enrolment, info, at, verb=ATTENDED, source=Source.STAFF, instructor=actor_of(ctx, by))]
    # A reading whose page had no script carries no time: it stays unknown.
    seconds = None if info.position % 5 == 1 else 60.0 * info.minutes * 0.8
    return [
        _said(ctx, enrolment, info, at, verb=COMPLETED, source=Source.LEARNER_DEVICE, completion=True, seconds=seconds)
    ]


def _quiz(ctx: Context, enrolment: EnrolmentInfo, info: ActivityInfo, at: datetime) -> list[Said]:
    attempt = new_uuid()
    parts = [
        key for key, (activity, _title) in structure(ctx, enrolment.version_id).parts.items() if activity == info.key
    ]
    answers = [
        _said(ctx, enrolment, info, at + timedelta(minutes=n), verb=ANSWERED, source=Source.SERVER, success=n % 4 != 0,
              activity=f"{activity_iri(ctx, info.key)}/q/{n}", seconds=40.0, attempt=attempt)
        for n in range(QUESTIONS_AN_ATTEMPT)
    ]  # fmt: skip
    pools = [
        _said(ctx, enrolment, info, at + timedelta(minutes=6), verb=PASSED, source=Source.SERVER, scaled=0.8, success=True,
              activity=activity_iri(ctx, key), attempt=attempt)
        for key in parts
    ]  # fmt: skip
    whole = _said(
        ctx,
        enrolment,
        info,
        at + timedelta(minutes=6),
        verb=PASSED,
        source=Source.SERVER,
        scaled=0.8,
        success=True,
        seconds=360.0,
        attempt=attempt,
    )
    return [*answers, *pools, whole]


def _said(ctx: Context, enrolment: EnrolmentInfo, info: ActivityInfo, at: datetime, **values: Any) -> Said:
    return Said(
        **{
            "id": new_uuid(),
            "actor": actor_of(ctx, enrolment.membership_id),
            "activity": activity_iri(ctx, info.key),
            "activity_type": "http://adlnet.gov/expapi/activities/lesson",
            "activity_name": info.title,
            "occurred_at": at,
            "timestamp": at,
            "registration": enrolment.uuid,
            **values,
        }
    )
