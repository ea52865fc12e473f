"""`lms xapi …`: machines given access, listed, rotated and revoked by the operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from lms.cli import lms
from lms.kernel.events import EventRow
from lms.kernel.platform import Platform
from lms.lrs import clients, credentials
from lms.lrs.data import Client, WrongCredentials
from lms.lrs.models import ClientRow
from tests.conftest import TestClock
from tests.factories.world import World

ESSAI = ("--organisation", "Association Essai")


@pytest.fixture
def command(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`command("xapi", "clients")`: what the command line answers."""
    monkeypatch.setattr(lms, "platform", platform)
    return lambda *arguments: CliRunner().invoke(lms, list(arguments))


def given(answer: Any) -> tuple[str, str]:
    """The key and the secret that a command has printed."""
    assert answer.exit_code == 0, answer.output
    key, secret = (line.partition(": ")[2] for line in answer.stdout.splitlines()[:2])
    return key, secret


def who(platform: Platform, key: str, secret: str) -> Client:
    credentials.forget()
    return credentials.client_with(platform.database, key, secret, now=platform.clock())


def test_a_client_is_made_and_revoked_at_the_command_line(
    engine_name: str, platform: Platform, world: World, command: Callable[..., Any]
) -> None:
    answer = command("xapi", "client", "Moodle", *ESSAI)
    key, secret = given(answer)
    assert answer.output == f"key: {key}\nsecret: {secret}\n"
    found = who(platform, key, secret)
    assert (found.name, found.organisation_id, found.source) == ("Moodle", world.organisation, "partner:Moodle")
    assert found.scopes == {"all"}
    with platform.reading(world.organisation) as ctx:
        row = ctx.session.scalars(select(ClientRow)).one()
        assert secret not in row.secret_hash
    assert command("xapi", "revoke", key).exit_code == 0
    with pytest.raises(WrongCredentials):
        who(platform, key, secret)
    assert command("xapi", "revoke", key).exit_code == 1
    assert command("xapi", "revoke", "nothing").exit_code == 1


def test_what_a_machine_may_do_and_until_when_is_said_at_the_command_line(
    engine_name: str, platform: Platform, world: World, command: Callable[..., Any]
) -> None:
    verb = "http://adlnet.gov/expapi/verbs/experienced"
    said = ("--scope", "state", "--scope", "statements/write", "--expires", "2026-12-31", "--drop-verb", verb)
    key, secret = given(command("xapi", "client", "Outil", *said, *ESSAI))
    found = who(platform, key, secret)
    assert found.scopes == {"state", "statements/write"}
    assert found.dropped_verbs == {verb}
    listed = command("xapi", "clients", *ESSAI)
    assert listed.exit_code == 0, listed.output
    assert listed.output == f"{key}\tOutil\tgood until 2026-12-31\tstatements/write state\tnever used\t{verb}\n"
    assert secret not in listed.output
    other = command("xapi", "clients", "--organisation", "Autre association")
    assert (other.exit_code, other.output) == (0, "")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--scope", "everything"), ("--expires", "31/12/2026"), ("--expires", "2026-11-22"), ("--expires", "9999-12-31"),
        ("--drop-verb", "completed"), ("--drop-verb", "http://adlnet.gov/expapi/verbs/voided"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_gives_no_access(
    engine_name: str, platform: Platform, world: World, command: Callable[..., Any], wrong: tuple[str, str]
) -> None:
    answer = command("xapi", "client", "Outil", *wrong, *ESSAI)
    assert answer.exit_code != 0
    assert not isinstance(answer.exception, TypeError | ValueError | OverflowError)
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalars(select(ClientRow)).all() == []


def test_a_new_secret_at_the_command_line_leaves_the_old_one_some_hours(
    engine_name: str, platform: Platform, world: World, command: Callable[..., Any], clock: TestClock
) -> None:
    key, old = given(command("xapi", "client", "Moodle", *ESSAI))
    same_key, new = given(command("xapi", "rotate", key))
    assert (same_key, new == old) == (key, False)
    assert who(platform, key, new).key == who(platform, key, old).key == key
    clock.now += clients.GRACE
    assert who(platform, key, new).key == key
    with pytest.raises(WrongCredentials):
        who(platform, key, old)
    _key, last = given(command("xapi", "rotate", key, "--at-once"))
    with pytest.raises(WrongCredentials):
        who(platform, key, new)
    assert who(platform, key, last).key == key
    assert command("xapi", "rotate", "nothing").exit_code == 1
    with platform.reading(world.organisation) as ctx:
        told = ctx.session.scalars(select(EventRow.type).where(EventRow.type.like("lrs.%")).order_by(EventRow.id)).all()
    assert told == ["lrs.client_added", "lrs.client_rotated", "lrs.client_rotated"]


def test_the_organisation_must_be_said_where_there_are_several(
    engine_name: str, platform: Platform, world: World, command: Callable[..., Any]
) -> None:
    answer = command("xapi", "client", "Moodle")
    assert answer.exit_code == 1
    assert "--organisation" in answer.output
    assert command("xapi", "client", "nom: avec\nligne", *ESSAI).exit_code == 1
