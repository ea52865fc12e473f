"""Many at once: nothing is lost, nothing counts twice, nobody waits for ever, and every figure is what the ledger says."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.contract.types import Source
from lms.courses.api import progress_of
from lms.kernel.platform import Platform
from lms.xapi import tasks
from lms.xapi.api import COMPLETED, EXPERIENCED, batch, mark_stale, record, stale_count, void
from lms.xapi.models import IntentRow, StatementRow
from lms.xapi.replay import Tally, check
from tests.factories.world import World
from tests.unit.xapi.conftest import LEARNERS, Class

SOAK = bool(os.environ.get("LMS_SOAK"))
ROUNDS = 150 if SOAK else 12
pytestmark = pytest.mark.soak


def differences(platform: Platform, organisation: Any) -> Any:
    """What replay finds, once the worker has done what waits."""
    tasks.refold(platform)
    found, tally = [], Tally()
    with platform.reading(organisation) as ctx:
        assert stale_count(ctx) == 0
        for figure in ctx.registry.figures:
            found += list(check(ctx, figure, tally))
    assert tally.keys > 0
    return found


def in_threads(*works: Any) -> None:
    """Run them at the same time; the first failure is ours."""
    with ThreadPoolExecutor(len(works)) as pool:
        running = [pool.submit(work) for work in works]
        for one in running:
            one.result(timeout=600)


def counted(platform: Platform, organisation: Any) -> Any:
    with platform.reading(organisation) as ctx:
        return ctx.session.scalar(select(func.count()).select_from(StatementRow))


def test_one_person_from_several_devices(engine_name: str, school: Class, platform: Platform, world: World) -> None:
    """The case where an upsert in sorted order still lost updates: each statement changes the same figure."""

    def work() -> None:
        for step in range(ROUNDS):
            with platform.writing(world.organisation, world.members["learner"]) as ctx:
                at = ctx.now - timedelta(seconds=step)
                attempt = str(uuid.uuid4())
                record(ctx, [school.said(ctx, occurred_at=at, seconds=1.0, attempt=attempt, verb=EXPERIENCED)])

    in_threads(*[work] * 6)
    assert counted(platform, world.organisation) == 6 * ROUNDS
    assert differences(platform, world.organisation) == []
    with platform.reading(world.organisation) as ctx:
        found = progress_of(ctx, school.enrolments["learner"].id)[school.course.keys["lesson"]]
    assert found.attempts == 6 * ROUNDS


def test_batches_that_touch_people_in_different_orders(
    engine_name: str, school: Class, platform: Platform, world: World
) -> None:
    def work(seed: Any) -> None:
        chance = random.Random(seed)
        for _ in range(ROUNDS):
            people = chance.sample(LEARNERS, len(LEARNERS))
            with platform.writing(world.organisation, world.members["trainer"]) as ctx:
                names = ["lesson", "session", "quiz"]
                record(
                    ctx,
                    [
                        school.said(ctx, who, name, source=Source.STAFF)
                        for who in people
                        for name in chance.sample(names, 3)
                    ],
                )

    in_threads(*[lambda seed=seed: work(seed) for seed in range(5)])
    assert counted(platform, world.organisation) == 5 * ROUNDS * len(LEARNERS) * 3
    assert differences(platform, world.organisation) == []


def test_the_same_statements_from_several_senders(
    engine_name: str, school: Class, platform: Platform, world: World
) -> None:
    with platform.reading(world.organisation) as ctx:
        same = [school.said(ctx, who) for who in LEARNERS for _ in range(ROUNDS)]

    def work(seed: Any) -> None:
        mine = random.Random(seed).sample(same, len(same))
        for start in range(0, len(mine), 5):
            with platform.writing(world.organisation, world.members["trainer"]) as ctx:
                record(ctx, mine[start : start + 5])

    in_threads(*[lambda seed=seed: work(seed) for seed in range(4)])
    assert counted(platform, world.organisation) == len(same)
    assert differences(platform, world.organisation) == []


def test_the_worker_computes_while_people_work(
    engine_name: str, school: Class, platform: Platform, world: World
) -> None:
    """The worker comes to a figure without knowing whose it is: it must neither undo nor wait for what people do."""
    ended = threading.Event()

    def worker() -> None:
        while not ended.is_set():
            tasks.refold(platform)

    def marker() -> None:
        for _ in range(ROUNDS * 2):
            with platform.writing(world.organisation) as ctx:
                keys = [(one.uuid, school.course.keys["lesson"]) for one in school.enrolments.values()]
                mark_stale(ctx, "progress", keys)

    def person(who: Any) -> None:
        for step in range(ROUNDS):
            with platform.writing(world.organisation, world.members[who]) as ctx:
                record(ctx, [school.said(ctx, who, attempt=str(step), seconds=float(step))])

    def people_and_end() -> None:
        try:
            in_threads(marker, *[lambda who=who: person(who) for who in LEARNERS])
        finally:
            ended.set()

    in_threads(worker, worker, people_and_end)
    assert differences(platform, world.organisation) == []


def all_keys(school: Class) -> Any:
    """(registration, name of an activity): each is touched in one volley only, so that no later one repairs it."""
    names = ["lesson", "quiz", "session", "limited_quiz", "resource", "dated_lesson", "after_lesson", "trainer_lesson"]
    return [(one.uuid, name) for one in school.enrolments.values() for name in names]


def test_a_registration_is_named_by_others_at_the_same_moment(
    engine_name: str, school: Class, platform: Platform, world: World
) -> None:
    """Statements of other actors under a learner's registration: the lock of people does not see them, turns do."""
    together = threading.Barrier(len(LEARNERS))

    def work(who: Any) -> None:
        for registration, name in all_keys(school):
            together.wait(60)
            for step in range(2):
                with platform.writing(world.organisation, world.members[who]) as ctx:
                    attempt, source = f"{who}{step}", Source.STAFF if name == "session" else Source.LEARNER_DEVICE
                    said = school.said(
                        ctx, who, name, registration=registration, attempt=attempt, source=source, seconds=1.0
                    )
                    record(ctx, [said])

    in_threads(*[lambda who=who: work(who) for who in LEARNERS])
    assert counted(platform, world.organisation) == 2 * len(LEARNERS) * len(all_keys(school))
    assert differences(platform, world.organisation) == []


def test_the_worker_comes_at_the_moment_of_an_act(
    engine_name: str, school: Class, platform: Platform, world: World
) -> None:
    together = threading.Barrier(2)

    def worker() -> None:
        for registration, name in all_keys(school):
            with platform.writing(world.organisation) as ctx:
                mark_stale(ctx, "progress", [(registration, school.course.keys[name])])
            together.wait(60)
            tasks.refold(platform)

    def person() -> None:
        for registration, name in all_keys(school):
            together.wait(60)
            with platform.writing(world.organisation, world.members["learner"]) as ctx:
                source = Source.STAFF if name == "session" else Source.LEARNER_DEVICE
                record(ctx, [school.said(ctx, "learner", name, registration=registration, source=source)])

    in_threads(worker, person)
    assert differences(platform, world.organisation) == []


def test_voiding_while_people_work(engine_name: str, school: Class, platform: Platform, world: World) -> None:
    said = []

    def person() -> None:
        for step in range(ROUNDS * 2):
            with platform.writing(world.organisation, world.members["learner"]) as ctx:
                one = school.said(ctx, attempt=str(step))
                record(ctx, [one])
            said.append(one.id)

    def trainer() -> None:
        done = 0
        while done < ROUNDS:
            if len(said) <= done:
                time.sleep(0.001)
                continue
            with platform.writing(world.organisation, world.members["trainer"]) as ctx:
                assert void(ctx, [said[done]]) == 1
            done += 1

    in_threads(person, trainer)
    assert differences(platform, world.organisation) == []
    with platform.reading(world.organisation) as ctx:
        found = progress_of(ctx, school.enrolments["learner"].id)[school.course.keys["lesson"]]
    assert found.attempts == ROUNDS


def test_batches_of_acts_with_one_computation_at_the_end(
    engine_name: str, school: Class, platform: Platform, world: World
) -> None:
    def work(seed: Any) -> None:
        chance = random.Random(seed)
        for _ in range(ROUNDS):
            with platform.writing(world.organisation, world.members["learner"]) as ctx, batch(ctx):
                for name in chance.sample(["lesson", "session", "quiz"], 3):
                    record(ctx, [school.said(ctx, name=name, attempt=str(chance.random()))])

    in_threads(*[lambda seed=seed: work(seed) for seed in range(4)])
    assert differences(platform, world.organisation) == []


SENDER = """
    import sys, json, uuid
    from datetime import UTC, datetime, timedelta
    from lms.app import build_platform
    from lms.settings import Settings
    from lms.xapi.api import Sent, accept
    asked = json.loads(sys.argv[1])
    platform = build_platform(Settings(database_url=asked["url"], secret_key="s" * 40, narrative_keys="c" * 43 + "=", development=True))
    platform.clock = lambda: datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    while True:
        name = str(uuid.uuid4())
        print("sends", name, flush=True)
        with platform.writing(asked["organisation"], asked["member"]) as ctx:
            accept(ctx, Sent(name, asked["kind"], asked["payload"], ctx.now, ctx.now))
        print("acknowledged", name, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(
    engine_name: str, school: Class, platform: Platform, world: World
) -> None:
    """A process that is killed in the middle: each acknowledged act is there once, with its statements and figures."""
    kind = next(name for name in platform.registry.intents if name.startswith("lesson."))
    asked = {
        "url": platform.settings.database_url,
        "organisation": world.organisation,
        "member": world.members["learner"],
        "kind": kind,
        "payload": {"activity": school.course.keys["lesson"], "seconds": 3},
    }
    acknowledged, sent = set(), set()
    for number in range(20 if SOAK else 2):
        program = [sys.executable, "-c", textwrap.dedent(SENDER), json.dumps(asked)]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
            lines = iter(process.stdout.readline, "")
            for seen, line in enumerate(lines):
                word, name = line.split()
                (acknowledged if word == "acknowledged" else sent).add(name)
                if seen > 10 + number * 3:
                    process.kill()
                    break
            for line in lines:  # what it had said before it died
                word, _, name = line.strip().partition(" ")
                if len(name) == 36:
                    (acknowledged if word == "acknowledged" else sent).add(name)
    with platform.reading(world.organisation) as ctx:
        kept = dict(ctx.session.execute(select(IntentRow.uuid, IntentRow.id)).all())
        of_intents = ctx.session.scalars(select(StatementRow.intent_id)).all()
    assert acknowledged
    assert acknowledged <= set(kept) <= sent
    assert set(kept.values()) == set(of_intents)
    assert differences(platform, world.organisation) == []


PARTNER = """
    import sys, json, uuid
    from lms.app import build_platform
    from lms.settings import Settings
    from lms.contract.types import Source
    from lms.xapi.api import COMPLETED, Said, record
    asked = json.loads(sys.argv[1])
    platform = build_platform(Settings(database_url=asked["url"], secret_key="s" * 40, narrative_keys="c" * 43 + "=", development=True))
    for step in range(asked["rounds"]):
        with platform.writing(asked["organisation"], asked["member"]) as ctx:
            record(ctx, [Said(id=str(uuid.uuid4()), actor=ctx.subject, verb=COMPLETED, activity=asked["activity"],
                activity_type="http://adlnet.gov/expapi/activities/lesson", activity_name="Essai", source=Source.LEARNER_DEVICE,
                occurred_at=ctx.now, timestamp=ctx.now, registration=asked["registration"], attempt=f"{asked['name']}{step}")])
"""


def test_several_processes_record_for_one_person(
    engine_name: str, school: Class, platform: Platform, world: World
) -> None:
    with platform.reading(world.organisation) as ctx:
        activity = f"{ctx.iri_prefix}/a/{school.course.keys['lesson']}"
    asked = {
        "url": platform.settings.database_url,
        "organisation": world.organisation,
        "member": world.members["learner"],
        "activity": activity,
        "registration": school.enrolments["learner"].uuid,
        "rounds": ROUNDS,
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PARTNER), json.dumps({**asked, "name": name})],
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b", "c")
    ]
    for process in running:
        _out, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    assert counted(platform, world.organisation) == 3 * ROUNDS
    assert differences(platform, world.organisation) == []
    with platform.reading(world.organisation) as ctx:
        found = progress_of(ctx, school.enrolments["learner"].id)[school.course.keys["lesson"]]
    assert found.attempts == 3 * ROUNDS
    assert COMPLETED
