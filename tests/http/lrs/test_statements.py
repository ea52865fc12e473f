"""`/xapi/statements`: what machines send and read back (xAPI 1.0.3, Communication, 2.1)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.contract.types import Source
from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.xapi.api import COMPLETED, Said, record
from lms.xapi.models import StatementRow
from tests.conftest import TestClock
from tests.factories.learning import Learning
from tests.factories.machines import Machine, make_machine, new_id, statement
from tests.factories.world import World

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def voiding(target: Any, **values: Any) -> Any:
    verb = {"id": VOIDED, "display": {"en": "voided"}}
    return statement(verb=verb, object={"objectType": "StatementRef", "id": target}, **values)


def test_what_is_posted_is_read_back_with_what_the_lrs_adds(
    engine_name: str, machine: Machine, clock: TestClock
) -> None:
    sent = statement(result={"score": {"scaled": 0.50}, "duration": "PT1M30S"})
    answer = machine.post(sent)
    assert answer.status_code == 200
    [name] = answer.json
    found = machine.get(statementId=name)
    assert found.status_code == 200
    kept = found.json
    assert {key: kept[key] for key in sent} == sent
    assert kept["id"] == name
    assert kept["stored"] == kept["timestamp"] == "2026-11-23T09:00:00.000Z"
    assert kept["authority"]["account"]["name"] == machine.key
    assert kept["version"] == "1.0.0"
    assert found.headers["Last-Modified"] == "Mon, 23 Nov 2026 09:00:00 GMT"
    assert (
        machine.send(
            "GET", "/statements", query_string={"statementId": name}, headers={"If-None-Match": found.headers["ETag"]}
        ).status_code
        == 304
    )


def test_the_bytes_of_each_property_stay_as_they_were_written(engine_name: str, machine: Machine) -> None:
    name = new_id()
    body = (
        '{"id":"NAME", "actor":{"mbox":"mailto:a@b.fr"},"verb":{"id":"http://x.fr/v"}, "object":{"id":"http://x.fr/o"},'
        '"result":{"score":{"raw": 1.2300000000000000000001}, "response":"\\u00e9t\\u00E9  \\ud83d\\ude00"}}'
    ).replace("NAME", name)
    assert machine.post(body.encode()).json == [name]
    raw = machine.get(statementId=name).text
    assert '{"score":{"raw": 1.2300000000000000000001}, "response":"\\u00e9t\\u00E9  \\ud83d\\ude00"}' in raw
    assert raw in machine.get(verb="http://x.fr/v").text


def test_a_list_is_taken_whole_and_answered_in_its_order(engine_name: str, machine: Machine) -> None:
    names = [new_id() for _ in range(20)]
    assert machine.post([statement(id=name) for name in names]).json == names
    assert {one["id"] for one in machine.listed()} == set(names)


def test_a_list_with_one_wrong_statement_is_refused_whole(engine_name: str, machine: Machine) -> None:
    answer = machine.post([statement(), statement(result={"score": {"scaled": 2}}), statement()])
    assert answer.status_code == 400
    assert "[1] result.score.scaled" in answer.json["error"]
    assert machine.listed() == []


def test_put_takes_one_statement_under_its_id(engine_name: str, machine: Machine) -> None:
    name = new_id()
    assert machine.put(name, statement()).status_code == 204
    assert machine.put(name.upper(), statement(id=name)).status_code == 204
    assert [one["id"] for one in machine.listed()] == [name]
    assert machine.put(name, statement(id=new_id())).status_code == 400
    assert machine.put(name, [statement()]).status_code == 400
    assert machine.put("", statement()).status_code == 400
    assert machine.send("PUT", "/statements", statement()).status_code == 400


def test_the_same_statement_again_changes_nothing(engine_name: str, machine: Machine, clock: TestClock) -> None:
    sent = statement(id=new_id(), timestamp="2026-11-20T10:00:00+01:00")
    assert machine.post(sent).json == machine.post(sent).json == [sent["id"]]
    clock.forward(days=1)
    again = statement(
        id=sent["id"].upper(),
        timestamp="2026-11-20T09:00:00Z",
        verb={"id": sent["verb"]["id"], "display": {"en": "completed"}},
        object={"id": sent["object"]["id"], "definition": {"name": {"fr": "Autre"}}},
    )
    assert machine.post(again).status_code == 200
    assert machine.put(sent["id"], machine.get(statementId=sent["id"]).json).status_code == 204
    [kept] = machine.listed()
    assert kept["stored"] == "2026-11-23T09:00:00.000Z"


@pytest.mark.parametrize(
    "other",
    [
        {"verb": {"id": "http://adlnet.gov/expapi/verbs/failed"}},
        {"actor": {"mbox": "mailto:autre@example.org"}},
        {"result": {"success": True}},
        {"timestamp": "2026-11-20T10:00:01Z"},
        {"object": {"id": "http://example.org/unit/2"}},
    ],
)
def test_the_same_id_with_another_content_is_a_conflict(engine_name: str, machine: Machine, other: Any) -> None:
    sent = statement(id=new_id(), timestamp="2026-11-20T10:00:00Z")
    machine.post(sent)
    free = statement(id=new_id())
    assert machine.post([free, {**sent, **other}]).status_code == 409
    assert machine.put(sent["id"], {**sent, **other}).status_code == 409
    assert [one["id"] for one in machine.listed()] == [sent["id"]]


def test_an_id_twice_in_one_request_is_refused(engine_name: str, machine: Machine) -> None:
    name = new_id()
    assert machine.post([statement(id=name), statement(id=name.upper())]).status_code == 400


def test_each_family_of_versions_is_answered_in_its_own(engine_name: str, machine: Machine) -> None:
    for asked, answered in (
        ("1.0", "1.0.3"),
        ("1.0.0", "1.0.3"),
        ("1.0.3", "1.0.3"),
        ("2.0", "2.0.0"),
        ("2.0.0", "2.0.0"),
    ):
        machine.version = asked
        assert machine.get().headers["X-Experience-API-Version"] == answered
        assert machine.get(nothing="1").headers["X-Experience-API-Version"] == answered
    for asked in ("", "0.9", "1.1", "3.0", "1.0.3.4", "deux"):
        machine.version = asked
        assert machine.get().status_code == 400
        assert machine.post(statement()).status_code == 400


def test_about_names_the_versions_to_anyone(engine_name: str, client: FlaskClient, world: World) -> None:
    answer = client.get("/xapi/about")
    assert answer.status_code == 200
    assert answer.json["version"] == ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"]
    assert answer.headers["X-Experience-API-Version"]


def test_filters_find_what_they_name(engine_name: str, machine: Machine, clock: TestClock) -> None:
    registration, name = new_id(), "mailto:autre@example.org"
    sent = {
        "plain": statement(id=new_id()),
        "agent": statement(id=new_id(), actor={"mbox": name}),
        "object": statement(id=new_id(), object={"objectType": "Agent", "mbox": name}),
        "verb": statement(id=new_id(), verb={"id": "http://example.org/v"}),
        "activity": statement(id=new_id(), object={"id": "http://example.org/unit/9"}),
        "registration": statement(id=new_id(), context={"registration": registration.upper()}),
    }
    for one in sent.values():
        assert machine.post(one).status_code == 200
        clock.forward(seconds=1)

    def found(**asked: Any) -> Any:
        names = {one["id"]: name for name, one in sent.items()}
        return [names[one["id"]] for one in machine.listed(**asked)]

    assert found() == ["registration", "activity", "verb", "object", "agent", "plain"]
    assert found(ascending="true", limit=2) == ["plain", "agent"]
    assert found(agent=json.dumps({"mbox": name})) == ["object", "agent"]
    assert found(verb="http://example.org/v") == ["verb"]
    assert found(activity="http://example.org/unit/9") == ["activity"]
    assert found(registration=registration) == ["registration"]
    assert found(since="2026-11-23T09:00:03Z") == ["registration", "activity"]
    assert found(until="2026-11-23T10:00:01+01:00") == ["agent", "plain"]
    assert found(since="2026-11-23T09:00:01Z", until="2026-11-23T09:00:03Z") == ["verb", "object"]
    assert found(verb="http://example.org/v", activity="http://example.org/unit/9") == []


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_more_leads_through_everything_once(
    engine_name: str, machine: Machine, clock: TestClock, ascending: Any
) -> None:
    for start in range(0, 25, 5):
        machine.post([statement(id=new_id(), result={"response": str(start + number)}) for number in range(5)])
        clock.forward(seconds=1)
    machine.post(statement(verb={"id": "http://example.org/other"}))
    verb = statement()["verb"]["id"]
    pages, seen = 0, []
    answer = machine.get(limit=4, verb=verb, ascending=ascending)
    while True:
        seen += answer.json["statements"]
        pages += 1
        more = answer.json["more"]
        if not more:
            break
        assert more.startswith("/xapi/statements?")
        machine.post(statement(timestamp="2026-11-01T00:00:00Z"))  # what comes meanwhile does not shift the pages
        answer = machine.send("GET", more.removeprefix("/xapi"))
    old = [one for one in seen if "result" in one]
    assert len({one["id"] for one in old}) == len(old) == 25
    moments = [one["stored"] for one in seen]
    assert moments == sorted(moments, reverse=ascending == "false")
    assert pages >= 7


def test_a_limit_of_zero_is_as_many_as_the_server_gives(engine_name: str, machine: Machine) -> None:
    for _ in range(3):
        machine.post([statement() for _ in range(200)])
    assert len(machine.listed(limit=0)) == 500
    assert len(machine.listed(limit=100000)) == 500
    assert len(machine.listed()) == 100


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": "-1"}, {"limit": "x"}, {"limit": "99999999999"}, {"ascending": "1"}, {"since": "hier"}, {"until": "2026"},
        {"agent": "x"}, {"agent": "{}"}, {"agent": '{"objectType":"Group","member":[{"mbox":"mailto:a@b.fr"}]}'},
        {"agent": '{"mbox":"mailto:a@b.fr","mbox":"mailto:a@b.fr"}'}, {"verb": "terminé"}, {"registration": "x"}, {"statementId": "x"},
        {"statementId": new_id(), "voidedStatementId": new_id()}, {"statementId": new_id(), "limit": "1"}, {"unknown": "1"},
        {"format": "short"}, {"attachments": "1"}, {"related_agents": "yes"}, {"since": "2026-11-23T09:00:00-00:00"}, {"after": "1"},
    ],
)  # fmt: skip
def test_a_question_that_breaks_a_rule_is_refused_in_a_sentence(engine_name: str, machine: Machine, asked: Any) -> None:
    answer = machine.get(**asked)
    assert answer.status_code == 400
    assert next(iter(asked)).replace("statementId", "") in answer.json["error"]


def test_what_is_unknown_is_not_found(engine_name: str, machine: Machine) -> None:
    assert machine.get(statementId=new_id()).status_code == 404
    assert machine.get(voidedStatementId=new_id()).status_code == 404
    assert machine.get(after=new_id()).status_code == 404


# -------------------------------------------------------------------------------------------------------------- voiding


def test_a_voided_statement_is_found_only_as_such(engine_name: str, machine: Machine) -> None:
    sent = statement(id=new_id())
    machine.post(sent)
    word = voiding(sent["id"].upper(), id=new_id())
    assert machine.post(word).status_code == 200
    assert machine.get(statementId=sent["id"]).status_code == 404
    assert machine.get(voidedStatementId=sent["id"]).json["id"] == sent["id"]
    assert [one["id"] for one in machine.listed()] == [word["id"]]
    assert machine.get(voidedStatementId=word["id"]).status_code == 404


def test_a_statement_that_arrives_after_its_voiding_is_void(engine_name: str, machine: Machine) -> None:
    sent = statement(id=new_id())
    machine.post(voiding(sent["id"]))
    machine.post(sent)
    assert machine.get(statementId=sent["id"]).status_code == 404
    assert machine.get(voidedStatementId=sent["id"]).status_code == 200


def test_a_voiding_statement_is_not_voided(engine_name: str, machine: Machine) -> None:
    sent, word = statement(id=new_id()), new_id()
    machine.post(sent)
    machine.post(voiding(sent["id"], id=word))
    machine.post(voiding(word))
    assert machine.get(statementId=word).status_code == 200
    assert machine.get(statementId=sent["id"]).status_code == 404


def test_a_partner_voids_only_what_it_said(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine, learning: Learning
) -> None:
    other = make_machine(app, platform, world.organisation, "Autre")
    sent = statement(id=new_id())
    machine.post(sent)
    answer = other.post([statement(), voiding(sent["id"])])
    assert answer.status_code == 403
    assert machine.get(statementId=sent["id"]).status_code == 200
    learning.post(learning.address("lesson"))  # nobody but staff takes back what a learner did
    with platform.reading(world.organisation) as ctx:
        own = ctx.session.scalars(
            select(StatementRow.statement_id).where(StatementRow.source == "learner_device")
        ).first()
    if own:
        assert machine.post(voiding(own)).status_code == 403
    again = make_machine(app, platform, world.organisation, "Moodle")  # new credentials of the same partner
    assert again.post(voiding(sent["id"])).status_code == 200


def test_another_partner_does_not_void_what_has_not_come_yet(
    engine_name: str, app: Flask, platform: Platform, world: World, machine: Machine
) -> None:
    other = make_machine(app, platform, world.organisation, "Autre")
    sent = statement(id=new_id())
    other.post(voiding(sent["id"]))
    machine.post(sent)
    assert machine.get(statementId=sent["id"]).status_code == 200


# ------------------------------------------------------------------------------------------------------- what it proves


def test_what_a_partner_says_of_a_learner_is_kept_and_proves_nothing(
    engine_name: str, machine: Machine, learning: Learning, platform: Platform, world: World
) -> None:
    prefix, keys = "https://essai.invalid", learning.course.keys
    with platform.reading(world.organisation, world.members["learner"]) as ctx:
        pseudonym = ctx.actor.uuid
    sent = statement(
        id=new_id(),
        actor={"account": {"homePage": prefix, "name": pseudonym}},
        object={"id": f"{prefix}/a/{keys['lesson']}"},
        result={"completion": True, "success": True, "score": {"scaled": 1}},
        context={"registration": learning.enrolment.uuid},
    )
    assert machine.post(sent).status_code == 200
    with platform.reading(world.organisation) as ctx:
        row = ctx.session.scalars(select(StatementRow).where(StatementRow.statement_id == sent["id"])).one()
        assert row.membership_id == world.members["learner"]
        assert row.source == "partner:Moodle"
        assert row.registration == learning.enrolment.uuid
        assert row.scaled == 1
        from lms.courses.api import progress_of

        assert progress_of(ctx, learning.enrolment.id) == {}


def test_consistent_through_is_now_when_nobody_writes(
    engine_name: str, machine: Machine, platform: Platform, clock: TestClock
) -> None:
    clock.now = datetime.now(UTC)
    machine.post(statement())
    through = datetime.fromisoformat(machine.get().headers["X-Experience-API-Consistent-Through"])
    assert abs(through - clock.now) < timedelta(seconds=2)


def test_consistent_through_is_before_a_writer_that_has_not_finished(
    engine_name: str, machine: Machine, platform: Platform, world: World, clock: TestClock
) -> None:
    with platform.writing(world.organisation) as ctx:
        from lms.kernel.preferences import PreferenceRow

        ctx.session.add(PreferenceRow(organisation_id=world.organisation, name="x", value="y"))
        ctx.session.flush()
        clock.now = datetime.now(UTC) + timedelta(hours=1)
        through = datetime.fromisoformat(machine.get().headers["X-Experience-API-Consistent-Through"])
        assert through < datetime.now(UTC) + timedelta(seconds=2)


@pytest.mark.postgresql
def test_who_reads_since_does_not_skip_what_is_committed_late(
    engine_name: str, machine: Machine, platform: Platform, world: World, clock: TestClock
) -> None:
    """A transaction that began before and commits after: until it has ended, what came later is not told either."""
    if platform.database.is_sqlite:
        return  # one writer: what is stored first is committed first
    since = "2026-11-23T08:00:00Z"
    with platform.writing(world.organisation, world.members["learner"]) as late:
        slow = partner_statement(late)
        clock.forward(minutes=1)
        machine.post(statement(id=new_id()))
        assert machine.listed(since=since) == []
        assert len(machine.listed()) == 1
    assert machine.listed(since=since, ascending="true")[0]["id"] == slow
    assert len(machine.listed(since=since)) == 2


def partner_statement(ctx: Context) -> str:
    """One statement of ours, recorded and not committed; returns its id."""
    said = Said(
        id=new_id(),
        actor=ctx.subject,
        verb=COMPLETED,
        activity=f"{ctx.iri_prefix}/a/xxxxxxxxxx",
        activity_type="http://adlnet.gov/expapi/activities/lesson",
        activity_name="Essai",
        source=Source.SERVER,
        occurred_at=ctx.now,
        timestamp=ctx.now,
    )
    record(ctx, [said])
    return said.id
