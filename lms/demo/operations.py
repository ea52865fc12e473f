"""Making the demo: nothing is written beside the operations. What the demo shows, the platform can do."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from lms.accounts.api import (
    accept_terms,
    actors_of,
    create_organisation,
    ensure_person,
    grant_role,
    hash_password,
    organisations,
    roles_of,
)
from lms.accounts.api import people as everyone
from lms.courses.api import (
    CohortInfo,
    EnrolmentInfo,
    cohorts,
    create_cohort,
    enrol,
    import_content,
    publish_course,
    structure,
)
from lms.demo.acts import Learner, step
from lms.demo.helping import ask_and_answer
from lms.demo.leaving import answer, leave, pause
from lms.demo.making import stall_photo
from lms.demo.offering import offer_course
from lms.demo.people import (
    ACCOUNTS,
    COURSE,
    DETAILS,
    FAMILY,
    FORMER,
    FORMER_SHARE,
    GIVEN,
    GROUPS,
    MAIN_GROUP,
    ORGANISATION,
    PASSWORD,
    TEMPERS,
    Temper,
)
from lms.kernel.context import Actor, Context
from lms.kernel.database import TenantSession
from lms.kernel.platform import Platform
from lms.kernel.site import remove_site_text, site_text, write_site_text
from lms.xapi.api import batch

CONTENT = Path(__file__).parents[2] / "content"
BATCH = 50
FORMER_WEEKS = 20
"""Who entered longer ago is of the former group."""
DAYS_OF_ENTRY = 6
AT_WORK = timedelta(weeks=48)
"""Since when the association works: before its first learner entered."""


UNFINISHED = "demo"
"""The text of the site that stands for as long as a demo is being made: how it was begun."""


class AlreadyThere(Exception):
    """The demo has been made in this database."""


@dataclass(frozen=True, slots=True)
class Begun:
    """How a demo was begun: begun again in the same way, everyone does the same, and what is there already stays."""

    organisation_id: int
    learners: int
    seed: int
    at: str


def unfinished_demo(session: TenantSession) -> Begun | None:
    """The demo that was interrupted while it was made."""
    text = site_text(session, UNFINISHED)
    return Begun(**json.loads(text)) if text else None


def fill_demo(
    platform: Platform, *, learners: int, seed: int = 1, say: Callable[[str], None] = lambda _text: None
) -> None:
    """Make the organisation, its people, its course and its groups, then let learners act.

    A demo that was interrupted goes on as it was begun, whatever is asked for now. `AlreadyThere` when there is one.
    """
    begun = _begin(platform, learners, seed)
    now, chance = datetime.fromisoformat(begun.at), random.Random(begun.seed)
    organisation_id = begun.organisation_id
    people = _accounts(platform, organisation_id)
    with platform.writing(organisation_id, people["responsable"].membership_id) as ctx:
        groups = cohorts(ctx) or _course_and_groups(ctx, platform.settings.data_dir)
    say(f"{begun.learners} learners enter …")
    crowd = _crowd(platform, organisation_id, people, groups, begun.learners, now, chance)
    if any(info.type == "assignment" for one in crowd for info in one.left):
        photo = (platform.settings.data_dir, stall_photo())
        for one in crowd:
            one.photo = photo
    say("… and follow their path")
    _live(platform, organisation_id, people["formateur"], crowd, now)
    ask_and_answer(platform, organisation_id, people, crowd, now)
    say("… some find their way, and are asked for news")
    with platform.writing(organisation_id, people["formateur"].membership_id) as ctx:
        leave(ctx, crowd, now)
        answer(ctx, now, begun.seed)
        # At once with the ends: a demo that goes on finds nobody gone, and nothing offered.
        leader = platform.context_in(ctx.session, organisation_id, people["responsable"].membership_id)
        offer_course(leader, groups[0].course_id, now)
        remove_site_text(ctx.session, UNFINISHED)


def _begin(platform: Platform, learners: int, seed: int) -> Begun:
    """The demo's organisation, or the one that was begun; a second demo beside a first one would only confuse."""
    with platform.database.writing() as session:
        found = unfinished_demo(session)
        if found is not None:
            return found
        if any(one.name == ORGANISATION for one in organisations(session)):
            raise AlreadyThere
        organisation_id = create_organisation(session, name=ORGANISATION, **DETAILS).id
        begun = Begun(organisation_id, learners, seed, platform.clock().isoformat())
        write_site_text(session, UNFINISHED, json.dumps(asdict(begun)))
        return begun


def _course_and_groups(ctx: Context, data_dir: Path) -> list[CohortInfo]:
    for name in ("entrecomp", "entreprendre"):
        import_content(ctx, CONTENT / "frameworks" / f"{name}.yaml", data_dir=data_dir)
    import_content(ctx, CONTENT / "courses" / COURSE, data_dir=data_dir)
    course = publish_course(ctx, COURSE)
    ages = [timedelta(weeks=45) if number == FORMER else timedelta() for number in range(len(GROUPS))]
    return [
        create_cohort(replace(ctx, clock=partial(_before, ctx, age)), course=course, code=code, name=name, place=place)
        for (code, name, place), age in zip(GROUPS, ages, strict=True)
    ]


def _before(ctx: Context, age: timedelta) -> datetime:
    return ctx.now - age


def _accounts(platform: Platform, organisation_id: int) -> dict[str, Actor]:
    secret = hash_password(PASSWORD)  # once, and before anything is written
    found = {}
    with platform.writing(organisation_id) as ctx:
        for name, given, family, role, scope in ACCOUNTS:
            person = ensure_person(
                ctx, given_name=given, family_name=family, email=f"{name}@demo.test", password_hash=secret
            )
            if role not in roles_of(ctx, [person.id]).get(person.id, ()):
                grant_role(ctx, membership_id=person.id, role=role, scope=scope, starts_at=ctx.now - AT_WORK)
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
    earlier = _earlier(platform, organisation_id, people)
    for numbers in _batches(learners):
        days = [now - timedelta(weeks=chance.uniform(0.5, 10)) for _ in range(DAYS_OF_ENTRY)]
        with platform.writing(organisation_id, people["formateur"].membership_id) as ctx:
            entering: dict[tuple[int, datetime], list[tuple[Actor, Temper]]] = {}
            for number in numbers:
                place = int(number > 0 and chance.random() >= MAIN_GROUP)
                day = now - timedelta(weeks=3) if number == 0 else chance.choice(days)
                if number % FORMER_SHARE == FORMER_SHARE - 1:
                    place, day = FORMER, now - timedelta(weeks=40)
                temper = TEMPERS[0] if number == 0 else _temper(chance)
                entering.setdefault((place, day), []).append((_newcomer(ctx, earlier, number, chance), temper))
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


def _earlier(platform: Platform, organisation_id: int, people: dict[str, Actor]) -> list[Actor]:
    """Who has entered before an interruption, in order; at first the demo's own learner alone."""
    with platform.reading(organisation_id) as ctx:
        own = {one.membership_id for one in people.values()}
        found = actors_of(ctx, ctx.session.scalars(select(everyone(ctx).subquery().c.membership_id)))
    return [people["porteur"], *(actor for one, actor in sorted(found.items()) if one not in own)]


def _newcomer(ctx: Context, earlier: list[Actor], number: int, chance: random.Random) -> Actor:
    names = {"given_name": chance.choice(GIVEN), "family_name": chance.choice(FAMILY)} if number else {}
    if number < len(earlier):
        return earlier[number]
    person = ensure_person(ctx, **names)
    actor = Actor(person.id, person.person_id, person.uuid, person.name)
    accept_terms(replace(ctx, actor=actor))
    return actor


def _temper(chance: random.Random) -> Temper:
    return chance.choices(TEMPERS, [one.share for one in TEMPERS])[0]


def _learner(
    ctx: Context, actor: Actor, enrolment: EnrolmentInfo, temper: Temper, entered: datetime, seed: float
) -> Learner:
    whole = structure(ctx, enrolment.version_id)
    is_former = entered < ctx.now - timedelta(weeks=FORMER_WEEKS)
    # What the former group handed in was looked at long ago: the demo leaves it out.
    left = [
        one
        for module in whole.modules
        for one in module.activities
        if not one.optional and not (is_former and one.type == "assignment")
    ]
    return Learner(actor, enrolment, temper, entered + timedelta(hours=2), random.Random(seed), left, len(left))


def _live(platform: Platform, organisation_id: int, trainer: Actor, crowd: list[Learner], now: datetime) -> None:
    """Each round, everyone who is not there yet takes one step; a batch of steps is one transaction."""
    going = [one for one in crowd if _goes_on(one, now)]
    while going:
        for start in range(0, len(going), BATCH):
            with platform.writing(organisation_id, trainer.membership_id) as ctx, batch(ctx):
                for learner in going[start : start + BATCH]:
                    step(ctx, learner, now)
                    if _pauses(learner, now):
                        learner.has_paused = True
                        pause(ctx, learner, now)
        going = [one for one in going if _goes_on(one, now)]


def _pauses(learner: Learner, now: datetime) -> bool:
    is_on_the_way = len(learner.left) < learner.total * 0.8 and learner.moment < now
    return bool(learner.temper.pauses_days) and not learner.has_paused and is_on_the_way


def _goes_on(learner: Learner, now: datetime) -> bool:
    done = 1 - len(learner.left) / learner.total
    return bool(learner.left) and learner.moment < now and done < learner.temper.stops_at
