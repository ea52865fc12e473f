"""What is known of agents and of activities (Communication, 2.4, 2.5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, each
from tests.contract.requirements.rules import agent, said
from tests.factories.machines import new_id, statement

SHA1 = "0d2e54c8f7c1e4d1ad9a2b1de5cf7fbbd4f6ab90"


def person(machine: Speaker, who: Any) -> TestResponse:
    text = who if isinstance(who, str) else json.dumps(who)
    return machine.send("GET", "/agents", query_string={"agent": text})


def activity(machine: Speaker, iri: str) -> TestResponse:
    return machine.send("GET", "/activities", query_string={"activityId": iri})


@each(
    "name",
    {
        "XAPI-00239 XAPI-00244": "mbox",
        "XAPI-00240": "mbox_sha1sum",
        "XAPI-00241": "openid",
        "XAPI-00242": "account",
    },
)
@covers("XAPI-00236", "XAPI-00237", "XAPI-00238", "XAPI-00245", "XAPI-00246", "XAPI-00247", "XAPI-00248")
@pytest.mark.parametrize("is_known", [True, False])
def test_an_agent_is_a_person_whose_properties_are_lists(
    engine_name: str, machine: Speaker, name: str, is_known: Any
) -> None:
    mine = new_id()
    value: Any = {
        "mbox": f"mailto:{mine}@example.org",
        "mbox_sha1sum": (mine.replace("-", "") + SHA1)[:40],
        "openid": f"http://example.org/{mine}",
        "account": {"homePage": "http://example.org", "name": mine},
    }[name]
    who = {name: value}
    if is_known:
        machine.post([statement(actor={**who, "name": one}) for one in ("Awa", "Awa N.")])
    found = person(machine, {"objectType": "Agent", **who})
    assert (found.status_code, found.mimetype) == (200, "application/json")
    names = {"name": ["Awa", "Awa N."]} if is_known else {}
    assert found.json == {"objectType": "Person", name: [value], **names}
    assert person(machine, {**who, "name": "Fatou"}).json["name"] == sorted({"Fatou", *names.get("name", ())})


@covers("XAPI-00243", "XAPI-00249")
def test_an_agent_is_asked_for_as_an_agent(engine_name: str, machine: Speaker) -> None:
    assert machine.send("GET", "/agents").status_code == 400
    wrongs: list[Any] = [
        "",
        "Awa",
        "{",
        "[]",
        {"name": "Awa"},
        {"mbox": "awa@example.org"},
        {**agent(), "openid": "http://a.b"},
    ]
    for wrong in wrongs:
        answer = person(machine, wrong)
        assert answer.status_code == 400, wrong
        assert "agent" in answer.json["error"]
    assert person(machine, agent()).status_code == 200


@covers("XAPI-00251", "XAPI-00252", "XAPI-00253", "XAPI-00254")
def test_an_activity_has_all_that_was_said_of_it(engine_name: str, machine: Speaker) -> None:
    iri = f"http://example.org/{new_id()}"
    first = {"name": {"fr": "Unité"}, "extensions": {"http://example.org/a": 1}, "type": "http://example.org/unit"}
    second = {"name": {"en": "Unit"}, "description": {"fr": "Une"}, "extensions": {"http://example.org/b": 2}}
    places = ("object", "context.contextActivities.parent")
    for definition, place in zip((first, second), places, strict=True):
        assert machine.post(said({place: {"id": iri, "definition": definition}})).status_code == 200
    found = activity(machine, iri)
    assert (found.status_code, found.mimetype) == (200, "application/json")
    assert found.json == {
        "objectType": "Activity",
        "id": iri,
        "definition": {
            "name": {"fr": "Unité", "en": "Unit"},
            "description": {"fr": "Une"},
            "type": "http://example.org/unit",
            "extensions": {"http://example.org/a": 1, "http://example.org/b": 2},
        },
    }
    unknown = activity(machine, f"{iri}/2")
    assert (unknown.status_code, unknown.json["id"]) == (200, f"{iri}/2")


@covers("XAPI-00250")
def test_an_activity_is_asked_for_by_its_iri(engine_name: str, machine: Speaker) -> None:
    assert machine.send("GET", "/activities").status_code == 400
    for wrong in ("", "unit", "example.org/unit"):
        assert "activityId" in activity(machine, wrong).json["error"]
    assert activity(machine, "http://example.org/unit").status_code == 200
