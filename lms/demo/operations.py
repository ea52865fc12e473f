"""Making the demo: nothing is written beside the operations. What the demo shows, the platform can do."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from lms.accounts.api import accept_terms, create_organisation, ensure_person, grant_role, hash_password, organisations
from lms.courses.api import CohortInfo, EnrolmentInfo, create_cohort, enrol, import_content, publish_course, structure
from lms.demo.acts import Learner, step
from lms.demo.people import (
    ACCOUNTS,
    COURSE,
    DETAILS,
    FAMILY,
    GIVEN,
    GROUPS,
    MAIN_GROUP,
    ORGANISATION,
    PASSWORD,
    TEMPERS,
    Temper,
)
from lms.kernel.context import Actor, Context
from lms.kernel.platform import Platform
from lms.xapi.api import batch

CONTENT = Path(__file__).parents[2] / "content"
BATCH = 50
DAYS_OF_ENTRY = 6


def fill_demo(
    platform: Platform, *, learners: int, seed: int = 1, say: Callable[[str], None] = lambda _text: None
) -> None:
    """Make the organisation, its people, its course and its groups, then let learners act."""
    now = platform.clock()
    chance = random.Random(seed)
    organisation_id = _found(platform)
    people = _accounts(platform, organisation_id)
    with platform.writing(organisation_id, people["responsable"].membership_id) as ctx:
        for name in ("entrecomp", "entreprendre"):
            import_content(ctx, CONTENT / "frameworks" / f"{name}.yaml", data_dir=platform.settings.data_dir)
        import_content(ctx, CONTENT / "courses" / COURSE, data_dir=platform.settings.data_dir)
        course = publish_course(ctx, COURSE)
        groups = [create_cohort(ctx, course=course, code=code, name=name, place=place) for code, name, place in GROUPS]
    say(f"{learners} learners enter …")
    crowd = _crowd(platform, organisation_id, people, groups, learners, now, chance)
    say("… and follow their path")
    _live(platform, organisation_id, people["formateur"], crowd, now)


def _found(platform: Platform) -> int:
    """The demo's organisation; a second demo beside a first one would only confuse."""
    with platform.database.writing() as session:
        if any(one.name == ORGANISATION for one in organisations(session)):
            raise AlreadyThere
        return create_organisation(session, name=ORGANISATION, **DETAILS).id


class AlreadyThere(Exception):
    """The demo has been made in this database."""


def _accounts(platform: Platform, organisation_id: int) -> dict[str, Actor]:
    secret = hash_password(PASSWORD)  # once, and before anything is written
    found = {}
    with platform.writing(organisation_id) as ctx:
        for name, given, family, role, scope in ACCOUNTS:
            person = ensure_person(
                ctx, given_name=given, family_name=family, email=f"{name}@demo.test", password_hash=secret
            )
            grant_role(ctx, membership_id=person.id, role=role, scope=scope)
            found[name] = Actor(person.id, person.person_id, person.uuid, person.name)
            accept_terms(replace(ctx, actor=found[name]))
    return found


def _crowd(
    platform: Platform,
    organisation_id: int,
    people: dict[str, Actor],
    groups: list[CohortInfo],
    learners: int,
    now: datetime,
    chance: random.Random,
) -> list[Learner]:
    """The demo's own learner, then as many as asked for, entered over the last ten weeks, a few on the same day."""
    crowd: list[Learner] = []
    for numbers in _batches(learners):
        days = [now - timedelta(weeks=chance.uniform(0.5, 10)) for _ in range(DAYS_OF_ENTRY)]
        with platform.writing(organisation_id, people["formateur"].membership_id) as ctx:
            entering: dict[tuple[int, datetime], list[tuple[Actor, Temper]]] = {}
            for number in numbers:
                place = int(number > 0 and chance.random() >= MAIN_GROUP)
                day = now - timedelta(weeks=3) if number == 0 else chance.choice(days)
                temper = TEMPERS[0] if number == 0 else _temper(chance)
                entering.setdefault((place, day), []).append((_newcomer(ctx, people, number, chance), temper))
            for (place, day), together in entering.items():
                crowd += _entered(ctx, groups[place], day, together, chance)
    return crowd


def _entered(
    ctx: Context, group: CohortInfo, day: datetime, together: list[tuple[Actor, Temper]], chance: random.Random
) -> list[Learner]:
    ids = [actor.membership_id for actor, _temper in together]
    enrolments = {one.membership_id: one for one in enrol(ctx, cohort=group, membership_ids=ids, entered_at=day)}
    return [
        _learner(ctx, actor, enrolments[actor.membership_id], temper, day, chance.random())
        for actor, temper in together
    ]


def _batches(number: int) -> Iterator[range]:
    for start in range(0, number, BATCH):
        yield range(start, min(start + BATCH, number))


def _newcomer(ctx: Context, people: dict[str, Actor], number: int, chance: random.Random) -> Actor:
    if number == 0:
        return people["porteur"]
    person = ensure_person(ctx, given_name=chance.choice(GIVEN), family_name=chance.choice(FAMILY))
    actor = Actor(person.id, person.person_id, person.uuid, person.name)
    accept_terms(replace(ctx, actor=actor))
    return actor


def _temper(chance: random.Random) -> Temper:
    return chance.choices(TEMPERS, [one.share for one in TEMPERS])[0]


def _learner(
    ctx: Context, actor: Actor, enrolment: EnrolmentInfo, temper: Temper, entered: datetime, seed: float
) -> Learner:
    whole = structure(ctx, enrolment.version_id)
    left = [one for module in whole.modules for one in module.activities if not one.optional]
    return Learner(actor, enrolment, temper, entered + timedelta(hours=2), random.Random(seed), left, len(left))


def _live(platform: Platform, organisation_id: int, trainer: Actor, crowd: list[Learner], now: datetime) -> None:
    """Each round, everyone who is not there yet takes one step; a batch of steps is one transaction."""
    going = [one for one in crowd if _goes_on(one, now)]
    while going:
        for start in range(0, len(going), BATCH):
            with platform.writing(organisation_id, trainer.membership_id) as ctx, batch(ctx):
                for learner in going[start : start + BATCH]:
                    step(ctx, learner, now)
        going = [one for one in going if _goes_on(one, now)]


def _goes_on(learner: Learner, now: datetime) -> bool:
    done = 1 - len(learner.left) / learner.total
    return bool(learner.left) and learner.moment < now and done < learner.temper.stops_at
