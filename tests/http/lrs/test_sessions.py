"""Tokens of launched activities: one person, one registration, one activity, for a while."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound
from lms.lrs import credentials, sessions, usage
from lms.lrs.api import end_session, open_session
from lms.lrs.models import DocumentRow, SessionRow
from lms.lrs.plugin import erase_personal_data, personal_data
from lms.xapi.models import StatementRow
from tests.conftest import PREFIX, TestClock
from tests.factories.browsing import signed_in
from tests.factories.machines import Machine, new_id, statement
from tests.factories.world import World

UNIT = f"{PREFIX}/a/unit000001"
REGISTRATION = "6a1d3c2e-0d7f-4f0e-9b1e-8d7c6b5a4f3e"


@dataclass
class Unit(Machine):
    """A launched activity."""

    actor: str = ""

    @property
    def agent(self) -> dict[str, Any]:
        return {"objectType": "Agent", "account": {"homePage": PREFIX, "name": self.actor}}

    def said(self, **values: Any) -> dict[str, Any]:
        """Something that it may say."""
        about = {"registration": REGISTRATION, **values.pop("context", {})}
        return statement(**{"actor": self.agent, "object": {"id": UNIT}, "context": about, **values})

    def state(self, **values: Any) -> dict[str, str]:
        """The address of a state of its own."""
        agent = json.dumps(values.pop("agent", self.agent))
        return {"activityId": UNIT, "agent": agent, "registration": REGISTRATION, "stateId": "LMS.LaunchData", **values}


def launch(app: Flask, platform: Platform, world: World, who: str = "learner", seconds: int = 3600) -> Unit:
    with platform.writing(world.organisations[who]) as ctx:
        given = open_session(
            ctx, membership_id=world.members[who], registration=REGISTRATION, activity=UNIT, seconds=seconds
        )
    with platform.reading(world.organisations[who], world.members[who]) as ctx:
        actor = ctx.subject.uuid
    key, _, secret = base64.b64decode(given.basic).decode().partition(":")
    return Unit(app.test_client(), key, secret, actor=actor)


@pytest.fixture
def unit(app: Flask, platform: Platform, world: World, machine: Machine) -> Unit:
    return launch(app, platform, world)


def test_what_a_launched_activity_says_is_kept_as_such(
    engine_name: str, unit: Unit, machine: Machine, platform: Platform, world: World
) -> None:
    below = [unit.said(object={"id": UNIT + end}) for end in ("", "/question-1", "#slide-2", "?part=3")]
    answer = unit.post(below)
    assert answer.status_code == 200, answer.text
    with platform.reading(world.organisation) as ctx:
        rows = ctx.session.scalars(select(StatementRow).where(StatementRow.statement_id.in_(answer.json))).all()
        assert {(row.source, row.membership_id, row.registration, row.authority) for row in rows} == {
            ("launched_unit", world.members["learner"], REGISTRATION, unit.key)
        }
    assert len(machine.listed()) == 4
    assert unit.put(new_id(), unit.said()).status_code == 204


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"actor": {"mbox": "mailto:awa@example.org"}}, "actor"),
        ({"actor": {"account": {"homePage": PREFIX, "name": "00000000-0000-4000-8000-000000000000"}}}, "actor"),
        ({"actor": {"account": {"homePage": "https://ailleurs.example", "name": "OWN"}}}, "actor"),
        ({"actor": {"objectType": "Group", "account": {"homePage": PREFIX, "name": "OWN"}}}, "actor"),
        ({"context": {"registration": "7a1d3c2e-0d7f-4f0e-9b1e-8d7c6b5a4f3e"}}, "registration"),
        ({"context": None}, "registration"),
        ({"object": {"id": f"{PREFIX}/a/unit000002"}}, "object.id"),
        ({"object": {"id": f"{UNIT}2"}}, "object.id"),
        ({"object": {"objectType": "Agent", "mbox": "mailto:awa@example.org"}}, "object.id"),
        ({"verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}, "object": {"objectType": "StatementRef", "id": "ID"}}, "void"),
    ],
)  # fmt: skip
def test_what_leads_out_of_the_session_is_refused_whole(
    engine_name: str, unit: Unit, machine: Machine, values: Any, wanted: str
) -> None:
    own = new_id()
    assert unit.post(unit.said(id=own)).status_code == 200
    text = json.dumps(statement(**{**unit.said(), **values})).replace("OWN", unit.actor).replace('"ID"', f'"{own}"')
    wrong = {key: value for key, value in json.loads(text).items() if value is not None}
    answer = unit.post([unit.said(), wrong])
    assert answer.status_code == 403, answer.text
    assert answer.json["error"].startswith("[1]")
    assert wanted in answer.json["error"]
    assert [one["id"] for one in machine.listed()] == [own]


def test_it_reads_what_it_said_and_nothing_else(engine_name: str, unit: Unit, machine: Machine) -> None:
    own, others = new_id(), new_id()
    unit.post(unit.said(id=own))
    machine.post(unit.said(id=others))
    assert [one["id"] for one in unit.listed()] == [own]
    assert unit.get(statementId=others).status_code == 404


def test_it_keeps_its_states_and_the_profiles_of_its_own(engine_name: str, unit: Unit) -> None:
    profile = {"activityId": UNIT, "profileId": "p"}
    agents = {"agent": json.dumps(unit.agent), "profileId": "cmi5LearnerPreferences"}
    new = {"If-None-Match": "*"}
    assert unit.send("PUT", "/activities/state", {"a": 1}, query_string=unit.state()).status_code == 204
    assert unit.send("GET", "/activities/state", query_string=unit.state()).json == {"a": 1}
    assert unit.send("PUT", "/activities/profile", {"a": 1}, query_string=profile, headers=new).status_code == 204
    assert unit.send("PUT", "/agents/profile", {"a": 1}, query_string=agents, headers=new).status_code == 204
    assert unit.send("GET", "/agents/profile", query_string=agents).json == {"a": 1}
    assert unit.send("GET", "/agents", query_string={"agent": json.dumps(unit.agent)}).status_code == 200
    assert unit.send("GET", "/activities", query_string={"activityId": UNIT}).status_code == 200


def test_documents_of_others_are_refused(engine_name: str, unit: Unit, platform: Platform, world: World) -> None:
    someone, elsewhere = {"mbox": "mailto:awa@example.org"}, f"{PREFIX}/a/unit000002"
    alone = {key: value for key, value in unit.state().items() if key != "registration"}
    asked = [
        ("/activities/state", unit.state(agent=someone)),
        ("/activities/state", unit.state(activityId=elsewhere)),
        ("/activities/state", unit.state(registration="7a1d3c2e-0d7f-4f0e-9b1e-8d7c6b5a4f3e")),
        ("/activities/state", alone),
        ("/activities/profile", {"activityId": elsewhere, "profileId": "p"}),
        ("/agents/profile", {"agent": json.dumps(someone), "profileId": "p"}),
    ]
    for path, query in asked:
        for method, body in (("GET", None), ("PUT", {"a": 1}), ("POST", {"a": 1}), ("DELETE", None)):
            answer = unit.send(method, path, body, query_string=query, headers={"If-None-Match": "*"})
            assert answer.status_code == 403, f"{method} {path} {query}: {answer.text}"
            assert "this session is for" in answer.json["error"]
    every = {key: value for key, value in alone.items() if key != "stateId"}
    assert unit.send("DELETE", "/activities/state", query_string=every).status_code == 403
    assert unit.send("GET", "/agents", query_string={"agent": json.dumps(someone)}).status_code == 403
    assert unit.send("GET", "/activities", query_string={"activityId": elsewhere}).status_code == 403
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalars(select(DocumentRow)).all() == []


def test_it_says_what_its_own_activity_is_and_no_other(engine_name: str, unit: Unit, machine: Machine) -> None:
    """A launched package must not rename what others have written."""
    other = "http://example.org/unit/1"
    machine.post(statement())
    defined = {"id": UNIT, "definition": {"name": {"fr": "Le four"}}}
    around = {"contextActivities": {"grouping": [{"id": other, "definition": {"name": {"fr": "Autre nom"}}}]}}
    assert unit.post(unit.said(object=defined, context=around)).status_code == 200
    names = [
        machine.send("GET", "/activities", query_string={"activityId": iri}).json["definition"]["name"]["fr"]
        for iri in (UNIT, other)
    ]
    assert names == ["Le four", "Unité 1"]


def test_it_ends_by_itself_and_after_its_end_it_is_heard_some_minutes(
    engine_name: str, app: Flask, platform: Platform, world: World, unit: Unit, clock: TestClock
) -> None:
    left = launch(app, platform, world, seconds=7200)
    assert left.post(left.said()).status_code == 200
    with platform.writing(world.organisation) as ctx:
        end_session(ctx, left.key)
    credentials.forget()
    clock.forward(minutes=1)
    with platform.writing(world.organisation) as ctx:
        end_session(ctx, left.key)  # twice is once
    assert left.post(left.said()).status_code == 200
    clock.now += sessions.GRACE - timedelta(minutes=1)
    answer = left.post(left.said())
    assert answer.status_code == 403
    assert "over" in answer.json["error"]
    assert left.get().status_code == 403
    left.secret = "wrong"
    assert left.get().status_code == 401
    assert unit.post(unit.said()).status_code == 200
    clock.forward(hours=1)
    assert unit.post(unit.said()).status_code == 403


def test_an_end_is_known_in_every_process_within_seconds(
    engine_name: str, platform: Platform, world: World, unit: Unit, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unit.get().status_code == 200
    with platform.writing(world.organisation) as ctx:
        end_session(ctx, unit.key)
    clock.now += sessions.GRACE
    monkeypatch.setattr(credentials, "RECHECK_SECONDS", 0.0)
    assert unit.get().status_code == 403


def test_two_sessions_do_not_read_each_other_and_organisations_stay_apart(
    engine_name: str, app: Flask, platform: Platform, world: World, unit: Unit
) -> None:
    trainer, other = launch(app, platform, world, "trainer"), launch(app, platform, world, "other_learner")
    own = new_id()
    unit.post(unit.said(id=own))
    for one in (trainer, other):
        assert one.listed() == []
        assert one.get(statementId=own).status_code == 404
        assert one.post(unit.said()).status_code == 403
    assert other.post(other.said(id=own)).status_code == 200  # the same id in another ledger
    with platform.writing(world.other_organisation) as ctx, pytest.raises(NotFound):
        end_session(ctx, unit.key)
    with platform.writing(world.other_organisation) as ctx, pytest.raises(NotFound):
        open_session(ctx, membership_id=world.members["learner"], registration=REGISTRATION, activity=UNIT, seconds=60)


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 0}, {"seconds": -1}, {"seconds": 10**9}, {"registration": "abc"}, {"activity": "unit 1"}, {"activity": "a:" + "x" * 600}],
)  # fmt: skip
def test_what_makes_no_session_is_refused(engine_name: str, acting: Any, world: World, wrong: Any) -> None:
    ctx = acting("learner")
    usual = {"membership_id": world.members["learner"], "registration": REGISTRATION, "activity": UNIT, "seconds": 60}
    with pytest.raises(ValueError, match="session"):
        open_session(ctx, **{**usual, **wrong})


def test_nothing_that_is_kept_opens_a_session(engine_name: str, platform: Platform, world: World, unit: Unit) -> None:
    with platform.reading(world.organisation) as ctx:
        row = ctx.session.scalars(select(SessionRow)).one()
        kept = repr([getattr(row, column.name) for column in SessionRow.__table__.columns])
    assert unit.secret not in kept
    unit.secret = row.secret_hash
    assert unit.get().status_code == 401


def test_the_last_use_of_a_session_is_not_noted(engine_name: str, platform: Platform, unit: Unit) -> None:
    usage.write_uses(platform)
    unit.get()
    assert unit.key not in usage._used


def test_a_person_reads_their_sessions_and_erasing_ends_them(
    engine_name: str, app: Flask, platform: Platform, world: World, unit: Unit, clock: TestClock
) -> None:
    trainer = launch(app, platform, world, "trainer")
    unit.send("PUT", "/activities/state", {"a": 1}, query_string=unit.state())
    with platform.reading(world.organisation) as ctx:
        rows = [dict(row) for row in personal_data(ctx, world.members["learner"]).rows]
        assert [row["Outil ou activité"] for row in rows] == [UNIT, UNIT]
        assert rows[1]["Ouvert le"] == clock.now
    with platform.writing(world.organisation) as ctx:
        erase_personal_data(ctx, world.members["learner"], frozenset({"raw"}))
    credentials.forget()
    assert unit.get().status_code == 401
    assert trainer.get().status_code == 200


def test_sessions_that_are_long_over_go(
    engine_name: str, app: Flask, platform: Platform, world: World, unit: Unit, clock: TestClock
) -> None:
    clock.forward(days=20)
    recent = launch(app, platform, world)
    clock.forward(days=11)
    sessions.drop_old_sessions(platform)
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalars(select(SessionRow.key)).all() == [recent.key]


def test_a_signed_in_browser_without_the_token_says_nothing(
    engine_name: str, app: Flask, platform: Platform, world: World, unit: Unit
) -> None:
    """The person's own cookie is not their activity's token; beside the token it counts for nothing."""
    browser = signed_in(app, platform, world, "learner")
    headers = {"X-Experience-API-Version": "1.0.3"}
    assert browser.post("/xapi/statements", json=unit.said(), headers=headers).status_code == 401
    unit.client = browser
    assert unit.post(unit.said()).status_code == 200
    assert unit.post(statement()).status_code == 403
