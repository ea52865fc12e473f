"""Two people who do the same thing in the same moment: it is done once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from lms.accounts import downloads, erasing, operations, own_contacts, tasks
from lms.accounts.api import ensure_person
from lms.accounts.logos import own_logo
from lms.accounts.models import Erasure, Identifier, Membership
from lms.accounts.operations import Refused
from lms.accounts.organisations import change_logo
from lms.accounts.roster import RosterLine
from lms.accounts.signing import Signer
from lms.accounts.tasks import TIDY, erase_person
from lms.kernel import jobs
from lms.kernel.context import Context
from lms.kernel.jobs import JobRow, RunningJob
from lms.kernel.locking import Locker
from lms.kernel.platform import Platform
from lms.kernel.preferences import PreferenceRow, set_preference
from tests.conftest import TestClock
from tests.factories.world import World

Act = Callable[[Context], Any]
AWA = RosterLine(2, "Awa", "Diallo", "awa@exemple.test", "")
A_MOMENT = 0.4
LOCKER = Locker(["c" * 43 + "="])


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_wakers", [])


def at_once(platform: Platform, first: tuple[int, int], second: tuple[int, int], act: Act, other: Act) -> list[Any]:
    """`act` is done and not committed yet when `other` begins: what each gave back, or raised."""
    outcomes: list[Any] = []

    def do(whose: tuple[int, int], what: Act, begun: Callable[[], object] = lambda: None) -> None:
        try:
            with platform.writing(*whose) as ctx:
                outcomes.append(what(ctx))
                begun()
        except Exception as raised:  # noqa: BLE001 - the test looks at it
            outcomes.append(raised)

    thread = threading.Thread(target=do, args=(second, other))

    def begin() -> None:
        thread.start()
        thread.join(A_MOMENT)
        assert thread.is_alive(), "the second waits for the first"

    do(first, act, begin)
    thread.join(30)
    return outcomes


def test_an_e_mail_invited_twice_at_once_makes_one_person(platform: Platform, world: World) -> None:
    me, you = (world.organisation, world.members["manager"]), (world.organisation, world.members["trainer"])
    found = at_once(platform, me, you, *[lambda ctx: operations.invite(ctx, line=AWA)] * 2)
    assert [one.is_new for one in found] == [True, False]
    with platform.reading(world.organisation) as ctx:
        assert len(ctx.session.scalars(select(Membership).where(Membership.email == AWA.email)).all()) == 1
        assert len(ctx.session.scalars(select(Identifier).where(Identifier.value == AWA.email)).all()) == 1


def test_an_e_mail_invited_by_two_organisations_at_once_is_one_person(platform: Platform, world: World) -> None:
    me = (world.organisation, world.members["manager"])
    you = (world.other_organisation, world.members["other_manager"])
    found = at_once(platform, me, you, *[lambda ctx: operations.invite(ctx, line=AWA)] * 2)
    assert [one.is_new for one in found] == [True, True]
    assert len({one.membership.person_id for one in found}) == 1
    assert len({one.membership.id for one in found}) == 2


def test_two_people_cannot_take_one_e_mail_at_once(platform: Platform, world: World) -> None:
    """One proves it by a code, the other is given it by staff of another organisation."""
    signer = Signer(platform.settings.secret_key)
    me = (world.organisation, world.members["learner"])
    you = (world.other_organisation, world.members["other_manager"])
    with platform.writing(*me) as ctx:
        asked = own_contacts.ask_contact(ctx, kind="email", value="neuf@essai.test")
        code = signer.contact_code(asked.id, asked.value)

    def correct(ctx: Context) -> None:
        theirs = ctx.session.get_one(Membership, world.members["other_learner"])
        names = {"given_name": theirs.given_name, "family_name": theirs.family_name, "phone": ""}
        operations.change_person(ctx, membership=theirs, email="neuf@essai.test", **names)

    found = at_once(platform, you, me, correct, lambda ctx: own_contacts.confirm_contact(ctx, code=code, signer=signer))
    assert found == [None, own_contacts.TAKEN]
    with platform.reading(world.organisation) as ctx:
        assert len(ctx.session.scalars(select(Identifier).where(Identifier.value == "neuf@essai.test")).all()) == 1
        assert ctx.session.get_one(Membership, world.members["learner"]).email == "learner@essai.test"


def test_a_person_added_by_a_command_and_by_an_invitation_at_once_is_one(platform: Platform, world: World) -> None:
    me, system = (world.organisation, world.members["manager"]), (world.organisation, 0)

    def add(ctx: Context) -> int:
        return ensure_person(ctx, given_name="Awa", email=AWA.email).id

    found = at_once(platform, me, system, lambda ctx: operations.invite(ctx, line=AWA).membership.id, add)
    assert found[0] == found[1]


@pytest.mark.parametrize("name", ["analytics.quiet_days", "messages.quiet_hours"])
def test_a_preference_set_twice_at_once_has_one_value(platform: Platform, world: World, name: str) -> None:
    """The organisation's, whose row names nobody, and a person's own."""
    me = (world.organisation, world.members["manager"])
    declared = platform.registry.preferences[name]
    first, second = declared.choices[:2]
    found = at_once(
        platform, me, me, lambda ctx: set_preference(ctx, name, first), lambda ctx: set_preference(ctx, name, second)
    )
    assert found == [None, None]
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalars(select(PreferenceRow.value).where(PreferenceRow.name == name)).all() == [second]


# ------------------------------------------------------------------------------------------------------------ erasure


@pytest.fixture
def due(platform: Platform, world: World, clock: TestClock) -> int:
    """An erasure of the learner that is confirmed and due: its id."""
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        asked = erasing.ask_erasure(ctx)
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        erasing.confirm_erasure(ctx, key=asked.key)
    clock.forward(days=7, minutes=1)
    return asked.id


def whole(platform: Platform, world: World, erasure_id: int) -> tuple[bool, bool, bool]:
    """Whether it is withdrawn, whether it is done, whether the person is there."""
    with platform.reading(world.organisation) as ctx:
        row = ctx.session.get_one(Erasure, erasure_id)
        member = ctx.session.get_one(Membership, world.members["learner"])
        return row.withdrawn_at is not None, row.done_at is not None, member.given_name == "Learner"


def test_withdrawn_while_the_job_begins_nothing_is_erased(platform: Platform, world: World, due: int) -> None:
    me, system = (world.organisation, world.members["learner"]), (world.organisation, 0)
    found = at_once(
        platform, me, system, erasing.withdraw_erasure, lambda ctx: erasing.take_erasure(ctx, due, locker=LOCKER)
    )
    assert found == [None, None]
    TIDY.run(platform)
    jobs.sweep(platform)
    assert whole(platform, world, due) == (True, False, True)


def test_taken_up_by_the_job_it_is_withdrawn_no_more(platform: Platform, world: World, due: int) -> None:
    me, system = (world.organisation, world.members["learner"]), (world.organisation, 0)
    taken, refused = at_once(
        platform, system, me, lambda ctx: erasing.take_erasure(ctx, due, locker=LOCKER), erasing.withdraw_erasure
    )
    assert taken.id == due
    assert isinstance(refused, Refused)
    TIDY.run(platform)
    jobs.sweep(platform)
    assert whole(platform, world, due) == (False, True, False)


def test_between_two_steps_of_the_job_it_is_withdrawn_no_more(
    platform: Platform, world: World, due: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = []

    def change_of_mind(*_arguments: Any, **_named: Any) -> None:
        with (
            platform.writing(world.organisation, world.members["learner"]) as ctx,
            pytest.raises(Refused) as raised,
        ):
            erasing.withdraw_erasure(ctx)
        refused.append(str(raised.value))

    monkeypatch.setattr(RunningJob, "save", change_of_mind)
    with platform.writing(world.organisation) as ctx:
        row = jobs.start_job(ctx, erasing.ERASE_JOB, {"erasure_id": due})
        job = RunningJob(platform, row.id, world.organisation, None, row.arguments, {})
    erase_person(platform, job)
    assert refused == [erasing.STARTED] * len(erasing.GONE)
    assert whole(platform, world, due) == (False, True, False)


def test_a_download_that_is_packed_while_its_person_is_erased_is_not_kept(
    platform: Platform, world: World, due: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers: one has read everything already when the other begins to erase."""
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        row = downloads.start_download(ctx, page="/moi/donnees/tout")
    job = RunningJob(platform, row.id, world.organisation, row.owner_id, row.arguments, {})

    def erase_meanwhile(_ctx: Context, target: Any, **_named: Any) -> None:
        target.write(b"everything")
        with platform.writing(world.organisation) as ctx:
            erasing.take_erasure(ctx, due, locker=LOCKER)

    monkeypatch.setattr(tasks, "write_download", erase_meanwhile)
    tasks.pack_data(platform, job)
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.get_one(JobRow, row.id).file_id is None


def test_two_logos_sent_at_once_leave_one(platform: Platform, world: World) -> None:
    me = (world.organisation, world.members["manager"])
    you = (world.organisation, world.members["administrator"])
    first, second = b"first", b"second"
    found = at_once(
        platform, me, you, lambda ctx: change_logo(ctx, picture=first), lambda ctx: change_logo(ctx, picture=second)
    )
    assert found == [None, None]
    with platform.reading(world.organisation) as ctx:
        assert own_logo(ctx) == second
