"""The resource of statements: bringing, reading one, voiding (Data, 2.3; Communication, 2.1)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.conftest import TestClock
from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, only_2
from tests.contract.requirements.rules import TARGET, agent, group, voiding
from tests.factories.machines import new_id, statement

READ = {"id": "http://example.org/read"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FILTERS = {
    "agent": '{"mbox": "mailto:quiet@example.org"}',
    "verb": READ["id"],
    "activity": "http://example.org/unit/1",
    "registration": TARGET,
    "related_activities": "true",
    "related_agents": "true",
    "since": "2026-05-04T08:00:00Z",
    "until": "2026-05-04T08:00:00Z",
    "limit": "1",
    "ascending": "true",
}
BESIDE_AN_ID = [{}, {"format": "ids"}, {"attachments": "false"}, {"format": "exact", "attachments": "true"}]


@covers("XAPI-00143", "XAPI-00144", "XAPI-00145", "XAPI-00139")
def test_put_takes_one_statement_under_the_id_of_its_address(engine_name: str, machine: Speaker) -> None:
    name = new_id()
    answer = machine.put(name, statement())
    assert (answer.status_code, answer.data) == (204, b"")
    assert machine.get(statementId=name).json["id"] == name
    assert machine.send("PUT", "/statements", statement(id=new_id())).status_code == 400
    assert machine.put(new_id(), statement(id=new_id())).status_code == 400
    assert machine.put(new_id(), [statement()]).status_code == 400
    assert machine.put("12", statement()).status_code == 400


@covers("XAPI-00146", "XAPI-00147", "XAPI-00139")
def test_post_answers_the_ids_in_their_order(engine_name: str, machine: Speaker) -> None:
    names = [new_id() for _ in range(3)]
    answer = machine.post([statement(id=name) for name in names])
    assert (answer.status_code, answer.json) == (200, names)
    answer = machine.post(statement())
    assert (answer.status_code, len(answer.json)) == (200, 1)
    assert machine.post("statement").status_code == 400
    assert machine.post([[statement()]]).status_code == 400


@covers("XAPI-00142")
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_statement_is_never_changed_by_another_of_its_id(engine_name: str, machine: Speaker, method: str) -> None:
    name = new_id()
    first = statement(id=name)

    def send(sent: Any) -> int:
        return (machine.put(name, sent) if method == "PUT" else machine.post(sent)).status_code

    assert send(first) in (200, 204)
    kept = machine.get(statementId=name).json
    assert send(first) in (200, 204)
    for other in ({"verb": READ}, {"actor": agent()}, {"result": {"success": True}}, {"object": agent()}):
        assert send({**first, **other}) == 409
    assert machine.get(statementId=name).json == kept


@covers("XAPI-00156", "XAPI-00158", "XAPI-00159", "XAPI-00139")
def test_one_statement_is_read_by_its_id(engine_name: str, machine: Speaker) -> None:
    [name] = machine.post(statement(verb=READ)).json
    found = machine.get(statementId=name)
    assert (found.status_code, found.json["id"], found.json["verb"]) == (200, name, READ)
    assert machine.get(statementId=name.upper()).json["id"] == name
    assert machine.get(statementId=new_id()).status_code == 404
    assert machine.get(statementId="12").status_code == 400


@covers("XAPI-00150", "XAPI-00151")
def test_an_id_goes_with_attachments_and_format_only(engine_name: str, machine: Speaker) -> None:
    first, second = machine.post([statement(), statement()]).json
    machine.post(voiding(second))
    for asked in ({"statementId": first}, {"voidedStatementId": second}):
        for more in BESIDE_AN_ID:
            assert machine.get(**asked, **more).status_code == 200
        for name, value in FILTERS.items():
            answer = machine.get(**asked, **{name: value})
            assert answer.status_code == 400
            assert name in answer.json["error"]
    assert machine.get(statementId=first, voidedStatementId=second).status_code == 400


@covers("XAPI-00153", "XAPI-00160", "XAPI-00165")
def test_every_answer_says_through_when_it_is_complete_and_what_it_is(
    engine_name: str, machine: Speaker, clock: TestClock
) -> None:
    [name] = machine.post(statement()).json
    wrong = ({"statementId": new_id()}, {"limit": "many"}, {"colour": "red"})
    for asked in ({}, {"statementId": name}, *({one: FILTERS[one]} for one in FILTERS), *wrong, {"format": "ids"}):
        answer = machine.get(**asked)
        through = answer.headers["X-Experience-API-Consistent-Through"]
        assert MOMENT.fullmatch(through), through
        assert through <= clock().strftime("%Y-%m-%dT%H:%M:%S.999Z")
        assert answer.mimetype == "application/json"


# ------------------------------------------------------------------------------------------------------------- voiding


@covers("XAPI-00018", "XAPI-00155", "XAPI-00157", "XAPI-00163")
def test_a_voided_statement_is_found_by_voided_statement_id_alone(engine_name: str, machine: Speaker) -> None:
    registration = new_id()
    first, second = machine.post([statement(context={"registration": registration}) for _ in range(2)]).json
    assert machine.get(voidedStatementId=first).status_code == 404
    [by] = machine.post(voiding(first)).json
    assert machine.get(statementId=first).status_code == 404
    found = machine.get(voidedStatementId=first)
    assert (found.status_code, found.json["id"]) == (200, first)
    assert machine.get(voidedStatementId="12").status_code == 400
    assert machine.get(voidedStatementId=by).status_code == 404
    names = [one["id"] for one in machine.listed(registration=registration)]
    assert first not in names
    assert second in names


@covers("XAPI-00162")
def test_what_refers_to_a_voided_statement_is_listed_still(
    engine_name: str, machine: Speaker, clock: TestClock
) -> None:
    who, registration = agent(), new_id()
    [first] = machine.post(statement(actor=who, context={"registration": registration})).json
    [about] = machine.post(statement(object={"objectType": "StatementRef", "id": first})).json
    clock.forward(seconds=1)
    [by] = machine.post(voiding(first)).json
    for asked in ({"registration": registration}, {"agent": f'{{"mbox": "{who["mbox"]}"}}'}):
        assert {one["id"] for one in machine.listed(**asked)} == {about, by}


@covers("XAPI-00016")
def test_a_voiding_statement_is_never_voided(engine_name: str, machine: Speaker) -> None:
    [first] = machine.post(statement()).json
    [by] = machine.post(voiding(first)).json
    machine.post(voiding(by))
    assert machine.get(statementId=by).status_code == 200
    assert machine.get(voidedStatementId=by).status_code == 404
    assert machine.get(voidedStatementId=first).status_code == 200


@covers("XAPI-00017", "XAPI-00019", "XAPI-00020")
def test_a_statement_voids_by_its_verb_and_a_reference(engine_name: str, machine: Speaker) -> None:
    [first] = machine.post(statement()).json
    for thing in (
        {"id": f"urn:uuid:{first}"},
        {"objectType": "Activity", "id": f"urn:uuid:{first}"},
        agent(),
        group(),
        {"id": first},
        {"objectType": "SubStatement", **statement()},
    ):
        assert machine.post({**voiding(first), "object": thing}).status_code == 400
    assert machine.post({**voiding(first), "verb": {"id": "http://example.org/avoided"}}).status_code == 200
    assert machine.get(statementId=first).status_code == 200
    assert machine.post(voiding(first)).status_code == 200
    assert machine.get(statementId=first).status_code == 404


@covers("V2-12")
def test_what_is_not_there_yet_may_be_voided(engine_name: str, machine: Speaker) -> None:
    name = new_id()
    assert machine.post(voiding(name)).status_code == 200
    assert machine.get(voidedStatementId=name).status_code == 404
    assert machine.post(statement(id=name)).status_code == 200
    assert machine.get(statementId=name).status_code == 404
    assert machine.get(voidedStatementId=name).status_code == 200


@covers("V2-13")
def test_an_id_does_not_stand_twice_in_a_batch(engine_name: str, machine: Speaker) -> None:
    name, free = new_id(), new_id()
    assert machine.post([statement(id=name), statement(id=free), statement(id=name)]).status_code == 400
    assert machine.get(statementId=free).status_code == 404
    assert machine.post([statement(id=name), statement(id=free)]).status_code == 200


@only_2
@covers("V2-15")
def test_a_client_of_2_hands_on_what_was_said_in_1(engine_name: str, machine: Speaker) -> None:
    names = machine.post([statement(), statement(version="1.0.3"), statement(version="2.0.0")]).json
    assert [machine.get(statementId=name).json["version"] for name in names] == ["2.0.0", "1.0.3", "2.0.0"]
