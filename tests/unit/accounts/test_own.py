"""The person's own: who sees what, devices, name and contacts, all their data, erasure."""

from __future__ import annotations

import email
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import policy
from tempfile import TemporaryFile
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from lms.accounts import access, downloads, erasing, operations, own_contacts
from lms.accounts.api import actor_of, grant_role
from lms.accounts.devices import add_device, close_device, drop_old_devices, kind_in_words, kind_of, own_devices
from lms.accounts.events import NameChanged
from lms.accounts.leading import Refused
from lms.accounts.models import ContactChange, Device, Erasure, GrantRow, Identifier, Membership, Person
from lms.accounts.onlookers import onlookers, recent_looks
from lms.accounts.permissions import ERASE_PEOPLE, READ_PEOPLE
from lms.accounts.roster import RosterLine
from lms.accounts.signing import Signer
from lms.accounts.tasks import TIDY
from lms.contract.types import Role, Scope
from lms.kernel import jobs
from lms.kernel.context import Context
from lms.kernel.delivery import deliver_events
from lms.kernel.events import EventRow
from lms.kernel.files import keep_file
from lms.kernel.jobs import JobRow
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden, NotFound
from lms.xapi.models import StatementRow
from tests.conftest import TestClock
from tests.factories.courses import enrol, make_cohort, make_course
from tests.factories.world import DEVICE, World

Acting = Callable[[str], Context]
SIGNER = Signer("s" * 40)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An application of another test may still be waiting for jobs."""
    monkeypatch.setattr(jobs, "_wakers", [])


def own(ctx: Context) -> Membership:
    return ctx.session.get_one(Membership, ctx.subject.membership_id)


# --------------------------------------------------------------------------------------------------------- who sees what


def shown(ctx: Context) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {name: (who, (*one.sees, *one.may)) for one in onlookers(ctx) for name, who in one.people}


def test_who_sees_me_is_said_from_the_rights_and_the_grants(acting: Acting) -> None:
    found = shown(acting("learner"))
    assert set(found) == {"Trainer Essai", "Coach Essai", "Manager Essai", "Auditor Essai", "Administrator Essai"}
    who, sees = found["Trainer Essai"]
    assert who == "forme les personnes de l'association"
    assert "voit votre nom, votre e-mail, votre téléphone et vos rôles" in sees
    assert "voit votre groupe, votre avancée et vos résultats" in sees
    assert ERASE_PEOPLE.about in found["Manager Essai"][1]
    assert ERASE_PEOPLE.about not in sees
    assert "peut vous faire une carte ou un lien pour entrer" not in found["Auditor Essai"][1]


def test_a_role_on_a_group_shows_while_the_person_is_in_it_and_what_was_done_there_for_good(
    acting: Acting, platform: Platform, world: World
) -> None:
    """The page says what `ctx.holds` answers, for each way in which a role may reach someone."""
    with platform.writing(world.organisation) as ctx:
        course = make_course(ctx)
        cohort = make_cohort(ctx, course)
        enrolment = enrol(ctx, cohort, membership_id=world.members["learner"])
        near = {}
        for name, scope, scope_id in (
            ("Awa", Scope.COHORT, cohort.id),
            ("Binta", Scope.COURSE, cohort.course_id),
            ("Chloé", Scope.PERSON, world.members["learner"]),
            ("Dany", Scope.COHORT, cohort.id + 1000),
        ):
            near[name] = operations.ensure_person(ctx, given_name=name, family_name="Près").id
            grant_role(ctx, membership_id=near[name], role=Role.TRAINER, scope=scope, scope_id=scope_id)
    ctx = acting("learner")
    found = shown(ctx)
    ctx.session.rollback()
    assert found["Awa Près"][0] == "forme votre groupe"
    assert found["Binta Près"][0] == "forme les personnes de votre parcours"
    assert found["Chloé Près"][0] == "vous forme"
    assert "Dany Près" not in found
    _agrees(platform, world, near, found)
    with platform.writing(world.organisation) as ctx:
        from lms.courses.models import Enrolment

        ctx.session.get_one(Enrolment, enrolment.id).ended_at = ctx.now
    ctx = acting("learner")
    found = shown(ctx)
    ctx.session.rollback()
    assert READ_PEOPLE.about not in found["Awa Près"][1]
    assert "voit votre groupe, votre avancée et vos résultats" in found["Awa Près"][1]
    _agrees(platform, world, near, found)


def _agrees(platform: Platform, world: World, near: dict[str, int], found: dict[str, Any]) -> None:
    for name, membership_id in near.items():
        with platform.reading(world.organisation, membership_id) as ctx:
            learner = ctx.session.get_one(Membership, world.members["learner"])
            told = READ_PEOPLE.about in found.get(f"{name} Près", ("", ()))[1]
            assert told == ctx.holds(READ_PEOPLE, learner), name


def test_a_role_that_has_ended_or_left_is_not_told(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    ctx.session.get_one(Membership, world.members["coach"]).status = "ended"
    for row in ctx.session.scalars(select(GrantRow).where(GrantRow.membership_id == world.members["auditor"])):
        row.ends_at = ctx.now
    ctx.session.commit()
    assert {"Coach Essai", "Auditor Essai"}.isdisjoint(shown(acting("learner")))


def test_who_has_looked_is_told(acting: Acting, world: World) -> None:
    ctx = acting("trainer")
    access.see_as(ctx, membership=ctx.session.get_one(Membership, world.members["learner"]))
    ctx.session.commit()
    assert [one.name for one in recent_looks(acting("learner"))] == ["Trainer Essai"]
    assert recent_looks(acting("company_head")) == []


def test_no_more_queries_for_more_staff(acting: Acting, count_statements: Any, world: World) -> None:
    ctx = acting("manager")
    for number in range(30):
        operations.invite(ctx, line=RosterLine(number, f"F{number}", "X", f"f{number}@essai.test", "", "trainer"))
    ctx.session.flush()
    for row in ctx.session.scalars(select(Membership).where(Membership.status == "invited")):
        row.status = "active"
    ctx.session.commit()
    me = replace(ctx, actor=actor_of(ctx, world.members["learner"]), grants=())
    seen = count_statements(ctx)
    assert len(shown(me)) == 35
    assert len(seen) <= 2 + len(ctx.registry.people_in)


# ---------------------------------------------------------------------------------------------------------------- devices


def test_of_a_browser_only_its_kind_is_kept() -> None:
    assert [kind_of(one) for one in (ANDROID, IPAD, WINDOWS, "", "x" * 9000)] == [
        "phone android chrome", "tablet ipad safari", "computer windows edge", "", "",
    ]  # fmt: skip
    assert [kind_in_words(one) for one in ("phone android chrome", "computer windows edge", "")] == [
        "Téléphone Android, Chrome", "Ordinateur Windows, Edge", "Appareil",
    ]  # fmt: skip


def test_a_device_is_closed_by_its_owner_only(acting: Acting) -> None:
    ctx = acting("learner")
    add_device(ctx, key="monmobile1", way="card", kind=kind_of(ANDROID))
    ctx.session.commit()
    with pytest.raises(NotFound):
        close_device(acting("manager"), key="monmobile1")
    ctx = acting("learner")
    close_device(ctx, key="monmobile1")
    with pytest.raises(NotFound):
        close_device(ctx, key="monmobile1")
    assert "monmobile1" not in {one.key for one in own_devices(ctx, this_one=DEVICE)}


def test_devices_go_after_90_days(acting: Acting, platform: Platform, clock: TestClock, world: World) -> None:
    clock.forward(days=89)
    assert own_devices(acting("learner"), this_one=DEVICE)
    clock.forward(days=1)
    assert own_devices(acting("learner"), this_one=DEVICE) == []
    acting("learner").session.rollback()
    drop_old_devices(platform)
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(Device)) == 0
        found = platform.identify(ctx.session, world.organisation, world.members["learner"], clock(), DEVICE)
    assert found.device == ""  # type: ignore[union-attr]


def test_who_is_signed_in_is_known_in_one_query(
    acting: Acting, platform: Platform, world: World, count_statements: Any
) -> None:
    ctx = acting("learner")
    seen = count_statements(ctx)
    found = platform.identify(ctx.session, world.organisation, world.members["learner"], platform.clock(), DEVICE)
    assert found.device == DEVICE  # type: ignore[union-attr]
    assert len([one for one in seen if one.startswith("SELECT")]) == 1


# ------------------------------------------------------------------------------------------------------ name and contacts


def test_a_new_name_counts_at_once_and_the_old_one_is_told(acting: Acting) -> None:
    ctx = acting("learner")
    assert own_contacts.change_own_name(ctx, given_name="Aïcha", family_name="Diallo")
    assert not own_contacts.change_own_name(ctx, given_name="Aïcha", family_name="Diallo")
    assert (own(ctx).name, own(ctx).sort_name, own(ctx).former_name) == (
        "Aïcha Diallo",
        "diallo aicha",
        "Learner Essai",
    )
    events = ctx.session.scalars(select(EventRow).where(EventRow.type == NameChanged.type)).all()
    assert [one.data for one in events] == [{"membership_id": ctx.subject.membership_id}]


def test_a_new_name_is_written_to_those_who_train_the_person(acting: Acting, platform: Platform, world: World) -> None:
    """To those of the person's group when there are some, else to all who train or accompany."""
    earlier = set(_letters(platform))
    _rename(acting, "Aïcha")
    _work(platform)
    told = set(_letters(platform)) - earlier
    assert {line for one in told for line in one.splitlines() if line.startswith("To:")} == {
        "To: trainer@essai.test",
        "To: coach@essai.test",
    }
    assert all("Learner Essai s'appelle maintenant Aïcha Essai" in one for one in told)
    with platform.writing(world.organisation) as ctx:
        cohort = make_cohort(ctx, make_course(ctx))
        enrol(ctx, cohort, membership_id=world.members["learner"])
        near = operations.ensure_person(ctx, given_name="Awa", family_name="Près", email="awa@essai.test").id
        grant_role(ctx, membership_id=near, role=Role.TRAINER, scope=Scope.COHORT, scope_id=cohort.id)
    earlier = set(_letters(platform))
    _rename(acting, "Assia")
    _work(platform)
    [letter] = set(_letters(platform)) - earlier
    assert "To: awa@essai.test" in letter


def _rename(acting: Acting, given_name: str) -> None:
    ctx = acting("learner")
    own_contacts.change_own_name(ctx, given_name=given_name, family_name="Essai")
    ctx.session.commit()
    ctx.session.rollback()


def code_for(ctx: Context, row: ContactChange) -> str:
    return SIGNER.contact_code(row.id, row.value)


def test_a_contact_counts_once_its_code_has_come_back(acting: Acting) -> None:
    ctx = acting("learner")
    row = own_contacts.ask_contact(ctx, kind="email", value="nouveau@essai.test")
    assert own(ctx).email == "learner@essai.test"
    wrong = f"{(int(code_for(ctx, row)) + 1) % 1_000_000:06d}"
    assert own_contacts.confirm_contact(ctx, code=wrong, signer=SIGNER)
    code = code_for(ctx, row)
    assert own_contacts.confirm_contact(ctx, code=f" {code[:3]} {code[3:]} ", signer=SIGNER) == ""
    assert own(ctx).email == "nouveau@essai.test"
    found = ctx.session.scalars(select(Identifier).where(Identifier.person_id == ctx.subject.person_id)).one()
    assert (found.value, found.verified_at) == ("nouveau@essai.test", ctx.now)
    assert own_contacts.confirm_contact(ctx, code=code, signer=SIGNER), "once"


def test_a_code_is_not_guessed_and_does_not_last(acting: Acting, clock: TestClock) -> None:
    ctx = acting("learner")
    row = own_contacts.ask_contact(ctx, kind="email", value="nouveau@essai.test")
    for _ in range(own_contacts.MOST_TRIES):
        assert own_contacts.confirm_contact(ctx, code="nonono", signer=SIGNER)
    assert own_contacts.confirm_contact(ctx, code=code_for(ctx, row), signer=SIGNER)
    row = own_contacts.ask_contact(ctx, kind="email", value="autre@essai.test")
    clock.forward(hours=3)
    assert own_contacts.confirm_contact(ctx, code=code_for(ctx, row), signer=SIGNER)
    assert own(ctx).email == "learner@essai.test"


def test_only_the_last_code_counts_and_five_a_day(acting: Acting) -> None:
    ctx = acting("learner")
    first = own_contacts.ask_contact(ctx, kind="email", value="un@essai.test")
    second = own_contacts.ask_contact(ctx, kind="email", value="deux@essai.test")
    assert own_contacts.confirm_contact(ctx, code=code_for(ctx, first), signer=SIGNER)
    assert own_contacts.confirm_contact(ctx, code=code_for(ctx, second), signer=SIGNER) == ""
    for number in range(3):
        own_contacts.ask_contact(ctx, kind="email", value=f"x{number}@essai.test")
    with pytest.raises(Refused):
        own_contacts.ask_contact(ctx, kind="email", value="encore@essai.test")


def test_anothers_address_is_not_taken_even_with_its_code(acting: Acting) -> None:
    ctx = acting("learner")
    for taken in ("coach@essai.test", "other_coach@essai.test"):
        row = own_contacts.ask_contact(ctx, kind="email", value=taken)
        assert "autre compte" in own_contacts.confirm_contact(ctx, code=code_for(ctx, row), signer=SIGNER)
    assert own(ctx).email == "learner@essai.test"


def test_the_code_goes_to_the_new_address_and_the_news_to_the_old_one(acting: Acting, platform: Platform) -> None:
    earlier = set(_letters(platform))
    ctx = acting("learner")
    row = own_contacts.ask_contact(ctx, kind="email", value="nouveau@essai.test")
    code = code_for(ctx, row)
    ctx.session.commit()
    ctx.session.rollback()
    _work(platform)
    [letter] = set(_letters(platform)) - earlier
    assert "To: nouveau@essai.test" in letter
    assert code in letter
    ctx = acting("learner")
    assert own_contacts.confirm_contact(ctx, code=code, signer=SIGNER) == ""
    ctx.session.commit()
    ctx.session.rollback()
    _work(platform)
    [told] = set(_letters(platform)) - earlier - {letter}
    assert "To: learner@essai.test" in told
    assert code not in told


def _work(platform: Platform) -> None:
    deliver_events(platform)
    jobs.sweep(platform)


def _letters(platform: Platform) -> list[str]:
    """Each letter of the folder, which tests share: its name, to whom, its words."""
    folder = platform.settings.data_dir / "mail"
    found = [
        (one.name, email.message_from_bytes(one.read_bytes(), policy=policy.default)) for one in folder.glob("*.eml")
    ]
    return [f"{name}\nTo: {one['To']}\n{one['Subject']}\n{one.get_content()}" for name, one in found]


# --------------------------------------------------------------------------------------------------------- all one's data


def fetch(platform: Platform, world: World, who: str = "learner") -> zipfile.ZipFile:
    with platform.writing(world.organisations[who], world.members[who]) as ctx:
        downloads.start_download(ctx, page="/moi/donnees/tout")
    _work(platform)
    with platform.reading(world.organisations[who], world.members[who]) as ctx:
        row = downloads.latest_download(ctx)
        assert row is not None
        assert (row.state, row.message) == (jobs.DONE, "")
        from lms.kernel.files import FileRow, path_of

        file = ctx.session.get_one(FileRow, row.file_id)
        return zipfile.ZipFile(io.BytesIO(path_of(platform.settings.data_dir, file).read_bytes()))


def test_all_ones_data_is_a_page_and_rows(platform: Platform, world: World) -> None:
    packed = fetch(platform, world)
    page = packed.read("index.html").decode()
    assert page.startswith("<!doctype html>")
    assert '<html lang="fr" dir="ltr">' in page
    assert "learner@essai.test" in page
    account = json.loads(packed.read(next(one for one in packed.namelist() if "votre-compte" in one)))
    assert {"E-mail": "learner@essai.test"} in account["rows"]
    assert any(name.endswith("traces.jsonl") for name in packed.namelist())
    assert "coach@essai.test" not in "".join(packed.read(name).decode() for name in packed.namelist())


def test_it_is_in_the_persons_language(platform: Platform, world: World) -> None:
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        access.change_language(ctx, language="en")
    packed = fetch(platform, world)
    assert '<html lang="en"' in packed.read("index.html").decode()


def test_one_at_a_time_and_three_a_day(acting: Acting, platform: Platform, clock: TestClock, world: World) -> None:
    ctx = acting("learner")
    first = downloads.start_download(ctx, page="/x")
    assert downloads.start_download(ctx, page="/x").id == first.id
    ctx.session.rollback()
    for _ in range(downloads.MOST_A_DAY):
        fetch(platform, world)
    with pytest.raises(Refused):
        downloads.start_download(acting("learner"), page="/x")
    clock.forward(days=1, minutes=1)
    assert downloads.start_download(acting("learner"), page="/x").state == jobs.WAITING


def test_memory_does_not_grow_with_what_was_done(platform: Platform, world: World) -> None:
    """Ten times as many statements take no more memory: rows and files go by one page after the other."""
    import tracemalloc

    from lms.accounts.packing import write_download

    peaks = []
    for count in (600, 6_000):
        with platform.writing(world.organisation) as ctx:
            _fill(ctx, world.members["learner"], count)
        with platform.database.snapshot_session(world.organisation) as session, TemporaryFile() as target:
            ctx = platform.context_in(session, world.organisation, world.members["learner"])
            tracemalloc.start()
            write_download(ctx, target, data_dir=platform.settings.data_dir, report=lambda done, total: None)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000, peaks


def _fill(ctx: Context, membership_id: int, count: int) -> None:
    """Statements written straight into the table: what they say does not matter here."""
    raw = json.dumps({"verb": {"display": {"fr": "a lu"}}, "object": {"id": "x:y"}, "x": "z" * 600})
    shared = {
        "organisation_id": ctx.here.id, "verb": "x:v", "activity": "x:y", "membership_id": membership_id, "actor": "a",
        "timestamp": "t", "occurred_at": ctx.now, "stored": ctx.now, "source": "server", "version": "1.0.3", "raw": raw,
        "salt": b"s", "leaf": b"l",
    }  # fmt: skip
    ctx.session.execute(insert(StatementRow), [{**shared, "statement_id": str(uuid.uuid4())} for _ in range(count)])


def test_a_download_goes_after_its_term_with_its_bytes(platform: Platform, world: World, clock: TestClock) -> None:
    fetch(platform, world)
    folder = platform.settings.data_dir / "files" / str(world.organisation)
    before = {one.name for one in folder.iterdir()}
    clock.forward(days=6)
    TIDY.run(platform)
    assert {one.name for one in folder.iterdir()} == before
    clock.forward(days=2)
    TIDY.run(platform)
    assert len({one.name for one in folder.iterdir()}) == len(before) - 1
    with platform.reading(world.organisation, world.members["learner"]) as ctx:
        row = downloads.latest_download(ctx)
        assert row is not None
        assert row.file_id is None


# ---------------------------------------------------------------------------------------------------------------- erasure


def ask(platform: Platform, world: World, who: str = "learner") -> str:
    with platform.writing(world.organisations[who], world.members[who]) as ctx:
        return erasing.ask_erasure(ctx).key


def confirm(platform: Platform, world: World, key: str, who: str = "manager") -> None:
    with platform.writing(world.organisations[who], world.members[who]) as ctx:
        erasing.confirm_erasure(ctx, key=key)


def row_of(platform: Platform, world: World) -> Erasure:
    with platform.reading(world.organisation) as ctx:
        return ctx.session.scalars(select(Erasure).order_by(Erasure.id.desc())).first()  # type: ignore[return-value]


def test_asked_twice_is_asked_once(platform: Platform, world: World) -> None:
    assert ask(platform, world) == ask(platform, world)
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(Erasure)) == 1


@pytest.mark.parametrize("who", ["trainer", "coach", "auditor", "learner", "company_head"])
def test_a_role_too_low_confirms_nothing(platform: Platform, world: World, who: str) -> None:
    key = ask(platform, world)
    with pytest.raises(Forbidden):
        confirm(platform, world, key, who)


def test_another_organisation_confirms_nothing(platform: Platform, world: World) -> None:
    key = ask(platform, world)
    with pytest.raises(NotFound):
        confirm(platform, world, key, "other_manager")


def test_nobody_confirms_their_own_and_a_leader_stays(platform: Platform, world: World) -> None:
    with pytest.raises(Refused), platform.writing(world.organisation, world.members["administrator"]) as ctx:
        erasing.confirm_erasure(ctx, key=ask_inside(ctx))
    with platform.writing(world.organisation, world.members["administrator"]) as ctx:
        for row in ctx.session.scalars(select(GrantRow).where(GrantRow.membership_id == world.members["manager"])):
            row.ends_at = ctx.now
    with pytest.raises(Refused):
        ask(platform, world, "administrator")


def ask_inside(ctx: Context) -> str:
    return erasing.ask_erasure(ctx).key


def test_nothing_happens_before_both_the_seven_days_and_the_confirmation(
    platform: Platform, world: World, clock: TestClock
) -> None:
    key = ask(platform, world)
    clock.forward(days=8)
    TIDY.run(platform)
    _work(platform)
    assert row_of(platform, world).done_at is None, "nobody has confirmed"
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        erasing.withdraw_erasure(ctx)
    with pytest.raises(NotFound):
        confirm(platform, world, key)
    key = ask(platform, world)
    confirm(platform, world, key)
    TIDY.run(platform)
    _work(platform)
    assert row_of(platform, world).done_at is None, "the person may still change their mind"
    clock.forward(days=7)
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        erasing.withdraw_erasure(ctx)
    TIDY.run(platform)
    _work(platform)
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.get_one(Membership, world.members["learner"]).name == "Learner Essai"


def test_a_request_withdrawn_after_its_job_was_started_erases_nothing(
    platform: Platform, world: World, clock: TestClock
) -> None:
    confirm(platform, world, ask(platform, world))
    clock.forward(days=7, minutes=1)
    TIDY.run(platform)
    TIDY.run(platform)
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(JobRow).where(JobRow.kind == erasing.ERASE_JOB)) == 1
        erasing.withdraw_erasure(ctx)
    _work(platform)
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.get_one(Membership, world.members["learner"]).name == "Learner Essai"


def test_what_the_law_keeps_goes_at_its_term(platform: Platform, world: World, clock: TestClock) -> None:
    with platform.writing(world.organisation) as ctx:
        course = make_course(ctx)
        enrol(ctx, make_cohort(ctx, course), membership_id=world.members["learner"])
    confirm(platform, world, ask(platform, world))
    clock.forward(days=7, minutes=1)
    TIDY.run(platform)
    _work(platform)
    row = row_of(platform, world)
    assert row.kept_until is not None
    assert row.kept_until.year == clock().year + 6
    from lms.courses.models import Enrolment

    def enrolments() -> int:
        with platform.reading(world.organisation) as ctx:
            return ctx.session.scalar(select(func.count()).select_from(Enrolment)) or 0

    assert enrolments() == 1
    clock.now = row.kept_until + timedelta(minutes=1)
    TIDY.run(platform)
    _work(platform)
    assert enrolments() == 0
    assert row_of(platform, world).kept_until is None
    TIDY.run(platform)
    _work(platform)


def test_who_is_erased_enters_no_more_and_is_in_no_list(platform: Platform, world: World, clock: TestClock) -> None:
    confirm(platform, world, ask(platform, world))
    clock.forward(days=7, minutes=1)
    TIDY.run(platform)
    _work(platform)
    with platform.reading(world.organisation) as ctx:
        found = platform.identify(ctx.session, world.organisation, world.members["learner"], clock(), DEVICE)
        assert found is None
        gone = ctx.session.get_one(Membership, world.members["learner"])
        assert ctx.session.get_one(Person, gone.person_id).password_hash is None
    from lms.accounts.queries import people_page

    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        assert "Personne effacée" not in [line.name for line in people_page(ctx).lines]
        operations.reopen_membership(ctx, membership=ctx.session.get_one(Membership, gone.id))
        assert ctx.session.get_one(Membership, gone.id).status == "ended"
        assert operations.invite(ctx, line=RosterLine(2, "Learner", "Essai", "learner@essai.test")).is_new


def test_a_kept_file_of_the_person_goes_with_the_job(platform: Platform, world: World, clock: TestClock) -> None:
    """Their download holds their name: its bytes go, and no one else's do."""
    with platform.writing(world.organisation) as ctx:
        kept = keep_file(ctx, platform.settings.data_dir, name="autre.txt", chunks=[b"autre"])
    folder = platform.settings.data_dir / "files" / str(world.organisation)
    earlier = {one.name for one in folder.iterdir()}
    fetch(platform, world)
    made = {one.name for one in folder.iterdir()} - earlier
    assert any(b"learner@essai.test" in _unpacked(folder / name) for name in made)
    confirm(platform, world, ask(platform, world))
    clock.forward(days=7, minutes=1)
    TIDY.run(platform)
    _work(platform)
    names = {one.name for one in folder.iterdir()}
    assert kept.sha256 in names
    assert not made & names


def _unpacked(path: Any) -> bytes:
    if not zipfile.is_zipfile(path):
        return bytes(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())
