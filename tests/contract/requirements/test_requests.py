"""What holds for every resource: versions, credentials, parameters, statuses, HEAD, the alternate syntax (Communication)."""

from __future__ import annotations

import base64
import json
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from lms.lrs import rest_statements
from tests.conftest import TestClock
from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, each, only_1, only_2
from tests.contract.requirements.rules import agent, voiding
from tests.factories.machines import Machine, new_id, statement

UNIT = "http://example.org/unit/1"
AWA = json.dumps(agent("quiet"))
READS: dict[str, dict[str, str]] = {
    "/statements": {},
    "/activities": {"activityId": UNIT},
    "/agents": {"agent": AWA},
    "/activities/state": {"activityId": UNIT, "agent": AWA},
    "/activities/profile": {"activityId": UNIT},
    "/agents/profile": {"agent": AWA},
}
VERSION = "X-Experience-API-Version"
FORM = "application/x-www-form-urlencoded"


def read(machine: Machine, path: str, method: str = "GET", **more: Any) -> TestResponse:
    asked = {**READS.get(path, {}), **more.pop("asked", {})}
    return machine.send(method, path, query_string=asked, **more)


# --------------------------------------------------------------------------------------------------- versions and about


@covers("XAPI-00315", "XAPI-00316", "XAPI-00317", "XAPI-00318", "XAPI-00319", "XAPI-00320", "V2-05")
def test_about_names_the_versions(engine_name: str, machine: Speaker) -> None:
    known = {"1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"}
    for headers, family in (({}, machine.version[:3]), ({VERSION: ""}, ""), ({VERSION: "9.9"}, "")):
        found = read(machine, "/about", headers={**headers, "Authorization": ""})
        assert (found.status_code, found.mimetype) == (200, "application/json")
        assert isinstance(found.json["version"], list)
        assert set(found.json["version"]) == {one for one in known if one.startswith(family)}
        assert isinstance(found.json.get("extensions", {}), dict)
    assert machine.version in read(machine, "/about").json["version"]


@covers("XAPI-00321", "XAPI-00331", "XAPI-00140")
@pytest.mark.parametrize("path", READS)
def test_a_request_names_a_version_that_is_spoken(engine_name: str, machine: Speaker, path: str) -> None:
    family = machine.version[:3]
    for right in (family, f"{family}.0", machine.version, f"{family}.9"):
        assert read(machine, path, headers={VERSION: right}).status_code == 200
    for wrong in ("", "0.9", "0.95", "1.1.0", "2.1.0", "3.0.0", "1", "2", "1.0.x", "latest"):
        answer = read(machine, path, headers={VERSION: wrong})
        assert answer.status_code == 400, wrong
        assert VERSION in answer.json["error"]


@covers("XAPI-00333")
def test_every_answer_names_the_latest_version_of_its_family(engine_name: str, machine: Speaker) -> None:
    for asked in (machine.version, machine.version[:3], f"{machine.version[:3]}.0"):
        for path in (*READS, "/about"):
            assert read(machine, path, headers={VERSION: asked}).headers[VERSION] == machine.version
    for wrong in ({"asked": {"colour": "red"}}, {"headers": {"Authorization": ""}}):
        answer = read(machine, "/statements", **wrong)
        assert answer.status_code in (400, 401)
        assert answer.headers[VERSION] == machine.version


# ---------------------------------------------------------------------------------------------------------- credentials


@covers("XAPI-00334", "XAPI-00335")
@pytest.mark.parametrize("path", READS)
def test_basic_credentials_are_asked_for(engine_name: str, machine: Speaker, path: str) -> None:
    assert read(machine, path).status_code == 200
    strangers = [
        base64.b64encode(one.encode()).decode() for one in ("awa:secret", f"{machine.key}:secret", machine.key)
    ]
    for wrong in ("", "Basic", "Basic awa", f"Bearer {machine.secret}", *(f"Basic {one}" for one in strangers)):
        answer = read(machine, path, headers={"Authorization": wrong})
        assert answer.status_code == 401, wrong
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


@covers("XAPI-00327")
def test_what_the_credentials_do_not_allow_is_forbidden(engine_name: str, machine: Speaker, other: Machine) -> None:
    [name] = machine.post(statement()).json
    assert other.post(voiding(name)).status_code == 403
    assert machine.get(statementId=name).status_code == 200
    machine.statuses.append(other.post(voiding(name)).status_code)
    assert machine.post(voiding(name)).status_code == 200


# ------------------------------------------------------------------------------------------------- parameters, statuses


@covers("XAPI-00324", "V2-10")
@pytest.mark.parametrize("path", READS)
def test_a_parameter_that_is_not_known_is_refused(engine_name: str, machine: Speaker, path: str) -> None:
    answer = read(machine, path, asked={"colour": "red"})
    assert answer.status_code == 400
    assert "colour" in answer.json["error"]
    assert read(machine, path).status_code == 200


OTHER_CASES = {
    "/statements": {
        **{name: new_id() for name in ("StatementId", "voidedstatementid", "Registration")},
        **dict.fromkeys(("VERB", "Activity"), UNIT),
        **dict.fromkeys(("related_Agents", "Related_activities", "Attachments", "ASCENDING"), "true"),
        **dict.fromkeys(("Since", "until ", "UNTIL"), "2026-05-04T08:00:00Z"),
        "Agent": AWA,
        "Limit": "1",
        "Format": "ids",
    },
    "/activities": {"activityid": UNIT},
    "/agents": {"Agent": AWA},
    "/activities/state": {"StateId": "resume", "Registration": new_id(), "SINCE": "2026-05-04T08:00:00Z"},
    "/activities/profile": {"profileID": "resume", "Since": "2026-05-04T08:00:00Z"},
    "/agents/profile": {"profileid": "resume", "Since": "2026-05-04T08:00:00Z"},
}


@covers("XAPI-00325")
@pytest.mark.parametrize("path", OTHER_CASES)
def test_a_parameter_is_written_as_the_specification_writes_it(engine_name: str, machine: Speaker, path: str) -> None:
    for name, value in OTHER_CASES[path].items():
        answer = read(machine, path, asked={name: value})
        assert answer.status_code == 400, name
        assert name in answer.json["error"]
    assert read(machine, path).status_code == 200
    sent = machine.send("PUT", "/statements", statement(), query_string={"StatementId": new_id()})
    assert sent.status_code == 400


@covers("XAPI-00326", "XAPI-00182")
def test_a_batch_with_one_wrong_statement_is_refused_whole(engine_name: str, machine: Speaker) -> None:
    names = [new_id() for _ in range(50)]
    right = [statement(id=name) for name in names]
    answer = machine.post([*right[:-1], {**right[-1], "verb": {"id": "read"}}])
    assert answer.status_code == 400
    assert "[49] verb.id" in answer.json["error"]
    assert [machine.get(statementId=name).status_code for name in (names[0], names[-1])] == [404, 404]
    assert machine.post([right[0]]).status_code == 200
    assert machine.post([right[1], {**right[0], "verb": {"id": "http://example.org/read"}}]).status_code == 409
    assert machine.get(statementId=names[1]).status_code == 404
    assert machine.post(right).json == names


@covers("XAPI-00328")
def test_what_is_too_large_is_refused(engine_name: str, machine: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest_statements, "MOST_BYTES", 2_000)
    name = new_id()
    answer = machine.post(statement(id=name, result={"response": "a" * 2_000}))
    assert (answer.status_code, answer.headers[VERSION]) == (413, machine.version)
    assert machine.get(statementId=name).status_code == 404
    assert machine.post(statement(id=name, result={"response": "a" * 500})).status_code == 200


@covers("XAPI-00323")
def test_refusals_have_the_statuses_of_the_specification_and_say_why(
    engine_name: str, machine: Speaker, elsewhere: Machine
) -> None:
    [name] = machine.post(statement()).json
    other = statement(id=name, verb={"id": "http://example.org/read"})
    document = {"activityId": f"http://example.org/{name}", "profileId": "goals"}
    written = {"query_string": document, "headers": {"If-None-Match": "*"}}
    assert machine.send("PUT", "/activities/profile", {"a": 1}, **written).status_code == 204
    refusals = {
        400: machine.post({}),
        401: read(machine, "/statements", headers={"Authorization": ""}),
        404: machine.get(statementId=new_id()),
        409: machine.post(other),
        412: machine.send("PUT", "/activities/profile", {"a": 2}, **written),
    }
    for status, answer in refusals.items():
        assert (answer.status_code, answer.mimetype) == (status, "application/json")
        assert answer.json["error"]
    assert machine.send("DELETE", "/statements").status_code == 405
    assert elsewhere.get(statementId=name).status_code == 404  # another organisation is another LRS
    assert elsewhere.post(other).status_code == 200


@covers("XAPI-00329")
def test_a_fault_of_the_server_is_said_as_one(
    engine_name: str, machine: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(error: Exception) -> Any:
        def receive(*_given: Any, **_named: Any) -> Any:
            raise error

        return receive

    [kept] = machine.post(statement()).json
    machine.client.application.testing, before = False, machine.client.application.testing
    for error, status in (
        (RuntimeError("a fault"), 500),
        (OperationalError("", {}, Exception("database is locked")), 503),
    ):
        monkeypatch.setattr(rest_statements, "receive", fail(error))
        answer = machine.post(statement())
        assert (answer.status_code, answer.mimetype) == (status, "application/json")
        assert "a fault" not in answer.text
    machine.client.application.testing = before
    assert machine.get(statementId=kept).status_code == 200


# ------------------------------------------------------------------------------------------------------------------ HEAD


@covers("XAPI-00125", "XAPI-00126")
@pytest.mark.parametrize("path", [*READS, "/about"])
def test_head_answers_as_get_without_the_body(engine_name: str, machine: Speaker, path: str) -> None:
    machine.post(statement())
    for asked in ({}, {"colour": "red"}):
        got, headed = (read(machine, path, method, asked=asked) for method in ("GET", "HEAD"))
        assert headed.status_code == got.status_code
        assert headed.data == b""
        for name in ("Content-Type", "Content-Length", "Last-Modified", "ETag", VERSION):
            assert headed.headers.get(name) == got.headers.get(name)


@covers("XAPI-00125")
def test_head_of_one_statement_and_of_one_document(engine_name: str, machine: Speaker) -> None:
    [name] = machine.post(statement()).json
    state = {"activityId": UNIT, "agent": json.dumps(agent()), "stateId": "resume"}
    machine.send("PUT", "/activities/state", {"a": 1}, query_string=state)
    for path, asked in (("/statements", {"statementId": name}), ("/activities/state", state)):
        got, headed = (read(machine, path, method, asked=asked) for method in ("GET", "HEAD"))
        assert (headed.status_code, headed.data) == (200, b"")
        for header in ("Content-Type", "Content-Length", "Last-Modified", "ETag"):
            assert headed.headers[header] == got.headers[header]
    assert read(machine, "/statements", "HEAD", asked={"statementId": new_id()}).status_code == 404


# --------------------------------------------------------------------------------------------------- alternate syntax


def form(machine: Machine, method: str, path: str = "/statements", *, query: str = "", **fields: str) -> TestResponse:
    """A request in the alternate syntax, its headers in the form too."""
    credentials = base64.b64encode(f"{machine.key}:{machine.secret}".encode()).decode()
    given = {"Authorization": f"Basic {credentials}", VERSION: machine.version, **fields}
    body = urlencode({name.replace("_", "-"): value for name, value in given.items()}).encode()
    return machine.client.post(f"/xapi{path}?method={method}{query}", data=body, content_type=FORM)


def spoken(machine: Speaker, method: str, *given: str, **fields: str) -> TestResponse:
    answer = form(machine, method, *given, **fields)
    machine.statuses.append(answer.status_code)
    return answer


@only_1
@covers("XAPI-00148", "XAPI-00336")
def test_version_1_is_spoken_by_form_too(engine_name: str, machine: Speaker) -> None:
    name = new_id()
    sent = statement(result={"response": "l'été & après = 100 %"})
    json_type = {"Content-Type": "application/json"}
    answer = spoken(machine, "PUT", statementId=name, content=json.dumps(sent), **json_type)
    assert (answer.status_code, answer.data) == (204, b"")
    answer = spoken(machine, "GET", statementId=name)
    assert (answer.status_code, answer.json["result"]) == (200, sent["result"])
    assert machine.get(statementId=name).json == answer.json
    assert spoken(machine, "GET", limit="1").json["statements"]
    answer = spoken(machine, "POST", content=json.dumps([sent, sent]), **json_type)
    assert (answer.status_code, len(answer.json)) == (200, 2)
    state = {"activityId": UNIT, "agent": json.dumps(agent()), "stateId": "resume"}
    assert (
        spoken(
            machine, "PUT", "/activities/state", content="page 3", **{"Content-Type": "text/plain"}, **state
        ).status_code
        == 204
    )
    found = spoken(machine, "GET", "/activities/state", **state)
    assert (found.data, found.mimetype) == (b"page 3", "text/plain")
    wrong_tag = {"If-Match": '"another"'}
    assert spoken(machine, "PUT", "/activities/state", content="page 4", **state, **wrong_tag).status_code == 412
    assert spoken(machine, "DELETE", "/activities/state", **state).status_code == 204
    assert spoken(machine, "GET", "/activities/state", **state).status_code == 404


@only_1
@covers("XAPI-00336", "XAPI-00148")
def test_a_form_holds_all_that_it_says(engine_name: str, machine: Speaker) -> None:
    content, name = json.dumps(statement()), new_id()
    assert spoken(machine, "PUT", query=f"&statementId={name}", content=content).status_code == 400
    assert spoken(machine, "PUT", statementId=name).status_code == 400
    assert spoken(machine, "PATCH", statementId=name, content=content).status_code == 400
    assert spoken(machine, "GET", statementId="12").status_code == 400
    assert machine.send("PUT", "/statements?method=PUT", statement()).status_code == 400
    assert spoken(machine, "GET", statementId=name).status_code == 404
    assert spoken(machine, "GET", Authorization="Basic awa").status_code == 401
    assert spoken(machine, "PUT", statementId=name, content=content).status_code == 204


@only_2
@each("method", {"V2-04": "PUT", "V2-04 XAPI-00336": "GET"})
def test_version_2_is_not_spoken_by_form(engine_name: str, machine: Speaker, method: str) -> None:
    name = new_id()
    assert spoken(machine, method, statementId=name, content=json.dumps(statement())).status_code == 400
    assert machine.get(statementId=name).status_code == 404
    assert machine.put(name, statement()).status_code == 204


# --------------------------------------------------------------------------------------------------- what version 2 says


@covers("V2-06")
def test_a_timestamp_of_another_zone_is_the_same_moment(engine_name: str, machine: Speaker) -> None:
    forms = ("2026-05-04T10:00:00+02:00", "2026-05-04T08:00:00.000Z", "2026-05-04t08:00:00z", "2026-05-04 08:00:00.0Z")
    name = new_id()
    for text in forms:
        assert machine.put(name, statement(timestamp=text)).status_code == 204, text
    assert machine.put(name, statement(timestamp="2026-05-04T10:00:01+02:00")).status_code == 409


@covers("V2-11")
def test_a_statement_says_when_it_was_stored(engine_name: str, machine: Speaker, clock: TestClock) -> None:
    where, verb = {"id": f"http://example.org/{new_id()}"}, {"id": f"http://example.org/{new_id()}"}
    [name] = machine.post(statement(object=where, verb=verb)).json
    stored = clock()
    clock.forward(seconds=10)
    machine.post(statement(object=where))
    for asked, when in (
        ({"statementId": name}, stored),
        ({"verb": verb["id"]}, stored),
        ({"activity": where["id"]}, clock()),
    ):
        found = machine.get(**asked)
        assert parsedate_to_datetime(found.headers["Last-Modified"]) == when.replace(microsecond=0)
