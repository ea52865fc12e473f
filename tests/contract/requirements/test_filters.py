"""Lists of statements: filters, forms, pages (Data, 2.5; Communication, 2.1.3)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from tests.conftest import TestClock
from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, each, only_2
from tests.contract.requirements.rules import TARGET, agent, attachment, group
from tests.factories.machines import new_id, statement


def thing() -> dict[str, Any]:
    return {"id": f"http://example.org/{new_id()}"}


def text(value: dict[str, Any]) -> str:
    """An agent, as a parameter."""
    return json.dumps({name: inner for name, inner in value.items() if name != "name"})


def moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ids(machine: Speaker, **asked: Any) -> list[str]:
    return [one["id"] for one in machine.listed(**asked)]


def sent(machine: Speaker, *several: dict[str, Any]) -> list[str]:
    answer = machine.post(list(several))
    assert answer.status_code == 200, answer.text
    return list(answer.json)


@covers("XAPI-00110", "XAPI-00113", "XAPI-00154", "XAPI-00109")
def test_a_list_has_statements_and_more(engine_name: str, machine: Speaker) -> None:
    where = thing()
    names = sent(machine, statement(object=where), statement(object=where))
    for asked in ({}, {"activity": where["id"]}):
        found = machine.get(**asked).json
        assert set(found) <= {"statements", "more"}
        assert all(isinstance(one, dict) for one in found["statements"])
    assert {one["id"] for one in found["statements"]} == set(names)
    assert found.get("more", "") == ""


@covers("XAPI-00149", "XAPI-00112")
def test_a_list_may_be_empty(engine_name: str, machine: Speaker) -> None:
    found = machine.get(activity=thing()["id"])
    assert (found.status_code, found.json["statements"], found.json.get("more", "")) == (200, [], "")


@covers("XAPI-00108", "XAPI-00109", "XAPI-00111", "XAPI-00114")
@pytest.mark.parametrize("ascending", ["true", "false"])
def test_more_leads_to_the_last_page_of_the_same_request(
    engine_name: str, machine: Speaker, clock: TestClock, ascending: str
) -> None:
    where, names = thing(), []
    for _ in range(5):
        names += sent(machine, statement(object=where, actor={**agent(), "name": "Awa"}), statement())[:1]
        clock.forward(seconds=1)
    answer = machine.get(activity=where["id"], limit=2, ascending=ascending, format="ids")
    pages = []
    while True:
        found = answer.json
        pages.append([one["id"] for one in found["statements"]])
        assert all(set(one["actor"]) <= {"objectType", "mbox"} for one in found["statements"])
        if not found.get("more"):
            break
        assert found["more"].startswith("/xapi/")
        answer = machine.send("GET", found["more"].removeprefix("/xapi"))
        assert answer.status_code == 200
    expected = names if ascending == "true" else names[::-1]
    assert pages == [expected[:2], expected[2:4], expected[4:]]


def _by_agent(who: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """What the filter finds, what it leaves, what is asked."""
    found = [statement(actor=who), statement(object=who), statement(actor=group(who, agent()))]
    return found, [statement(), statement(context={"instructor": who})], {"agent": text(who)}


def by_agent() -> Any:
    return _by_agent(agent())


def by_account() -> Any:
    return _by_agent({"objectType": "Agent", "account": {"homePage": "http://example.org", "name": new_id()}})


def by_related_agent() -> Any:
    who = agent()
    inner = {"objectType": "SubStatement", **statement(actor=who)}
    contexts = ({"instructor": who}, {"team": group(who)})
    found = [*_by_agent(who)[0], statement(object=inner), *(statement(context=one) for one in contexts)]
    return found, [statement()], {"agent": text(who), "related_agents": "true"}


def by_group() -> Any:
    who = {"objectType": "Group", "mbox": agent()["mbox"], "member": [agent()]}
    return [statement(actor=who)], [statement(actor=agent())], {"agent": text(who)}


def by_verb() -> Any:
    verb = thing()
    return (
        [statement(verb=verb), statement(verb={**verb, "display": {"fr": "a lu"}})],
        [statement()],
        {"verb": verb["id"]},
    )


def by_activity() -> Any:
    where = thing()
    related = statement(context={"contextActivities": {"parent": [where]}})
    return [statement(object=where)], [statement(), related], {"activity": where["id"]}


def by_related_activity() -> Any:
    where = thing()
    inner = {"objectType": "SubStatement", **statement(object=where)}
    names = ("parent", "grouping", "category", "other")
    related = [statement(context={"contextActivities": {name: [where]}}) for name in names]
    asked = {"activity": where["id"], "related_activities": "true"}
    return [statement(object=where), statement(object=inner), *related], [statement()], asked


def by_registration() -> Any:
    name = new_id()
    other = statement(context={"registration": new_id()})
    return [statement(context={"registration": name.upper()})], [statement(), other], {"registration": name}


WRONG: dict[str, list[dict[str, Any]]] = {
    "agent": [{"agent": one} for one in ("Awa", "", '{"name": "Awa"}', '["mailto:awa@example.org"]', text(group()))],
    "verb": [{"verb": one} for one in ("read", "", "example.org/read")],
    "activity": [{"activity": one} for one in ("unit", "", "example.org/unit")],
    "registration": [{"registration": one} for one in ("12", "", f"{TARGET}0")],
    "related_agents": [{"related_agents": one} for one in ("yes", "True", "1", "")],
    "related_activities": [{"related_activities": one} for one in ("yes", "True", "1", "")],
}
FILTERS = {
    "XAPI-00181": (by_agent, "agent"),
    "XAPI-00181 XAPI-00164": (by_account, "agent"),
    "XAPI-00181 XAPI-00012": (by_group, "agent"),
    "XAPI-00176": (by_related_agent, "related_agents"),
    "XAPI-00180": (by_verb, "verb"),
    "XAPI-00179": (by_activity, "activity"),
    "XAPI-00177": (by_related_activity, "related_activities"),
    "XAPI-00178": (by_registration, "registration"),
}


@covers("XAPI-00012", "XAPI-00164")
@each("one", FILTERS)
def test_a_filter_finds_what_it_asks_for_and_nothing_else(engine_name: str, machine: Speaker, one: Any) -> None:
    making, wrong = one
    found, left, asked = making()
    names = sent(machine, *found)
    sent(machine, *left)
    [about] = sent(machine, statement(object={"objectType": "StatementRef", "id": names[0]}))
    assert set(ids(machine, **asked)) == {*names, about}
    for bad in WRONG[wrong]:
        assert machine.get(**bad).status_code == 400, bad


@only_2
@covers("V2-16")
def test_related_agents_are_those_of_context_agents_and_groups_too(engine_name: str, machine: Speaker) -> None:
    who = agent()
    context = {"contextAgents": [{"objectType": "contextAgent", "agent": who}]}
    team = {"contextGroups": [{"objectType": "contextGroup", "group": group(who)}]}
    names = sent(machine, statement(context=context), statement(context=team))
    assert ids(machine, agent=text(who)) == []
    assert set(ids(machine, agent=text(who), related_agents="true")) == set(names)


@covers("XAPI-00174", "XAPI-00175")
def test_since_is_after_and_until_is_at_or_before(engine_name: str, machine: Speaker, clock: TestClock) -> None:
    where, names, moments = thing(), [], []
    for _ in range(3):
        names += sent(machine, statement(object=where))
        moments.append(moment(clock()))
        clock.forward(seconds=1)
    asked = {"activity": where["id"], "ascending": "true"}
    assert ids(machine, **asked, since=moments[0]) == names[1:]
    assert ids(machine, **asked, until=moments[1]) == names[:2]
    assert ids(machine, **asked, since=moments[0], until=moments[1]) == [names[1]]
    for name in ("since", "until"):
        for wrong in ("yesterday", "2026-13-01T00:00:00Z", "1780000000", ""):
            assert machine.get(**{name: wrong}).status_code == 400


@covers("XAPI-00166")
def test_ascending_is_by_the_time_of_storage(engine_name: str, machine: Speaker, clock: TestClock) -> None:
    where, names = thing(), []
    for year in (2020, 2010, 2015):
        names += sent(machine, statement(object=where, timestamp=f"{year}-05-04T08:00:00Z"))
        clock.forward(seconds=1)
    assert ids(machine, activity=where["id"], ascending="true") == names
    assert ids(machine, activity=where["id"], ascending="false") == ids(machine, activity=where["id"]) == names[::-1]
    for wrong in ("yes", "1", "TRUE", ""):
        assert machine.get(ascending=wrong).status_code == 400


@covers("XAPI-00173")
def test_a_limit_is_a_number_and_0_is_as_many_as_there_are(engine_name: str, machine: Speaker) -> None:
    where = thing()
    sent(machine, *(statement(object=where) for _ in range(4)))
    assert [len(ids(machine, activity=where["id"], limit=one)) for one in (1, 3, 4, 100, 0)] == [1, 3, 4, 4, 4]
    assert len(ids(machine, activity=where["id"])) == 4
    for wrong in ("-1", "many", "1.5", "", "١"):
        assert machine.get(limit=wrong).status_code == 400


# --------------------------------------------------------------------------------------------------------------- forms


def described() -> dict[str, Any]:
    """A statement of which only a part tells things apart."""
    unit = {**thing(), "definition": {"name": {"fr": "Unité", "en": "Unit"}, "description": {"fr": "Un", "en": "One"}}}
    return statement(
        actor={**agent(), "name": "Awa"},
        verb={"id": "http://example.org/read", "display": {"en": "read", "fr": "a lu"}},
        object=unit,
        context={"contextActivities": {"parent": [{**thing(), "definition": {"name": {"fr": "Module"}}}]}},
        attachments=[attachment(display={"en": "Photo", "fr": "La photo"})],
    )


@covers("XAPI-00168", "XAPI-00170")
def test_exact_is_what_was_sent_and_the_form_when_none_is_asked_for(engine_name: str, machine: Speaker) -> None:
    one = described()
    [name] = sent(machine, one)
    for asked in ({}, {"format": "exact"}):
        found = machine.get(statementId=name, **asked).json
        assert {part: found[part] for part in one} == one
        [listed] = machine.listed(activity=one["object"]["id"], **asked)
        assert listed == found
    for wrong in ("full", "", "Exact"):
        assert machine.get(statementId=name, format=wrong).status_code == 400


@covers("XAPI-00171")
def test_ids_are_what_tells_things_apart(engine_name: str, machine: Speaker) -> None:
    one = described()
    [name] = sent(machine, one)
    [listed] = machine.listed(activity=one["object"]["id"], format="ids")
    assert listed == machine.get(statementId=name, format="ids").json
    assert listed["actor"] == {"objectType": "Agent", "mbox": one["actor"]["mbox"]}
    assert listed["verb"] == {"id": one["verb"]["id"]}
    assert listed["object"] == {"id": one["object"]["id"]}
    assert listed["context"]["contextActivities"]["parent"] == [
        {"id": one["context"]["contextActivities"]["parent"][0]["id"]}
    ]
    [anonymous] = sent(machine, statement(actor=group({**agent("awa"), "name": "Awa"})))
    members = machine.get(statementId=anonymous, format="ids").json["actor"]["member"]
    assert members == [{"objectType": "Agent", "mbox": "mailto:awa@example.org"}]


@covers("XAPI-00169")
def test_canonical_has_activities_as_they_are_known(engine_name: str, machine: Speaker) -> None:
    where = thing()
    known = {"name": {"fr": "Unité"}, "type": "http://example.org/unit"}
    first, _ = sent(machine, statement(object=where), statement(object={**where, "definition": known}))
    assert machine.get(statementId=first, format="canonical").json["object"]["definition"] == known
    assert "definition" not in machine.get(statementId=first, format="exact").json["object"]


@covers("XAPI-00172")
def test_canonical_speaks_the_language_that_is_asked_for(engine_name: str, machine: Speaker) -> None:
    one = described()
    [name] = sent(machine, one)
    for asked, language in (("fr", "fr"), ("en", "en"), ("de, en;q=0.5, fr;q=0.2", "en"), ("fr-CA", "fr")):
        options = {"query_string": {"statementId": name, "format": "canonical"}, "headers": {"Accept-Language": asked}}
        found = machine.send("GET", "/statements", **options).json
        for words in (
            found["verb"]["display"],
            found["object"]["definition"]["name"],
            found["object"]["definition"]["description"],
            found["attachments"][0]["display"],
        ):
            assert list(words) == [language]
        options["query_string"] = {"statementId": name}
        assert machine.send("GET", "/statements", **options).json["verb"] == one["verb"]


@covers("XAPI-00012")
@pytest.mark.parametrize("name", ["statementId", "voidedStatementId"])
def test_an_id_as_a_parameter_is_a_uuid(engine_name: str, machine: Speaker, name: str) -> None:
    assert machine.get().status_code == 200
    for wrong in ("12", "", f"{TARGET}0", "{" + TARGET + "}"):
        assert machine.get(**{name: wrong}).status_code == 400
    assert machine.get(**{name: TARGET}).status_code == 404
