"""What came of it and around it: results, scores, contexts, attachments (Data, 2.4.5, 2.4.6, 2.4.11)."""

from __future__ import annotations

from typing import Any

from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, each, only_1, only_2
from tests.contract.requirements.rules import GONE, TARGET, agent, attachment, check, group, inside_another, rule
from tests.factories.machines import statement

UNIT = {"id": "http://example.org/module"}
RELATIONS = ("parent", "grouping", "category", "other")
NOT_AN_ACTIVITY: tuple[Any, ...] = ("http://example.org/module", 1, ["module"], {"id": "module"}, agent(), [UNIT, {}])
NOT_ACTIVITIES = [agent(), group(), {"objectType": "StatementRef", "id": TARGET}, inside_another(statement())["object"]]


def each_is(path: str, *values: Any) -> list[dict[str, Any]]:
    return [{path: one} for one in values]


def attached(name: str, *values: Any) -> list[dict[str, Any]]:
    return [{"attachments": [attachment(**{name: one})]} for one in values]


def score(**numbers: Any) -> dict[str, Any]:
    return {f"result.score.{name}": value for name, value in numbers.items()}


RULES = {
    "XAPI-00074": rule(*each_is("result.success", "true", 1, "yes", []), right=each_is("result.success", True, False)),
    "XAPI-00075": rule(*each_is("result.completion", "true", 0, {}), right=each_is("result.completion", True, False)),
    "XAPI-00076": rule(*each_is("result.response", 1, True, ["a"], {"a": "b"}), right=each_is("result.response", "a[,]b")),
    "XAPI-00077": rule(
        *each_is("result.duration", 90, "90", "1:30", "P1S", "PT1D", "PT1M1H", ["PT1S"]),
        right=each_is("result.duration", "PT90S", "P1DT12H", "PT0.5H"),
    ),
    "XAPI-00078": rule(
        *each_is("result.extensions", "shop", 1, ["shop"], {"shop": 1}),
        right=each_is("result.extensions", {"http://example.org/shop": {"open": True}}),
    ),
    "XAPI-00079": rule(
        *each_is("result.score", 0.8, "80 %", [0.8], True, {"percent": 80}), right=each_is("result.score", {"scaled": 0.8})
    ),
    "XAPI-00080": rule(
        *each_is("result.score.max", "20", [20], True),
        score(min=20, max=10),
        score(min=20, max=19.99),
        right=[score(max=20), score(min=-20, max=-10), score(min=0, max=0.01)],
    ),
    "XAPI-00081": rule(
        *each_is("result.score.min", "0", [0], False),
        score(max=0, min=1),
        right=[score(min=20), score(max=20, min=19.99)],
    ),
    "XAPI-00082": rule(
        *each_is("result.score.raw", "12", [12], True),
        score(min=0, max=20, raw=20.5),
        score(min=0, max=20, raw=-0.5),
        score(max=20, raw=21),
        score(min=0, raw=-1),
        right=[score(raw=-100), score(min=0, max=20, raw=0), score(min=0, max=20, raw=20), score(max=20, raw=12.5)],
    ),
    "XAPI-00083": rule(
        *each_is("result.score.scaled", 1.001, -1.001, 80, "0.8", [0.8], True),
        right=[score(scaled=one) for one in (-1, 0, 0.333, 1, 1.0)],
    ),
    "XAPI-00084": rule(
        *({"object": one, "context.revision": "3"} for one in NOT_ACTIVITIES[:3]), right=each_is("context.revision", "3")
    ),
    "XAPI-00085": rule(
        *({"object": one, "context.platform": "web"} for one in NOT_ACTIVITIES[:3]), right=each_is("context.platform", "web")
    ),
    "XAPI-00086": rule(
        *each_is("context.contextActivities", "module", 1, [UNIT], True),
        right=each_is("context.contextActivities", {"parent": [UNIT]}),
    ),
    "XAPI-00087": rule(
        *each_is("context.registration", "12", 12, f"{TARGET}0", [TARGET]),
        *each_is("context.instructor", "Awa", 1, [agent()], {"name": "Awa"}, UNIT),
        right=[{"context.registration": TARGET}, {"context.instructor": agent()}, {"context.instructor": group()}],
    ),
    "XAPI-00088": rule(
        *each_is("context.team", "L'équipe", agent(), [group()], {"objectType": "Group", "name": "L'équipe"}, UNIT),
        right=[{"context.team": group()}, {"context.team": {**group(), "mbox": "mailto:team@example.org"}}],
    ),
    "XAPI-00089": rule(*each_is("context.revision", 3, True, ["3"], {"v": 3}), right=each_is("context.revision", "3")),
    "XAPI-00090": rule(*each_is("context.platform", 3, True, ["web"], {"v": 3}), right=each_is("context.platform", "web")),
    "XAPI-00091": rule(
        *each_is("context.language", "français", "fr_FR", "", 1, ["fr"], {"fr": "fr"}),
        right=each_is("context.language", "fr", "fr-CA", "zh-Hant"),
    ),
    "XAPI-00092": rule(
        *each_is("context.statement", TARGET, {"id": TARGET}, {"objectType": "StatementRef"}, UNIT, 1),
        *each_is("context.statement", {"objectType": "Statement", "id": TARGET}, {"objectType": "StatementRef", "id": "12"}),
        right=each_is("context.statement", {"objectType": "StatementRef", "id": TARGET}),
    ),
    "XAPI-00093": rule(
        *({f"context.contextActivities.{name}": [UNIT]} for name in ("children", "Parent", "sibling", "")),
        right=[{"context.contextActivities": {name: [UNIT] for name in RELATIONS}}],
    ),
    "XAPI-00094": rule(
        *({f"context.contextActivities.{name}": one} for name in RELATIONS for one in NOT_AN_ACTIVITY),
        right=[{f"context.contextActivities.{name}": one} for name in RELATIONS for one in (UNIT, [UNIT], [UNIT, UNIT])],
    ),
    "XAPI-00102": rule(*attached("length", GONE, "4812", 1.5, -1, True, None), right=attached("length", 0, 4_812)),
    "XAPI-00103": rule(
        *attached("sha2", GONE, "", "vitrine", 12, "g" * 64, "a" * 63), right=attached("sha2", "a" * 64, "A" * 56, "0" * 128)
    ),
    "XAPI-00104": rule(
        *attached("fileUrl", "vitrine.jpg", "", 1, ["http://example.org/a"]), right=attached("fileUrl", "https://example.org/a")
    ),
    "XAPI-00105": rule(
        *attached("contentType", GONE, "", "photo", 1, "image/"), right=attached("contentType", "text/plain; charset=utf-8")
    ),
    "XAPI-00106": rule(
        *attached("display", GONE, "Photo", ["Photo"], {"fr": 1}, {"le français": "Photo"}, 1),
        right=attached("display", {"fr": "Photo", "en": "Photograph"}),
    ),
    "XAPI-00107": rule(
        *attached("usageType", GONE, "", "photo", "example.org/photo", 1), right=attached("usageType", "urn:example:photo")
    ),
}  # fmt: skip


@each("one", RULES)
def test_results_contexts_and_attachments_follow_their_rule(engine_name: str, machine: Speaker, one: Any) -> None:
    check(machine, one)


@covers("XAPI-00066")
@each("one", RULES)
def test_so_do_those_of_a_statement_inside_another(engine_name: str, machine: Speaker, one: Any) -> None:
    check(machine, one, nested=True)


@each("name", {"XAPI-00084": "revision", "XAPI-00085": "platform"})
def test_what_belongs_to_an_activity_goes_with_no_statement_inside_another(
    engine_name: str, machine: Speaker, name: str
) -> None:
    assert machine.post(statement(context={name: "3"})).status_code == 200
    assert machine.post(statement(object=NOT_ACTIVITIES[3])).status_code == 200
    assert machine.post(statement(object=NOT_ACTIVITIES[3], context={name: "3"})).status_code == 400


@covers("XAPI-00095")
def test_an_empty_context_activities_says_nothing(engine_name: str, machine: Speaker) -> None:
    assert machine.post(statement(context={"contextActivities": {}})).status_code == 200


@covers("XAPI-00096")
def test_a_context_activity_alone_comes_back_in_a_list(engine_name: str, machine: Speaker) -> None:
    for relation in RELATIONS:
        for value in (UNIT, [UNIT]):
            inner = {"contextActivities": {relation: value}}
            [name] = machine.post(statement(context=inner)).json
            assert machine.get(statementId=name).json["context"]["contextActivities"] == {relation: [UNIT]}
            [name] = machine.post(inside_another(statement(context=inner))).json
            found = machine.get(statementId=name).json["object"]["context"]
            assert found["contextActivities"] == {relation: [UNIT]}


PEOPLE = {"V2-01": ("contextAgents", "agent", agent, group), "V2-02": ("contextGroups", "group", group, agent)}


@only_2
@each("kind", PEOPLE)
def test_a_context_names_agents_and_groups_in_version_2(engine_name: str, machine: Speaker, kind: Any) -> None:
    listed, inner, right, wrong = kind
    whole = {"objectType": f"context{inner.title()}", inner: right(), "relevantTypes": ["http://example.org/tutor"]}
    wrongs = [
        {**whole, "objectType": inner.title()},
        {**whole, "objectType": inner},
        {**whole, inner: wrong()},
        {**whole, inner: {"objectType": inner.title(), "name": "Awa"}},
        {**whole, inner: "Awa"},
        {name: value for name, value in whole.items() if name != inner},
        {**whole, "role": "tutor"},
    ]
    path = f"context.{listed}"
    one = rule(
        {path: whole}, {path: "Awa"}, *({path: [two]} for two in wrongs), right=[{path: [whole, whole]}, {path: []}]
    )
    check(machine, one)
    check(machine, one, nested=True)


@only_2
@covers("V2-03")
def test_a_context_says_in_what_someone_matters(engine_name: str, machine: Speaker) -> None:
    for listed, inner, right, _wrong in PEOPLE.values():
        whole = {"objectType": f"context{inner.title()}", inner: right()}
        wrongs: list[Any] = [[], ["tutor"], [""], [1], "http://example.org/tutor", [["http://example.org/tutor"]]]
        one = rule(
            *({f"context.{listed}": [{**whole, "relevantTypes": types}]} for types in wrongs),
            right=[{f"context.{listed}": [whole, {**whole, "relevantTypes": ["http://example.org/a", "urn:b"]}]}],
        )
        check(machine, one)
        check(machine, one, nested=True)


@only_1
@covers("V2-14")
def test_version_1_knows_no_agents_and_groups_of_a_context(engine_name: str, machine: Speaker) -> None:
    for listed, inner, right, _wrong in PEOPLE.values():
        whole = {"objectType": f"context{inner.title()}", inner: right()}
        check(machine, rule({f"context.{listed}": [whole]}, right=[{"context.platform": "web"}]))
