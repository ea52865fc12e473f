"""`/xapi/`: what credentials open, for how long, and that showing them costs nothing."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event, select, update

from lms.kernel.platform import Platform
from lms.lrs import clients, credentials, hashing, rest, usage
from lms.lrs.data import Scope
from lms.lrs.models import ClientRow
from tests.conftest import TestClock
from tests.factories.machines import Machine, make_machine, new_id, statement
from tests.factories.world import World

AGENT = '{"mbox":"mailto:awa@example.org"}'
STATE = {"activityId": "http://example.org/unit/1", "agent": AGENT, "stateId": "bookmark"}
WRITES, READS = (Scope.WRITE,), (Scope.READ, Scope.READ_MINE)
# (method, path, query, body, the scopes each of which is enough)
REQUESTS: list[tuple[str, str, dict[str, str], Any, tuple[Scope, ...]]] = [
    ("GET", "/statements", {}, None, READS),
    ("HEAD", "/statements", {}, None, READS),
    ("POST", "/statements", {}, statement(), WRITES),
    ("PUT", "/statements", {"statementId": "0f5e0d7e-3a4b-4c6d-8e9f-112233445566"}, statement(), WRITES),
    ("PUT", "/activities/state", STATE, {"a": 1}, (Scope.STATE,)),
    ("POST", "/activities/state", STATE, {"b": 1}, (Scope.STATE,)),
    ("GET", "/activities/state", STATE, None, (Scope.STATE,)),
    ("DELETE", "/activities/state", STATE, None, (Scope.STATE,)),
    ("DELETE", "/activities/state", {key: STATE[key] for key in ("activityId", "agent")}, None, (Scope.STATE,)),
    ("POST", "/activities/profile", {"activityId": "http://example.org/unit/1", "profileId": "p"}, {"a": 1}, (Scope.PROFILE,)),
    ("GET", "/activities/profile", {"activityId": "http://example.org/unit/1"}, None, (Scope.PROFILE,)),
    ("DELETE", "/activities/profile", {"activityId": "http://example.org/unit/1", "profileId": "q"}, None, (Scope.PROFILE,)),
    ("POST", "/agents/profile", {"agent": AGENT, "profileId": "p"}, {"a": 1}, (Scope.PROFILE,)),
    ("GET", "/agents/profile", {"agent": AGENT}, None, (Scope.PROFILE,)),
    ("DELETE", "/agents/profile", {"agent": AGENT, "profileId": "q"}, None, (Scope.PROFILE,)),
    ("GET", "/activities", {"activityId": "http://example.org/unit/1"}, None, (*READS, Scope.STATE, Scope.PROFILE)),
    ("GET", "/agents", {"agent": AGENT}, None, (*READS, Scope.STATE, Scope.PROFILE)),
]  # fmt: skip


def basic(key: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


# --------------------------------------------------------------------------------------------------------------- scopes


@pytest.mark.parametrize("scope", list(Scope))
def test_each_resource_asks_for_its_scope(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine, scope: Scope
) -> None:
    narrow = make_machine(app, platform, world.organisation, "Étroit", scopes=[scope])
    for method, path, query, body, enough in REQUESTS:
        headers = {"If-None-Match": "*"} if method == "POST" and "profile" in path else {}
        answer = narrow.send(method, path, body, query_string=query, headers=headers)
        told = f"{scope} {method} {path}: {answer.status_code} {answer.text}"
        if scope in (*enough, Scope.ALL):
            assert answer.status_code in (200, 204, 404), told
        else:
            assert answer.status_code == 403, told
            if method != "HEAD":
                assert all(f"“{one}”" in answer.json["error"] for one in enough), told
    assert narrow.send("GET", "/about").status_code == 200


def test_a_refused_scope_writes_nothing(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine
) -> None:
    reader = make_machine(app, platform, world.organisation, "Lecteur", scopes=[Scope.READ])
    assert reader.post(statement()).status_code == 403
    assert machine.listed() == []


def test_who_reads_its_own_finds_only_what_came_with_its_key(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine
) -> None:
    """Another key of the same name is another machine of the partner: it may void with it, and does not read with it."""
    narrow = make_machine(app, platform, world.organisation, "Moodle", scopes=[Scope.WRITE, Scope.READ_MINE])
    own, others = new_id(), new_id()
    assert narrow.post(statement(id=own)).status_code == 200
    assert (
        machine.post(statement(id=others, actor={"mbox": "mailto:awa@example.org", "name": "Awa D."})).status_code
        == 200
    )
    assert [one["id"] for one in narrow.listed()] == [own]
    assert [one["id"] for one in narrow.listed(agent=AGENT, related_agents="true")] == [own]
    assert narrow.get(statementId=own).status_code == 200
    assert narrow.get(statementId=others).status_code == 404
    assert len(machine.listed()) == 2
    assert "Awa D." not in narrow.send("GET", "/agents", query_string={"agent": AGENT}).text
    assert "Awa D." in machine.send("GET", "/agents", query_string={"agent": AGENT}).text
    voiding = {
        "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
        "object": {"objectType": "StatementRef", "id": others},
    }
    assert narrow.post(statement(**voiding)).status_code == 200
    assert narrow.get(voidedStatementId=others).status_code == 404


def test_what_refers_to_ones_own_is_not_ones_own(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine
) -> None:
    narrow = make_machine(app, platform, world.organisation, "Étroit", scopes=[Scope.WRITE, Scope.READ_MINE])
    own = new_id()
    narrow.post(statement(id=own))
    machine.post(statement(object={"objectType": "StatementRef", "id": own}, actor={"mbox": "mailto:b@example.org"}))
    assert len(machine.listed(verb="http://adlnet.gov/expapi/verbs/completed")) == 2
    assert [one["id"] for one in narrow.listed(verb="http://adlnet.gov/expapi/verbs/completed")] == [own]


# ------------------------------------------------------------------------------------------------------- how long it is good


def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process knows from now on is some seconds old: it was told nothing."""
    monkeypatch.setattr(credentials, "forget", lambda _key=None: None)
    monkeypatch.setattr(clients, "forget", lambda _key=None: None)


def test_revoked_credentials_end_within_seconds_in_every_process(
    engine_name: str, platform: Platform, world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_process(monkeypatch)
    assert machine.get().status_code == 200
    with platform.writing(world.organisation) as ctx:
        clients.revoke_client(ctx, machine.key)
    assert machine.get().status_code == 200  # for some seconds
    monkeypatch.setattr(credentials, "RECHECK_SECONDS", 0.0)
    assert machine.get().status_code == 401
    assert machine.post(statement()).status_code == 401


def test_in_the_process_that_revokes_it_is_at_once(
    engine_name: str, platform: Platform, world: World, machine: Machine
) -> None:
    assert machine.get().status_code == 200
    with platform.writing(world.organisation) as ctx:
        clients.revoke_client(ctx, machine.key)
    assert machine.get().status_code == 401


def test_credentials_end_at_their_moment_even_where_they_are_known(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine, clock: TestClock
) -> None:
    ends = clock.now + timedelta(hours=1)
    short = make_machine(app, platform, world.organisation, "Court", expires_at=ends)
    assert short.post(statement()).status_code == 200
    clock.now = ends - timedelta(seconds=1)
    assert short.get().status_code == 200
    clock.now = ends
    answer = short.get()
    assert answer.status_code == 401
    assert "expired on 2026-11-23" in answer.json["error"]
    wrong = short.send("GET", "/statements", headers={"Authorization": basic(short.key, "wrong")})
    assert "expired" not in wrong.json["error"]  # it is told to who has the secret only
    assert machine.get().status_code == 200


def test_an_end_that_is_written_elsewhere_holds_within_seconds(
    engine_name: str,
    platform: Platform,
    world: World,
    machine: Machine,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert machine.get().status_code == 200
    with platform.writing(world.organisation) as ctx:
        ctx.session.execute(update(ClientRow).where(ClientRow.key == machine.key).values(expires_at=clock.now))
    monkeypatch.setattr(credentials, "RECHECK_SECONDS", 0.0)
    assert machine.get().status_code == 401


def test_a_machine_whose_clock_is_wrong_is_taken_by_ours(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine, clock: TestClock
) -> None:
    short = make_machine(app, platform, world.organisation, "Court", expires_at=clock.now + timedelta(hours=1))
    for stamp in ("1999-01-01T00:00:00Z", "2040-01-01T00:00:00Z"):
        headers = {"Date": "Fri, 01 Jan 1999 00:00:00 GMT"}
        assert short.post(statement(timestamp=stamp), headers=headers).status_code == 200
    clock.forward(hours=2)
    assert short.post(statement(timestamp="2026-11-23T09:00:00Z")).status_code == 401


def test_after_a_rotation_both_secrets_are_good_for_some_hours_then_the_new_one(
    engine_name: str,
    platform: Platform,
    world: World,
    machine: Machine,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    another_process(monkeypatch)
    assert machine.get().status_code == 200
    with platform.writing(world.organisation) as ctx:
        given = clients.rotate_client(ctx, machine.key)
    monkeypatch.setattr(credentials, "RECHECK_SECONDS", 0.0)
    old, new = machine.secret, given.secret
    for secret in (old, new, old):
        machine.secret = secret
        assert machine.get().status_code == 200
    clock.now += clients.GRACE
    assert machine.get().status_code == 401
    machine.secret = new
    assert machine.post(statement()).status_code == 200
    assert machine.listed()[0]["authority"]["account"]["name"] == machine.key


def test_a_second_rotation_ends_the_first_secret(
    engine_name: str, platform: Platform, world: World, machine: Machine
) -> None:
    first = machine.secret
    with platform.writing(world.organisation) as ctx:
        second = clients.rotate_client(ctx, machine.key).secret
    with platform.writing(world.organisation) as ctx:
        third = clients.rotate_client(ctx, machine.key).secret
    answers = []
    for secret in (first, second, third):
        machine.secret = secret
        answers.append(machine.get().status_code)
    assert answers == [401, 200, 200]


# ------------------------------------------------------------------------------------------------------------ what it costs


def count_hashes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, *given: calls.append(1) or verify(self, *given))
    return calls


def test_no_password_hash_is_computed_for_a_machine(
    engine_name: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = count_hashes(monkeypatch)
    for secret in (machine.secret, "wrong", machine.secret):
        for _ in range(5):
            machine.send("GET", "/statements", headers={"Authorization": basic(machine.key, secret)})
    assert calls == []


def test_known_credentials_are_not_asked_of_the_database_again(
    engine_name: str, platform: Platform, machine: Machine
) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        asked.append(text)

    event.listen(platform.database.engine, "before_cursor_execute", note)
    try:
        for _ in range(5):
            assert machine.get().status_code == 200
    finally:
        event.remove(platform.database.engine, "before_cursor_execute", note)
    assert len([text for text in asked if "lrs_client" in text]) == 1


def test_a_secret_of_before_is_hashed_slowly_once_and_ends_with_a_rotation(
    engine_name: str, platform: Platform, world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with platform.writing(world.organisation) as ctx:
        slow = hashing._hasher.hash(machine.secret)
        ctx.session.execute(update(ClientRow).where(ClientRow.key == machine.key).values(secret_hash=slow))
    credentials.forget()
    calls = count_hashes(monkeypatch)
    monkeypatch.setattr(credentials, "RECHECK_SECONDS", 0.0)
    for _ in range(5):
        assert machine.get().status_code == 200
    for _ in range(5):
        answer = machine.send("GET", "/statements", headers={"Authorization": basic(machine.key, "wrong")})
        assert answer.status_code == 401
    assert len(calls) == 2
    with platform.writing(world.organisation) as ctx:
        machine.secret = clients.rotate_client(ctx, machine.key).secret
    assert machine.get().status_code == 200


# ------------------------------------------------------------------------------------------------------------- wrong secrets


def test_wrong_secrets_are_limited_and_the_machine_goes_on(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine
) -> None:
    """From one address, and the machine's own: it goes on whatever others try, known to this process or not."""
    right = machine.secret
    machine.secret = "wrong"
    answers = [machine.get() for _ in range(rest.PER_KEY.amount + 5)]
    assert [one.status_code for one in answers] == [401] * rest.PER_KEY.amount + [429] * 5
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 15 * 60
    assert "too many" in answers[-1].json["error"]
    assert answers[-1].headers["X-Experience-API-Version"] == "1.0.3"
    machine.secret = right
    assert machine.get().status_code == 200
    credentials.forget()
    assert machine.post(statement()).status_code == 200
    other = make_machine(app, platform, world.organisation, "Autre")
    assert other.get().status_code == 200


def test_one_address_is_limited_over_all_keys(
    engine_name: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def knock(number: int, address: str) -> int:
        headers = {"Authorization": basic(f"key-{number}", "wrong")}
        return machine.send("GET", "/statements", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code

    here = [knock(number, "192.0.2.1") for number in range(rest.PER_ADDRESS.amount + 3)]
    assert here == [401] * rest.PER_ADDRESS.amount + [429] * 3
    assert knock(1000, "192.0.2.2") == 401
    assert knock(1001, "2001:db8:0:1::1") == 401
    assert machine.send("GET", "/statements", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200


# ------------------------------------------------------------------------------------------------------------------ last use


def last_use(platform: Platform, world: World, key: str) -> datetime | None:
    with platform.reading(world.organisation) as ctx:
        found: datetime | None = ctx.session.scalar(select(ClientRow.last_used_at).where(ClientRow.key == key))
        return found


def test_the_last_use_is_written_by_the_schedule_and_never_by_a_request(
    engine_name: str, platform: Platform, world: World, machine: Machine, clock: TestClock
) -> None:
    usage.write_uses(platform)
    for _ in range(3):
        machine.get()
        machine.post(statement())
        clock.forward(minutes=1)
    assert last_use(platform, world, machine.key) is None
    usage.write_uses(platform)
    assert last_use(platform, world, machine.key) == datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
    machine.send("GET", "/statements", headers={"Authorization": basic(machine.key, "wrong")})
    usage.write_uses(platform)
    assert last_use(platform, world, machine.key) == datetime(2026, 11, 23, 9, 2, tzinfo=UTC)


def test_a_clock_that_goes_back_does_not_take_the_last_use_back(
    engine_name: str, platform: Platform, world: World, machine: Machine, clock: TestClock
) -> None:
    machine.get()
    usage.write_uses(platform)
    clock.forward(days=-1)
    machine.get()
    usage.write_uses(platform)
    assert last_use(platform, world, machine.key) == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_what_could_not_be_written_is_written_the_next_time(
    engine_name: str, platform: Platform, world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.get()
    with monkeypatch.context() as broken:
        broken.setattr(platform.database, "writing", lambda: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            usage.write_uses(platform)
    usage.write_uses(platform)
    assert last_use(platform, world, machine.key) is not None


def test_with_nothing_new_nothing_is_written(
    engine_name: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage.write_uses(platform)

    def never(*_arguments: Any) -> None:
        raise AssertionError("a transaction for nothing")

    monkeypatch.setattr(platform.database, "writing", never)
    usage.write_uses(platform)


# -------------------------------------------------------------------------------------------------------------- dropped verbs

NOISE = "http://adlnet.gov/expapi/verbs/experienced"


@pytest.fixture
def noisy(app: Flask, platform: Platform, world: World, machine: Machine) -> Machine:
    """A machine whose "experienced" is not kept."""
    return make_machine(app, platform, world.organisation, "Bavarde", dropped_verbs=[NOISE])


def test_dropped_verbs_are_acknowledged_and_not_kept(engine_name: str, machine: Machine, noisy: Machine) -> None:
    names = [new_id() for _ in range(4)]
    sent = [
        statement(id=name, verb={"id": NOISE}) if number % 2 else statement(id=name)
        for number, name in enumerate(names)
    ]
    answer = noisy.post(sent)
    assert (answer.status_code, answer.json) == (200, names)
    assert {one["id"] for one in machine.listed()} == {names[0], names[2]}
    alone = new_id()
    assert noisy.put(alone, statement(verb={"id": NOISE})).status_code == 204
    assert noisy.get(statementId=alone).status_code == 404
    assert machine.post(statement(id=alone, verb={"id": NOISE})).status_code == 200  # another machine's is kept


def test_a_batch_is_checked_whole_before_anything_of_it_is_dropped(
    engine_name: str, machine: Machine, noisy: Machine
) -> None:
    wrong = statement(verb={"id": NOISE}, result={"score": {"scaled": 2}})
    answer = noisy.post([statement(), wrong])
    assert answer.status_code == 400
    assert "[1] result.score.scaled" in answer.json["error"]
    assert machine.listed() == []


def test_what_a_dropped_statement_says_of_its_activity_is_not_kept_either(
    engine_name: str, machine: Machine, noisy: Machine
) -> None:
    noisy.post(statement(verb={"id": NOISE}))
    asked = machine.send("GET", "/activities", query_string={"activityId": "http://example.org/unit/1"})
    assert "definition" not in asked.json


def test_verbs_that_are_dropped_from_now_on_leave_what_was_kept(
    engine_name: str, platform: Platform, world: World, machine: Machine
) -> None:
    kept = new_id()
    machine.post(statement(id=kept, verb={"id": NOISE}))
    with platform.writing(world.organisation) as ctx:
        clients.drop_verbs(ctx, machine.key, [NOISE])
    machine.post(statement(verb={"id": NOISE}))
    assert [one["id"] for one in machine.listed()] == [kept]
