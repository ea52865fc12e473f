"""`/xapi/`: who is refused, and that a refusal writes nothing."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.kernel.platform import Platform
from lms.kernel.tenancy import across_tenants
from lms.xapi.models import StatementRow
from tests.factories.browsing import signed_in
from tests.factories.machines import Machine, make_machine, new_id, statement
from tests.factories.world import World


def kept(platform: Platform) -> Any:
    """How many statements there are, of all organisations."""
    with platform.database.read_session() as session, across_tenants(session, "a test"):
        return session.scalar(select(func.count()).select_from(StatementRow))


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic x", "Bearer abc", "Basic " + base64.b64encode(b"nobody:x").decode()]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_without_good_credentials_nothing_is_told(
    engine_name: str, platform: Platform, machine: Machine, header: Any, method: Any
) -> None:
    body = statement() if method != "GET" else None
    answer = machine.send(method, "/statements", body, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.headers["X-Experience-API-Version"] == "1.0.3"
    assert answer.json["error"]
    assert kept(platform) == 0


def test_a_wrong_secret_and_an_empty_one_are_refused(engine_name: str, machine: Machine) -> None:
    right = machine.secret
    for secret in ("wrong", "", right + "x", right[:-1]):
        machine.secret = secret
        assert machine.get().status_code == 401
    machine.secret = right
    assert machine.get().status_code == 200
    machine.secret = "wrong"
    assert machine.get().status_code == 401


def test_another_organisation_has_its_own_ledger(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine
) -> None:
    other = make_machine(app, platform, world.other_organisation)
    sent = statement(id=new_id())
    machine.post(sent)
    assert other.listed() == []
    assert other.get(statementId=sent["id"]).status_code == 404
    assert other.get(after=sent["id"]).status_code == 404
    assert other.post({**sent, "result": {"success": False}}).status_code == 200  # its own id, its own content
    voiding = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    other.post(statement(verb=voiding, object={"objectType": "StatementRef", "id": sent["id"]}))
    assert machine.get(statementId=sent["id"]).status_code == 200


def test_a_learner_of_another_organisation_is_a_stranger(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine
) -> None:
    with platform.reading(world.other_organisation, world.members["other_learner"]) as ctx:
        name = ctx.actor.uuid
    machine.post(statement(actor={"account": {"homePage": "https://essai.invalid", "name": name}}))
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalars(select(StatementRow.membership_id)).all() == [None]


@pytest.mark.parametrize("who", ["learner", "manager", "administrator"])
def test_a_cookie_opens_nothing(engine_name: str, app: Flask, platform: Platform, world: World, who: Any) -> None:
    browser = signed_in(app, platform, world, who)
    headers = {"X-Experience-API-Version": "1.0.3"}
    assert browser.get("/xapi/statements", headers=headers).status_code == 401
    assert browser.post("/xapi/statements", json=statement(), headers=headers).status_code == 401
    assert kept(platform) == 0


def test_the_signed_in_person_is_not_even_read(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.client = signed_in(app, platform, world, "learner")

    def never(*_arguments: Any) -> None:
        raise AssertionError("the signed-in person was looked up")

    asked = []
    identify = platform.identify
    monkeypatch.setattr(
        platform,
        "identify",
        lambda session, organisation, member, now: asked.append(member) or identify(session, organisation, member, now),
    )
    assert machine.get().status_code == 200
    assert machine.post(statement()).status_code == 200
    assert set(asked) == {None}


def test_a_machine_posts_from_any_origin_but_pages_do_not(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine
) -> None:
    machine.headers = {"Origin": "https://ailleurs.example", "Sec-Fetch-Site": "cross-site"}
    assert machine.post(statement()).status_code == 200
    browser = signed_in(app, platform, world, "learner")
    answer = browser.post("/outbox", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_reading_writes_nothing(
    engine_name: str, machine: Machine, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = statement(id=new_id())
    machine.post(sent)

    def never(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("a GET opened a session to write")

    monkeypatch.setattr(platform.database, "write_session", never)
    assert machine.get().status_code == 200
    assert machine.get(statementId=sent["id"]).status_code == 200
    assert machine.get(limit=1, ascending="true", since="2026-01-01T00:00:00Z").status_code == 200
    assert machine.send("HEAD", "/statements").status_code == 200


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"", "JSON"), (b"{", "JSON"), (b"[", "JSON"), (b"null", "statement"), (b"[1]", "[0] statement"), (b"\xff{}", "UTF-8"),
        (b"[" * 100_000, "nested"), (b"{" + b'"a":{' * 50_000, "JSON"), (b'{"a":1,"a":2}', "twice"), (b'{"a":NaN}', "NaN"),
        (b'{"a":"\\ud800"}', "JSON"),
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused_in_a_sentence(
    engine_name: str, platform: Platform, machine: Machine, body: Any, wanted: Any
) -> None:
    answer = machine.post(body)
    assert answer.status_code == 400
    assert wanted in answer.json["error"]
    assert kept(platform) == 0


def test_a_bomb_of_brackets_in_an_extension_is_refused(engine_name: str, machine: Machine) -> None:
    for depth in (60, 900, 100_000):
        body = json.dumps(statement(result={"extensions": {"http://e.fr/x": "BOMB"}}))
        answer = machine.post(body.replace('"BOMB"', "[" * depth + "]" * depth).encode())
        assert answer.status_code == 400, depth
        assert "nested" in answer.json["error"]


def test_too_much_at_once_is_refused(engine_name: str, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.lrs.rest_statements.MOST_BYTES", 2_000)
    assert machine.post(statement(result={"response": "x" * 3_000})).status_code == 413
    monkeypatch.setattr("lms.lrs.incoming.MOST_STATEMENTS", 2)
    assert machine.post([statement()] * 3).status_code == 400


def test_other_kinds_of_content_are_refused_politely(engine_name: str, machine: Machine) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = machine.post(statement(), content_type=kind)
        assert answer.status_code == 400
        assert "application/json" in answer.json["error"]
    for kind in ("multipart/mixed; boundary=x", "multipart/mixed"):
        answer = machine.post(statement(), content_type=kind)
        assert answer.status_code == 400
    attachments = [
        {"usageType": "http://e.fr/u", "display": {}, "contentType": "text/plain", "length": 1, "sha2": "0" * 64}
    ]
    assert "attachments" in machine.post(statement(attachments=attachments)).json["error"]
    assert machine.send("POST", "/statements", statement(), query_string={"method": "PUT"}).status_code == 400
    assert machine.send("DELETE", "/statements").status_code == 405
    assert machine.send("GET", "/activities/elsewhere").status_code == 404
