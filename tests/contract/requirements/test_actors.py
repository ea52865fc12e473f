"""Who acts: Agents, Groups, their identifiers (Data, 2.4.2)."""

from __future__ import annotations

from typing import Any

from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, each
from tests.contract.requirements.rules import GONE, agent, check, group, rule

AWA = {"name": "Awa", "homePage": "http://example.org"}
SHA1 = "0d2e54c8f7c1e4d1ad9a2b1de5cf7fbbd4f6ab90"
IDENTIFIERS: dict[str, Any] = {
    "mbox": "mailto:awa@example.org",
    "mbox_sha1sum": SHA1,
    "openid": "http://awa.example.org/",
    "account": AWA,
}
ONE_EACH = [{name: value} for name, value in IDENTIFIERS.items()]
TWO_OF_THEM = [{**one, **two} for one in ONE_EACH for two in ONE_EACH if one != two]


def everywhere(*people: dict[str, Any], kind: str = "Agent") -> list[dict[str, Any]]:
    """Them as actor, and where else a statement has someone."""
    listed: list[dict[str, Any]] = [{"actor": {"objectType": kind, **one}} for one in people]
    listed += [{"object": {"objectType": kind, **one}} for one in people]
    place = "context.instructor" if kind == "Agent" else "context.team"
    return listed + [{place: {"objectType": kind, **one}} for one in people]


RULES = {
    "XAPI-00031": rule(
        *({"actor.objectType": one} for one in ("Activity", "StatementRef", "Person", "")),
        right=[{"actor": {"mbox": "mailto:awa@example.org"}}, {"actor": agent()}, {"actor": group()}],
    ),
    "XAPI-00032": rule(*({"actor.objectType": one} for one in (1, True, ["Agent"], {"a": "Agent"}))),
    "XAPI-00033": rule(
        *({"actor.name": one} for one in (1, True, ["Awa"], {"fr": "Awa"})),
        {"actor": {**group(), "name": 7}},
        right=[{"actor.name": "Awa"}, {"actor": {**group(), "name": "L'équipe"}}],
    ),
    "XAPI-00034": rule(*everywhere({"name": "Awa"}, *TWO_OF_THEM), right=everywhere(*ONE_EACH)),
    "XAPI-00035": rule(
        {"actor.member": [agent()]},
        {"object": {**agent(), "member": [agent()]}},
        {"context.instructor": {**agent(), "member": [agent()]}},
        right=[{"actor": group()}, {"context.team": group()}, {"object": group()}],
    ),
    "XAPI-00036": rule(
        *({"actor": {"objectType": "Group", "member": one}} for one in (agent(), "Awa", ["Awa"], [{"name": "Awa"}])),
        {"actor": group(group())},
        {"actor": group(agent(), {**agent(), "openid": "http://awa.example.org"})},
        right=[{"actor": group(agent())}, {"actor": group(*ONE_EACH)}],
    ),
    "XAPI-00037": rule(
        *everywhere({"name": "L'équipe"}, {"member": []}, *TWO_OF_THEM, kind="Group"),
        *everywhere({**TWO_OF_THEM[0], "member": [agent()]}, kind="Group"),
        right=[
            *everywhere(*ONE_EACH, {"member": [agent()]}, kind="Group"),
            *everywhere(*({**one, "member": [agent()]} for one in ONE_EACH), kind="Group"),
        ],
    ),
    "XAPI-00038": rule(
        *({"actor.mbox": one} for one in ("awa@example.org", "mailto:awa", "http://example.org/awa", "mailto:", 3, [])),
        {"actor": {"objectType": "Group", "mbox": "team@example.org"}},
        right=[{"actor.mbox": "mailto:awa.n+cours@example.org"}, {"actor": {"objectType": "Group", **ONE_EACH[0]}}],
    ),
    "XAPI-00039": rule(
        *({"actor": {"mbox_sha1sum": one}} for one in (SHA1[1:], f"{SHA1}0", f"g{SHA1[1:]}", "", 12, {"sha": SHA1})),
        right=[{"actor": {"mbox_sha1sum": SHA1}}, {"actor": {"mbox_sha1sum": SHA1.upper()}}],
    ),
    "XAPI-00040": rule(
        *({"actor": {"openid": one}} for one in ("awa", "awa.example.org", "", 12, ["http://awa.example.org"])),
        right=[{"actor": {"openid": "https://example.org/awa"}}],
    ),
    "XAPI-00041": rule(
        *({"actor": {"account": one}} for one in ("Awa", ["Awa"], {}, {**AWA, "mail": "awa@example.org"})),
        right=[{"actor": {"account": AWA}}],
    ),
    "XAPI-00042": rule(
        *({"actor": {"account": {**AWA, "homePage": one}}} for one in ("example.org", "", 1)),
        {"actor": {"account": {"name": "Awa"}}},
        right=[{"actor": {"account": {**AWA, "homePage": "https://example.org/moodle"}}}],
    ),
    "XAPI-00043": rule(
        *({"actor": {"account": {**AWA, "name": one}}} for one in (1, True, ["Awa"], {"fr": "Awa"})),
        {"actor": {"account": {"homePage": "http://example.org"}}},
        right=[{"actor": {"account": {**AWA, "name": "1"}}}],
    ),
    "XAPI-00044": rule(
        {"verb.id": GONE},
        *({"verb.id": one} for one in ("read", "", "example.org/read", "http://example.org/has read", 3, None)),
        right=[{"verb": {"id": "https://example.org/verbs/lu"}}],
    ),
    "XAPI-00045": rule(
        *({"verb.display": one} for one in ("a lu", ["a lu"], {"fr": 1}, {"fr": {"a": "lu"}}, 7)),
        right=[{"verb.display": {"fr": "a lu", "en": "read"}}, {"verb.display": GONE}],
    ),
}


@each("one", RULES)
def test_an_actor_and_a_verb_follow_their_rule(engine_name: str, machine: Speaker, one: Any) -> None:
    check(machine, one)


@covers("XAPI-00066")
@each("one", RULES)
def test_so_do_those_of_a_statement_inside_another(engine_name: str, machine: Speaker, one: Any) -> None:
    check(machine, one, nested=True)
