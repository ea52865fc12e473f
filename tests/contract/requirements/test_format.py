"""Statements: form, ids, times, authority, version, extensions, languages (Data, 2.2, 2.4.1, 2.4.7 to 2.4.10, 4)."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import TestClock
from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, each, only_1
from tests.contract.requirements.rules import FRESH, GONE, TARGET, agent, attachment, check, group, question, rule, said
from tests.factories.machines import Machine, new_id, statement

NOTED = {"http://example.org/noted": None}
REFERENCE = {"objectType": "StatementRef", "id": TARGET}
NOT_A_UUID = ("{" + TARGET + "}", f"urn:uuid:{TARGET}", TARGET.replace("-", ""))
NOT_ITS_DIGITS = (f"{TARGET}0", TARGET[:-1], f"g{TARGET[1:]}")


def uuids(*values: str) -> tuple[dict[str, Any], ...]:
    """These, wherever a statement has a UUID."""
    places = [{"context.registration": one} for one in values]
    places += [{"context.statement": {**REFERENCE, "id": one}} for one in values]
    return (*places, *({"object": {**REFERENCE, "id": one}} for one in values))


RULES = {
    "XAPI-00001": rule(
        {"actor.name": None},
        {"verb.display": {"fr": None}},
        {"object.definition.type": None},
        {"result": None},
        {"context.platform": None},
        {"attachments": None},
        right=[{"context.extensions": NOTED, "result.extensions": NOTED, "object.definition.extensions": NOTED}],
    ),
    "XAPI-00003": rule({"actor": GONE}),
    "XAPI-00004": rule({"verb": GONE}),
    "XAPI-00005": rule({"object": GONE}),
    "XAPI-00006": rule(
        {"actor": "Awa"},
        {"actor.name": 12},
        {"verb": ["http://example.org/read"]},
        {"result.score.raw": "3.5"},
        {"result.success": "true"},
        {"result.response": 4},
        {"context": "home"},
        {"attachments": [attachment(length="4812")]},
        right=[{"result.score.raw": 3.5, "result.success": True, "result.response": "4", "actor.name": "12"}],
    ),
    "XAPI-00007": rule(
        {"actor.mbox": ""},
        {"actor.mbox": "awa@example.org"},
        {"verb.id": ""},
        {"object.id": ""},
        {"context.registration": ""},
        {"timestamp": ""},
        {"result.duration": ""},
        {"context.language": ""},
        right=[{"actor.name": "", "result.response": ""}],
    ),
    "XAPI-00008": rule(
        {"Result": {"success": True}},
        {"actor.Name": "Awa"},
        {"verb.Display": {"fr": "a lu"}},
        {"object.definition.moreinfo": "http://example.org/more"},
        {"result.Success": True},
        {"context.Platform": "web"},
        right=[{"result.success": True, "context.platform": "web", "actor.name": "Awa"}],
    ),
    "XAPI-00009": rule(
        {"actor.objectType": "agent"},
        {"object.objectType": "activity"},
        {"object": question("True-False")},
        {"object": {**REFERENCE, "objectType": "statementRef"}},
        right=[{"actor.objectType": "Agent", "object.objectType": "Activity"}, {"object": question("true-false")}],
    ),
    "XAPI-00010": rule(
        {"mood": "cheerful"},
        {"actor.age": 31},
        {"verb.tense": "past"},
        {"object.colour": "red"},
        {"object.definition.colour": "red"},
        {"result.score.grade": 3},
        {"context.weather": "rain"},
        {"attachments": [attachment(weight=3)]},
        right=[{"context.extensions": {"http://example.org/weather": "rain"}}],
    ),
    "XAPI-00011": rule(
        {"verb.id": "example.org/read"},
        {"object.id": "unit/1"},
        {"object.definition.type": "course"},
        {"actor": {"openid": "awa.example.org"}},
        {"actor": {"account": {"name": "awa", "homePage": "example.org"}}},
        right=[{"verb.id": "urn:example:read", "object.id": "tag:example.org,2026:unit"}],
    ),
    "XAPI-00013": rule(
        *({"verb.display": {tag: "a lu"}} for tag in ("français", "fr_FR", "f", "fr-", "fr--FR", "abcdefghi", "")),
        right=[{"verb.display": dict.fromkeys(("fr", "fr-FR", "zh-Hant-TW", "de-CH-1996", "x-patois"), "a lu")}],
    ),
    "XAPI-00022": rule(
        {"timestamp": "yesterday"},
        {"timestamp": "2026-13-01T08:00:00Z"},
        {"timestamp": 1_780_000_000},
        right=[{"timestamp": "2026-05-04T08:00:00Z"}],
    ),
    "XAPI-00024": rule(
        {"authority": {"objectType": "Activity", "id": "http://example.org/a"}},
        {"authority": "Awa"},
        {"authority": {"name": "Awa"}},
        right=[{"authority": agent()}, {"authority": group()}],
        nests=False,
    ),
    "XAPI-00025": rule(
        {"attachments": attachment()},
        {"attachments": "vitrine.jpg"},
        {"attachments": ["vitrine.jpg"]},
        right=[{"attachments": [attachment(), attachment(description={"fr": "De face"})]}, {"attachments": []}],
    ),
    "XAPI-00027": rule(*({"id": one} for one in ("12", "", "awa")), right=[{"id": FRESH}], nests=False),
    "XAPI-00028": rule(*({"id": one} for one in (12, True, {"a": 1}, [])), right=[{"id": FRESH}], nests=False),
    "XAPI-00029": rule(*uuids(*NOT_A_UUID), right=uuids(TARGET, TARGET.upper()), nests=False),
    "XAPI-00030": rule(*uuids(*NOT_ITS_DIGITS), right=uuids(TARGET), nests=False),
    "XAPI-00098": rule(
        {"authority": group(agent())},
        {"authority": {**group(), "mbox": "mailto:team@example.org"}},
        right=[{"authority": group(agent(), agent())}],
        nests=False,
    ),
    "XAPI-00100": rule(
        {"authority": group(agent(), agent(), agent())}, right=[{"authority": group(agent(), agent())}], nests=False
    ),
    "XAPI-00101": rule(
        *({"version": one} for one in ("0.9.5", "1.1.0", "3.0.0", "1.0.x", "", 1)),
        right=[{"version": "1.0"}, {"version": "1.0.0"}, {"version": "1.0.9"}],
        nests=False,
    ),
    "XAPI-00118": rule(
        *({f"{place}.extensions": {"shop": 1}} for place in ("object.definition", "result", "context")),
        right=[{"context.extensions": {"http://example.org/shop": 1, "urn:shop": {"shop": 1}}}],
    ),
    "XAPI-00120": rule(
        *({f"{place}.extensions": "shop"} for place in ("object.definition", "result", "context")),
        {"context.extensions": [["http://example.org/shop", 1]]},
        right=[{"context.extensions": {}}],
    ),
    "XAPI-00121": rule(
        {"object.definition.name": {"fr_FR": "Accueil"}},
        {"object.definition.description": {"1": "Accueil"}},
        {"attachments": [attachment(display={"the French of Paris": "La vitrine"})]},
        right=[{"object.definition.name": {"fr": "Accueil", "en-GB": "Welcome", "und": "…"}}],
    ),
    "XAPI-00123": rule(
        *({"timestamp": one} for one in ("04/05/2026", "2026-05-04", "2026-05-04T25:00:00Z", "2026-05-04T08:00:00-00:00")),
        *({"timestamp": one} for one in ("2026-W19-1T08:00:00Z", "08:00:00Z", "2026-02-30T08:00:00Z")),
        right=[
            {"timestamp": one}
            for one in ("2026-05-04T08:00:00Z", "2026-05-04T08:00:00.125+02:00", "2026-05-04T08:00:00.125-0330")
        ],
    ),
    "XAPI-00124": rule(
        *({"result.duration": one} for one in ("P0003-06-04T12:30:05", "00:12:30", "90", "1h", "P", "PT", "P1H", "-PT1H")),
        right=[{"result.duration": one} for one in ("PT1H30M", "P3W", "P1Y2M10DT2H30M", "PT16559.14S", "P1D")],
    ),
}  # fmt: skip


@each("one", RULES)
def test_a_statement_follows_its_rule_or_is_refused_by_the_name_of_what_is_wrong(
    engine_name: str, machine: Speaker, one: Any
) -> None:
    check(machine, one)


@covers("XAPI-00066")
@each("one", {number: one for number, one in RULES.items() if one.nests})
def test_so_does_a_statement_inside_another(engine_name: str, machine: Speaker, one: Any) -> None:
    check(machine, one, nested=True)


@only_1
@covers("XAPI-00101")
def test_a_client_of_1_does_not_bring_statements_of_2(engine_name: str, machine: Speaker) -> None:
    assert machine.post(statement(version="1.0.3")).status_code == 200
    assert machine.post(statement(version="2.0.0")).status_code == 400


@covers("XAPI-00014", "XAPI-00021")
def test_what_is_sent_is_json_without_a_property_twice(engine_name: str, machine: Speaker) -> None:
    body = json.dumps(statement()).encode()
    assert machine.post(body).status_code == 200
    for wrong in (b"", b"nothing", body[:-1], body + b"}", body.replace(b'"verb"', b"verb"), body.replace(b'"', b"'")):
        assert machine.post(wrong).status_code == 400, wrong
    twice = body.replace(b'"verb":', b'"verb": {"id": "http://example.org/read"}, "verb":')
    assert "verb" in machine.post(twice).json["error"]


@covers("XAPI-00015")
def test_texts_are_utf_8_both_ways(engine_name: str, machine: Speaker) -> None:
    text = "Café « à l'été » — 東京 🥐 ﷺ"
    body = json.dumps(statement(result={"response": text}), ensure_ascii=False).encode()
    [name] = machine.post(body).json
    found = machine.get(statementId=name)
    assert json.loads(found.data.decode())["result"]["response"] == text
    assert machine.post(body.replace("é".encode(), "é".encode("latin-1"))).status_code == 400


@covers("XAPI-00002")
def test_numbers_keep_their_precision(engine_name: str, machine: Speaker) -> None:
    numbers = {"raw": 3.1415927410125732, "min": -3.4028234e38, "max": 16777217.125, "scaled": 1.1754944e-38}
    [name] = machine.post(statement(result={"score": numbers})).json
    assert machine.get(statementId=name).json["result"]["score"] == numbers


@covers("XAPI-00026")
def test_a_statement_without_an_id_is_given_one(engine_name: str, machine: Speaker) -> None:
    [given] = machine.post(statement()).json
    mine = new_id()
    assert machine.post(statement(id=mine)).json == [mine]
    assert given != mine
    assert [machine.get(statementId=name).json["id"] for name in (given, mine)] == [given, mine]


@covers("XAPI-00023", "XAPI-00097")
def test_stored_is_when_it_came_whatever_it_said(engine_name: str, machine: Speaker, clock: TestClock) -> None:
    sent = [statement(), statement(stored="2001-01-01T00:00:00.000Z"), statement(timestamp="2001-01-01T00:00:00.000Z")]
    for name in machine.post(sent).json:
        assert machine.get(statementId=name).json["stored"] == clock().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert machine.post(statement(stored="at noon")).status_code == 400


@covers("XAPI-00099")
def test_the_authority_is_whom_the_credentials_name(engine_name: str, machine: Speaker, other: Machine) -> None:
    for who in (machine, other):
        for sent in (statement(), statement(authority=agent())):
            [name] = who.post(sent).json
            assert machine.get(statementId=name).json["authority"]["account"]["name"] == who.key


@covers("XAPI-00119")
def test_the_value_of_an_extension_may_be_anything(engine_name: str, machine: Speaker) -> None:
    values: list[Any] = [None, "", {}, [], 0, False, {"": None, "shop": [None]}, "text", 1.5]
    for place in ("object.definition", "result", "context"):
        extensions = {f"http://example.org/{number}": value for number, value in enumerate(values)}
        for kept in (extensions, {}):
            changed = said({f"{place}.extensions": kept})
            name = new_id()
            assert machine.put(name, changed).status_code == 204
            [again] = machine.post(changed).json
            for one in (name, again):
                found = machine.get(statementId=one).json
                for inner in place.split("."):
                    found = found[inner]
                assert found["extensions"] == kept


@covers("XAPI-00122")
def test_a_timestamp_keeps_its_milliseconds(engine_name: str, machine: Speaker) -> None:
    for sent, kept in (
        ("08:15:30.123Z", "08:15:30.123"),
        ("08:15:30.987654Z", "08:15:30.987"),
        ("08:15:30Z", "08:15:30"),
    ):
        [name] = machine.post(statement(timestamp=f"2026-05-04T{sent}")).json
        assert machine.get(statementId=name).json["timestamp"].startswith(f"2026-05-04T{kept}")


@covers("XAPI-00332", "XAPI-00330")
def test_a_statement_keeps_its_version_and_its_words(engine_name: str, machine: Speaker) -> None:
    ours = "1.0.0" if machine.version == "1.0.3" else "2.0.0"
    for sent, kept in ((statement(), ours), (statement(version="1.0"), "1.0"), (statement(version="1.0.2"), "1.0.2")):
        [name] = machine.post(sent).json
        found = machine.get(statementId=name).json
        assert found["version"] == kept
        assert {part: found[part] for part in ("actor", "verb", "object")} == {
            part: sent[part] for part in ("actor", "verb", "object")
        }
