"""What it is about: activities and their questions, people, statements (Data, 2.4.4)."""

from __future__ import annotations

from typing import Any

from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, each
from tests.contract.requirements.rules import GONE, TARGET, agent, check, group, inside_another, question, rule, said

REFERENCE = {"objectType": "StatementRef", "id": TARGET}
LISTS = {"choices": "choice", "scale": "likert", "source": "matching", "target": "matching", "steps": "performance"}
ONE = {"id": "a", "description": {"fr": "Le lundi"}}
TWO = {"id": "b"}
KINDS = (
    "true-false",
    "choice",
    "fill-in",
    "long-fill-in",
    "matching",
    "performance",
    "sequencing",
    "likert",
    "numeric",
)


def asked(name: str, *lists: Any) -> list[dict[str, Any]]:
    """Questions with these lists of components."""
    return [{"object": question(LISTS[name], **{name: one})} for one in lists]


def in_each_list(*lists: Any) -> list[dict[str, Any]]:
    return [one for name in LISTS for one in asked(name, *lists)]


def components(name: str) -> Any:
    return rule(*asked(name, ONE, "Lundi", ["Lundi"], [ONE, 3], {"a": "Lundi"}), right=asked(name, [ONE, TWO], [ONE]))


RULES = {
    "XAPI-00046": rule(
        *({"object.objectType": one} for one in ("Verb", "Person", "Statement", "", 1)),
        right=[{"object.objectType": "Activity"}, {"object": agent()}, {"object": group()}, {"object": REFERENCE}],
    ),
    "XAPI-00047": rule(
        {"object.id": GONE},
        *({"object.id": one} for one in ("unit", "", "example.org/unit", "http://example.org/my unit", 3, [])),
        right=[{"object": {"id": "https://example.org/unité/1"}}],
    ),
    "XAPI-00048": rule(
        *({"object.definition": one} for one in ("Accueil", ["Accueil"], 1, True)),
        right=[{"object.definition": GONE}, {"object.definition": {"type": "http://example.org/unit"}}],
    ),
    "XAPI-00049": rule(
        *({"object": question(one)} for one in ("essay", "TRUE-FALSE", "", "true_false")),  # type: ignore[arg-type]
        {"object.definition.interactionType": 1},
        {"object.definition.interactionType": ["choice"]},
        right=[{"object": question(one)} for one in (*KINDS, "other")],
    ),
    "XAPI-00050": rule(
        *({"object": question("choice", correctResponsesPattern=one)} for one in ("a", {"a": "b"}, [1], [["a"]], True)),
        right=[{"object": question("choice", correctResponsesPattern=one)} for one in (["a[,]b", "c"], [])],
    ),
    "XAPI-00051": components("steps"),
    "XAPI-00052": components("target"),
    "XAPI-00053": components("source"),
    "XAPI-00054": components("scale"),
    "XAPI-00055": components("choices"),
    "XAPI-00056": rule(
        *({"object.definition.name": one} for one in ("Accueil", ["Accueil"], {"fr": 1}, {"le français": "Accueil"}, 1)),
        right=[{"object.definition.name": {"fr": "Accueil", "en": "Home"}}, {"object.definition.name": GONE}],
    ),
    "XAPI-00057": rule(
        *({"object.definition.extensions": one} for one in ("shop", ["shop"], 1, {"shop": 1})),
        right=[{"object.definition.extensions": {"http://example.org/shop": [1]}}],
    ),
    "XAPI-00058": rule(
        *in_each_list([ONE, ONE], [{"description": {"fr": "Le lundi"}}], [{"id": 1}], [{"id": ["a"]}]),
        right=in_each_list([ONE, TWO]),
    ),
    "XAPI-00059": rule(
        *({"object.definition.description": one} for one in ("Bonjour", ["Bonjour"], {"fr": 1}, {"f": "Bonjour"}, 1)),
        right=[{"object.definition.description": {"fr": "On salue.", "en": "We greet."}}],
    ),
    "XAPI-00060": rule(
        *({"object.definition.type": one} for one in ("course", "", "example.org/course", 1, ["http://example.org/c"])),
        right=[{"object.definition.type": "http://example.org/course"}],
    ),
    "XAPI-00061": rule(
        *({"object.definition.moreInfo": one} for one in ("more", "", "example.org/more", 1, {"url": "http://a.org"})),
        right=[{"object.definition.moreInfo": "http://example.org/more?of=1#it"}],
    ),
    "XAPI-00062": rule(
        *in_each_list([{**ONE, "description": "Le lundi"}], [{**ONE, "description": {"le français": "Le lundi"}}]),
        *in_each_list([{**ONE, "description": {"fr": 1}}]),
        right=in_each_list([{**ONE, "description": {"fr": "Le lundi", "en": "Monday"}}]),
    ),
    "XAPI-00063": rule(*in_each_list(["Le lundi"], [1], [[ONE]], [{**ONE, "colour": "red"}]), right=in_each_list([ONE])),
    "XAPI-00064": rule(
        {"object.definition.correctResponsesPattern": ["a"]},
        *({f"object.definition.{name}": [ONE]} for name in LISTS),
        *({"object": question("numeric", **{name: [ONE]})} for name in LISTS),
        right=[{"object": question("fill-in", correctResponsesPattern=["a"])}, {"object": question("sequencing", choices=[ONE])}],
    ),
    "XAPI-00065": rule(
        {"object": {"mbox": "mailto:awa@example.org"}},
        {"object": {"name": "L'équipe", "member": [agent()]}},
        {"object": {"account": {"homePage": "http://example.org", "name": "awa"}}},
        right=[{"object": agent()}, {"object": group()}],
    ),
    "XAPI-00072": rule(
        {"object": {"objectType": "StatementRef"}},
        *({"object": {**REFERENCE, "id": one}} for one in ("12", "", 12, "http://example.org/unit", f"{TARGET}0")),
        {"object": {**REFERENCE, "definition": {"name": {"fr": "Accueil"}}}},
        right=[{"object": REFERENCE}],
    ),
    "XAPI-00073": rule(
        {"object": {"id": TARGET}},
        {"object": {name: value for name, value in said({}).items() if name != "id"}},
        right=[{"object": REFERENCE}],
    ),
}  # fmt: skip


@each("one", RULES)
def test_an_object_follows_its_rule(engine_name: str, machine: Speaker, one: Any) -> None:
    check(machine, one)


@covers("XAPI-00066")
@each("one", RULES)
def test_so_does_that_of_a_statement_inside_another(engine_name: str, machine: Speaker, one: Any) -> None:
    check(machine, one, nested=True)


@each(
    "added",
    {
        "XAPI-00067": {"authority": agent()},
        "XAPI-00068": {"version": "1.0.0"},
        "XAPI-00069": {"stored": "2026-05-04T08:00:00Z"},
        "XAPI-00070": {"id": TARGET},
        "XAPI-00071": {"object": inside_another(said({}))["object"]},
        "XAPI-00066": {"verb": {"id": "read"}},
        "XAPI-00073": {"objectType": GONE},
    },
)
def test_a_statement_inside_another_has_nothing_that_an_lrs_adds(
    engine_name: str, machine: Speaker, added: dict[str, Any]
) -> None:
    whole = inside_another(
        said({"result.success": True, "context.platform": "web", "timestamp": "2026-05-04T08:00:00Z"})
    )
    assert machine.post(whole).status_code == 200
    inner = {name: value for name, value in {**whole["object"], **added}.items() if value is not GONE}
    assert machine.post({**whole, "object": inner}).status_code == 400
