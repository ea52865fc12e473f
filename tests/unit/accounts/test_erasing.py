"""After an erasure the person is nowhere: the whole database and the folder of files are searched for them."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from PIL import Image
from sqlalchemy import String, Text, select
from sqlalchemy.types import JSON

from lms.accounts import access, downloads, erasing, keeping, own_contacts
from lms.accounts.api import actor_of, ensure_person, grant_role
from lms.accounts.models import Erasure
from lms.accounts.tasks import TIDY
from lms.contract.types import Role, Scope, Source
from lms.courses.api import activity_iri, enrolments_by_id, progress_of
from lms.kernel import jobs
from lms.kernel.database import Base
from lms.kernel.delivery import deliver_events
from lms.kernel.jobs import JobRow
from lms.kernel.locking import CannotUnlock, Locker
from lms.kernel.media import PHOTO, prepare
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden, NotFound
from lms.messages.operations import open_thread
from lms.xapi.api import COMPLETED, Said, check, record, refold_stale
from lms.xapi.models import StatementRow
from tests.conftest import TestClock
from tests.factories.courses import enrol, make_cohort, make_course
from tests.factories.messages import myself, words
from tests.factories.world import World

NAME, FAMILY, EMAIL, PHONE = "Zénobie", "Quatremère", "zenobie.q@essai.test", "+33698765432"
SAID = "mon secret est sous le figuier"
MARKS = [NAME, "Zenobie", "zenobie", FAMILY, "quatremere", EMAIL, PHONE, "0698765432", "06 98 76 54 32", SAID]


def everything(platform: Platform) -> Iterator[tuple[str, str]]:
    """(where, text) of every text column of every table."""
    with platform.database.read_session() as session:
        session.info["across"] = True
        for mapper in Base.registry.mappers:
            columns = [one for one in mapper.local_table.columns if isinstance(one.type, String | Text | JSON)]
            for row in session.execute(select(*columns)) if columns else ():
                for column, value in zip(columns, row, strict=True):
                    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                    yield f"{mapper.local_table.name}.{column.name}", text


def files(platform: Platform) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every file of the data folder but the database itself, what is packed unpacked."""
    for path in platform.settings.data_dir.rglob("*"):
        if path.is_file() and "mail" not in path.parts:
            yield str(path), _unpacked(path)


def _unpacked(path: Path) -> bytes:
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        return b"".join(name.encode() + packed.read(name) for name in packed.namelist())


def traces_of(platform: Platform) -> set[str]:
    found = {f"{where}: {mark}" for where, text in everything(platform) for mark in MARKS if mark in text}
    return found | {f"{path}: {mark}" for path, held in files(platform) for mark in MARKS if mark.encode() in held}


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_wakers", [])


def work(platform: Platform) -> None:
    for _ in range(3):
        deliver_events(platform)
        jobs.sweep(platform)


@pytest.fixture
def lived(platform: Platform, world: World) -> dict[str, Any]:
    """Someone who has done all that leaves a trace: a path, messages with a photo, a download, a contact asked for."""
    with platform.writing(world.organisation) as ctx:
        course = make_course(ctx)
        cohort = make_cohort(ctx, course)
        me = ensure_person(ctx, given_name=NAME, family_name=FAMILY, email=EMAIL, phone=PHONE)
        grant_role(ctx, membership_id=me.id, role=Role.LEARNER, scope=Scope.PERSON)
        enrolment = enrol(ctx, cohort, membership_id=me.id)
        other = enrol(ctx, cohort, membership_id=world.members["learner"])
    world.members["me"], world.organisations["me"] = me.id, world.organisation
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(picture, "PNG")
    ready = prepare(f"{NAME} {FAMILY}.png", picture.getvalue(), accepts={PHOTO})
    for who, one in (("me", enrolment), ("learner", other)):
        with platform.writing(world.organisation, world.members[who]) as ctx:
            _read(ctx, course, one)
    with platform.writing(world.organisation, me.id) as ctx:
        access.note_session(ctx, way="card", device="monmobile1", kind="phone android chrome")
        own_contacts.change_own_name(ctx, given_name=NAME, family_name=f"{FAMILY}-Né")
        own_contacts.ask_contact(ctx, kind="email", value=f"nouveau.{EMAIL}")
        said = words(f"{SAID}, signé {NAME}", media=(ready,), data_dir=platform.settings.data_dir)
        open_thread(ctx, person=myself(ctx), words=said)
        downloads.start_download(ctx, page="/moi/donnees/tout")
    work(platform)
    return {"me": me.id, "enrolment": enrolment, "other": other}


def _read(ctx: Any, course: Any, enrolment: Any) -> None:
    record(
        ctx,
        [
            Said(
                id=str(uuid.uuid4()), actor=actor_of(ctx, enrolment.membership_id), verb=COMPLETED,
                activity=activity_iri(ctx, course.keys["lesson"]), activity_type="http://adlnet.gov/expapi/activities/lesson",
                activity_name="Essai", source=Source.LEARNER_DEVICE, occurred_at=ctx.now, timestamp=ctx.now,
                registration=enrolment.uuid, completion=True, seconds=60.0,
            )
        ],
    )  # fmt: skip


def test_after_an_erasure_the_person_is_nowhere(
    platform: Platform, world: World, lived: dict[str, Any], clock: TestClock
) -> None:
    assert {"kernel_media.name", "messages_message.text", "accounts_membership.given_name"} <= {
        one.split(":")[0] for one in traces_of(platform)
    }, "the search finds what is there"
    with platform.reading(world.organisation) as ctx:
        whose = StatementRow.membership_id == lived["me"]
        leaves = list(ctx.session.scalars(select(StatementRow.leaf).where(whose).order_by(StatementRow.id)))
        ids = list(ctx.session.scalars(select(StatementRow.id).where(whose)))
        assert progress_of(ctx, lived["enrolment"].id)
    _start(platform, world, clock)
    work(platform)
    assert traces_of(platform) == set()
    with platform.writing(world.organisation) as ctx:
        rows = ctx.session.scalars(select(StatementRow).where(StatementRow.id.in_(ids)).order_by(StatementRow.id)).all()
        assert [row.leaf for row in rows] == leaves, "the leaves stay, so that the seal of others verifies"
        assert {(row.raw, row.salt, row.actor, row.membership_id) for row in rows} == {("", b"", "", None)}
        while refold_stale(ctx):
            pass
        assert progress_of(ctx, lived["enrolment"].id) == {}
        assert progress_of(ctx, lived["other"].id), "the others keep their figures"
        assert [one for figure in ctx.registry.figures for one in check(ctx, figure)] == []
        assert enrolments_by_id(ctx, [lived["enrolment"].id]), "what the law keeps is there, under a number"


def test_a_job_that_dies_half_way_is_taken_up_again(
    platform: Platform, world: World, lived: dict[str, Any], clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are gone, their bytes not yet: the next try takes them off the disk."""
    told = []

    def cut(*_arguments: Any, **_named: Any) -> None:
        told.append(1)
        raise OSError("the machine went down")

    _start(platform, world, clock)
    with monkeypatch.context() as broken:
        broken.setattr("lms.accounts.tasks.remove_bytes", cut)
        broken.setattr("lms.activities.assignment.tasks.remove_bytes", lambda *_a, **_n: None)
        work(platform)
    assert told
    with platform.reading(world.organisation) as ctx:
        job = ctx.session.scalars(select(JobRow).where(JobRow.kind == erasing.ERASE_JOB)).one()
        left = [platform.settings.data_dir / "files" / str(world.organisation) / name for name in job.cursor["bytes"]]
    assert left
    assert all(path.exists() for path in left)
    clock.forward(minutes=5)
    work(platform)
    assert not any(path.exists() for path in left)
    assert traces_of(platform) == set()


def _start(platform: Platform, world: World, clock: TestClock) -> None:
    with platform.writing(world.organisation, world.members["me"]) as ctx:
        key = erasing.ask_erasure(ctx).key
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        erasing.confirm_erasure(ctx, key=key)
    clock.forward(days=7, minutes=1)
    TIDY.run(platform)


# ------------------------------------------------------------------------------------------------ what the law keeps


def test_the_name_is_locked_until_the_term_and_read_only_after_it_was_written_down(
    platform: Platform, world: World, lived: dict[str, Any], clock: TestClock
) -> None:
    locker, stranger = Locker(platform.settings.required_narrative_keys()), Locker([Fernet.generate_key().decode()])
    _start(platform, world, clock)
    work(platform)
    manager = (world.organisation, world.members["manager"])
    with platform.reading(*manager) as ctx:
        row = ctx.session.scalars(select(Erasure)).one()
        assert FAMILY not in row.locked
        assert keeping.kept(ctx, row.key).has_name
        with pytest.raises(Forbidden):
            keeping.opened_name(ctx, key=row.key, locker=locker)
    with platform.reading(world.organisation, world.members["trainer"]) as ctx, pytest.raises(Forbidden):
        keeping.kept(ctx, row.key)
    with (
        platform.reading(world.other_organisation, world.members["other_manager"]) as ctx,
        pytest.raises(NotFound),
    ):
        keeping.kept(ctx, row.key)
    with platform.writing(*manager) as ctx:
        with pytest.raises(NotFound):
            keeping.note_opening(ctx, key=row.key, purpose="curiosity")
        keeping.note_opening(ctx, key=row.key, purpose="inspection")
    with platform.reading(*manager) as ctx:
        assert keeping.opened_name(ctx, key=row.key, locker=locker).startswith(f"{NAME} {FAMILY}-Né")
        assert keeping.opened_name(ctx, key=row.key, locker=stranger) == "", "the key that locked it is missing"
        assert [one.purpose for one in keeping.kept(ctx, row.key).openings] == [keeping.PURPOSES["inspection"]]
    clock.forward(minutes=2)
    with platform.reading(*manager) as ctx, pytest.raises(Forbidden):
        keeping.opened_name(ctx, key=row.key, locker=locker)
    clock.forward(days=365 * 6 + 3)
    TIDY.run(platform)
    work(platform)
    with platform.reading(*manager) as ctx:
        assert ctx.session.scalars(select(Erasure)).one().locked == ""
        assert enrolments_by_id(ctx, [lived["enrolment"].id]) == {}
        with pytest.raises(NotFound):
            keeping.kept(ctx, row.key)


def test_of_someone_who_followed_nothing_no_name_is_kept(platform: Platform, world: World, clock: TestClock) -> None:
    with platform.writing(world.organisation, world.members["coach"]) as ctx:
        key = erasing.ask_erasure(ctx).key
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        erasing.confirm_erasure(ctx, key=key)
    clock.forward(days=7, minutes=1)
    TIDY.run(platform)
    work(platform)
    with platform.reading(world.organisation, world.members["manager"]) as ctx:
        assert not keeping.kept(ctx, key).has_name


def test_the_first_key_locks_and_each_unlocks() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    before = Locker([old]).lock("Zénobie")
    assert Locker([new, old]).unlock(before) == "Zénobie"
    after = Locker([new, old]).lock("Zénobie")
    assert Locker([new]).unlock(after) == "Zénobie"
    with pytest.raises(CannotUnlock):
        Locker([old]).unlock(after)
