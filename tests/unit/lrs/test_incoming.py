"""The rules for what machines send, property by property (xAPI 1.0.3, Data, 2 to 4; 2.0)."""

from __future__ import annotations

import contextlib
import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lms.lrs.fixing import fixed
from lms.lrs.formats import duration_seconds
from lms.lrs.incoming import read_statements
from lms.lrs.sameness import is_same
from lms.xapi.data import Unacceptable
from lms.xapi.formats import moment_of

ID = "fdb72c1c-2d76-4e25-9c2a-3c1f8e9ab111"
WHOLE = {
    "id": ID,
    "actor": {"objectType": "Group", "name": "G", "account": {"homePage": "http://a.fr", "name": "g"}, "member": [{"openid": "http://o.fr/1"}]},
    "verb": {"id": "http://v.fr/v", "display": {"en-US": "did", "fr": "a fait", "zh-Hans-CN": "x"}},
    "object": {
        "objectType": "Activity",
        "id": "http://o.fr/o",
        "definition": {
            "name": {"fr": "O"}, "description": {"fr": "Une chose"}, "type": "http://t.fr/t", "moreInfo": "http://m.fr/m",
            "interactionType": "matching", "correctResponsesPattern": ["a[.]b"], "source": [{"id": "a", "description": {"fr": "A"}}],
            "target": [{"id": "b"}], "extensions": {"http://e.fr/e": {"free": [1, None, {"x": 1.5}]}},
        },
    },
    "result": {
        "score": {"scaled": -0.5, "raw": 3, "min": 0, "max": 10}, "success": False, "completion": True, "response": "r", "duration": "P1DT2H3M4.5S",
        "extensions": {"http://e.fr/e": None},
    },
    "context": {
        "registration": ID.upper(), "instructor": {"mbox": "mailto:i@i.fr"}, "team": {"objectType": "Group", "mbox": "mailto:t@t.fr"},
        "contextActivities": {"parent": {"id": "http://p.fr/p"}, "grouping": [{"id": "http://g.fr/g"}], "category": [], "other": []},
        "revision": "3", "platform": "P", "language": "fr-FR", "statement": {"objectType": "StatementRef", "id": ID}, "extensions": {"tag:e.fr,2026:x": []},
    },
    "timestamp": "2026-11-20T10:00:00.123+01:00",
    "stored": "2026-11-20T10:00:00Z",
    "authority": {"mbox": "mailto:a@a.fr"},
    "version": "1.0.3",
}  # fmt: skip


def changed(path: Any, value: Any) -> Any:
    """The whole statement with one property in another way; `...` takes it out."""
    found = copy.deepcopy(WHOLE)
    *way, last = path.split(".")
    place = found
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return found


def read(statement: Any, family: Any = "1.0") -> Any:
    return read_statements(json.dumps(statement).encode(), family)[0]


def test_a_whole_statement_is_taken() -> None:
    assert read(WHOLE).id == ID


WRONG = [
    ("id", "x"), ("id", 5), ("id", None), ("id", ID + "0"), ("id", ID.replace("f", "g", 1)), ("actor", ...), ("verb", ...), ("object", ...),
    ("actor", None), ("actor", []), ("actor", {}), ("unknown", 1), ("actor.unknown", 1), ("actor.objectType", "agent"), ("actor.name", 5),
    ("actor", {"name": "nobody"}), ("actor", {"mbox": "a@b.fr"}), ("actor", {"mbox": "mailto:ab.fr"}), ("actor", {"mbox": 5}),
    ("actor", {"mbox": "mailto:a@b.fr", "openid": "http://a.fr"}), ("actor", {"mbox_sha1sum": "x" * 40}), ("actor", {"mbox_sha1sum": "a" * 39}),
    ("actor", {"openid": "pas un IRI"}), ("actor", {"account": {"homePage": "http://a.fr"}}), ("actor", {"account": {"name": "a"}}),
    ("actor", {"account": {"homePage": "a.fr", "name": "a"}}), ("actor", {"account": {"homePage": None, "name": "a"}}),
    ("actor", {"account": {"homePage": "http://a.fr", "name": "a", "x": 1}}), ("actor", {"objectType": "Group"}),
    ("actor", {"objectType": "Group", "member": []}), ("actor", {"objectType": "Group", "member": [{"name": "x"}]}),
    ("actor", {"mbox": "mailto:a@b.fr", "member": [{"mbox": "mailto:a@b.fr"}]}), ("actor.member", {}),
    ("actor.member", [{"objectType": "Group", "mbox": "mailto:a@b.fr"}]), ("actor.account.name", "x" * 700),
    ("verb", {}), ("verb.id", "did"), ("verb.id", "http://v.fr/" + "x" * 300), ("verb.id", "http://v.fr/a b"), ("verb.display", []),
    ("verb.display", {"fr": 5}), ("verb.display", {"pas une langue": "x"}), ("verb.display", None), ("verb.x", 1),
    ("object", {}), ("object.id", ...), ("object.id", "o"), ("object.objectType", "activity"), ("object.objectType", None), ("object.x", 1),
    ("object.definition", []), ("object.definition.name", "O"), ("object.definition.name", {"fr": None}), ("object.definition.type", "t"),
    ("object.definition.moreInfo", "m"), ("object.definition.interactionType", "guess"), ("object.definition.interactionType", "choice"),
    ("object.definition.interactionType", ...), ("object.definition.source", {}), ("object.definition.source", [{"description": {}}]),
    ("object.definition.source", [{"id": "a"}, {"id": "a"}]), ("object.definition.correctResponsesPattern", "x"),
    ("object.definition.extensions", {"e": 1}), ("object.definition.extensions", []), ("object.definition.x", 1),
    ("object", {"objectType": "StatementRef"}), ("object", {"objectType": "StatementRef", "id": "x"}), ("object", {"objectType": "Agent"}),
    ("result", None), ("result", []), ("result.x", 1), ("result.score", 5), ("result.score.scaled", 1.01), ("result.score.scaled", "1"),
    ("result.score.raw", 11), ("result.score.raw", -1), ("result.score.min", 10), ("result.score.min", 12), ("result.score.x", 1),
    ("result.score.max", None), ("result.success", "true"), ("result.success", 1), ("result.completion", "non"), ("result.response", 5),
    ("result.duration", "1h"), ("result.duration", "P"), ("result.duration", "PT"), ("result.duration", "PT5"), ("result.duration", 5),
    ("result.duration", "P1H"), ("result.extensions", {"x y": 1}), ("result.extensions", None),
    ("context", None), ("context.x", 1), ("context.registration", "x"), ("context.registration", None), ("context.instructor", {"name": "x"}),
    ("context.team", {"mbox": "mailto:t@t.fr"}), ("context.contextActivities", []), ("context.contextActivities.x", []),
    ("context.contextActivities.parent", "http://p.fr"), ("context.contextActivities.parent", [{"id": "p"}]),
    ("context.contextActivities.parent", None), ("context.revision", 3), ("context.platform", 3), ("context.language", "français !"),
    ("context.language", 5), ("context.statement", {"id": ID}), ("context.statement", {"objectType": "StatementRef", "id": 1}),
    ("context.extensions", {"": 1}), ("context.contextAgents", []), ("context.contextGroups", []),
    ("timestamp", "hier"), ("timestamp", "2026-11-20"), ("timestamp", "2026-13-01T10:00:00Z"), ("timestamp", "2026-11-20T10:00:60Z"),
    ("timestamp", "2026-11-20T25:00:00Z"), ("timestamp", "2026-11-20T10:00:00-00:00"), ("timestamp", "2026-11-20T10:00:00-00"), ("timestamp", 5),
    ("timestamp", None), ("stored", "x"), ("authority", {}), ("authority", {"objectType": "Group", "member": [{"mbox": "mailto:a@a.fr"}]}),
    ("version", "2.0.0"), ("version", "0.95"), ("version", "1.1.0"), ("version", 1.0), ("attachments", [{}]), ("attachments", {}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), WRONG, ids=lambda one: str(one)[:40])
def test_one_property_that_is_wrong_refuses_the_statement_and_is_named(path: Any, value: Any) -> None:
    with pytest.raises(Unacceptable) as refused:
        read(changed(path, value))
    named = str(refused.value)
    assert path.split(".")[0] in named or path.rsplit(".", 1)[-1] in named


RIGHT = [
    ("id", ...), ("id", ID.upper()), ("timestamp", ...), ("timestamp", "2026-11-20T10:00Z"), ("timestamp", "2026-11-20T10:00:00,5+0100"),
    ("timestamp", "2026-11-20T10:00:00.123456789Z"), ("timestamp", "2026-11-20T10:00:00"), ("timestamp", "2026-11-20T10:00:00+05"),
    ("actor", {"objectType": "Group", "member": [{"mbox": "mailto:a@b.fr"}]}), ("actor", {"mbox_sha1sum": "0123456789ABCDEF" * 2 + "0" * 8}),
    ("result.score", {"scaled": 1}), ("result.score", {}), ("result.duration", "P3W"), ("result.duration", "P1Y2M"), ("result.duration", "PT0.05S"),
    ("result.extensions", {}), ("context.contextActivities.other", {"id": "http://x.fr/x"}), ("version", "1.0"), ("attachments", []),
    ("object.definition", {}), ("verb.display", {}), ("object.objectType", ...), ("result", {}), ("context", {}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), RIGHT, ids=lambda one: str(one)[:40])
def test_what_the_specification_allows_is_taken(path: Any, value: Any) -> None:
    read(changed(path, value))


def test_revision_and_platform_go_with_activities_only() -> None:
    for name in ("revision", "platform"):
        for other in ({"objectType": "StatementRef", "id": ID}, {"objectType": "Agent", "mbox": "mailto:a@b.fr"}):
            with pytest.raises(Unacceptable, match=name):
                read({**WHOLE, "object": other, "context": {name: "x"}})


def test_a_sub_statement_has_nothing_that_an_lrs_adds_and_holds_no_other() -> None:
    inner = {
        "objectType": "SubStatement",
        "actor": {"mbox": "mailto:a@b.fr"},
        "verb": {"id": "http://v.fr"},
        "object": {"id": "http://o.fr"},
    }
    base = {**WHOLE, "context": {}}
    read({**base, "object": inner})
    read({**base, "object": {**inner, "timestamp": "2026-11-20T10:00:00Z", "result": {"success": True}}})
    for name, value in (
        ("id", ID),
        ("stored", WHOLE["stored"]),
        ("version", "1.0.0"),
        ("authority", WHOLE["authority"]),
        ("object", inner),
    ):
        with pytest.raises(Unacceptable, match=name):
            read({**base, "object": {**inner, name: value}})
    with pytest.raises(Unacceptable, match=r"object\.actor"):
        read({**base, "object": {**inner, "actor": {}}})


def test_a_voiding_statement_names_a_statement() -> None:
    with pytest.raises(Unacceptable, match="StatementRef"):
        read(changed("verb.id", "http://adlnet.gov/expapi/verbs/voided"))


def test_version_2_brings_agents_and_groups_of_the_context() -> None:
    context = {
        "contextAgents": [
            {"objectType": "contextAgent", "agent": {"mbox": "mailto:a@b.fr"}, "relevantTypes": ["http://t.fr"]}
        ],
        "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "mbox": "mailto:g@b.fr"}}],
    }
    read({**WHOLE, "version": "2.0.0", "context": context}, "2.0")
    for wrong in (
        {"contextAgents": [{"agent": {}}]},
        {"contextGroups": [{"group": {"mbox": "mailto:a@b.fr"}}]},
        {"contextAgents": [{"agent": {"mbox": "mailto:a@b.fr"}, "relevantTypes": []}]},
    ):
        with pytest.raises(Unacceptable, match="context"):
            read({**WHOLE, "version": "2.0.0", "context": wrong}, "2.0")
    with pytest.raises(Unacceptable, match="version"):
        read({**WHOLE, "version": "3.0.0"}, "2.0")
    with pytest.raises(Unacceptable, match="version"):
        read({**WHOLE, "version": "2.0.0"}, "1.0")


json_values = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
names = some.sampled_from(
    [
        "id",
        "actor",
        "verb",
        "object",
        "result",
        "context",
        "timestamp",
        "objectType",
        "mbox",
        "member",
        "definition",
        "x",
    ]
)


@given(
    json_values | some.dictionaries(names, json_values) | some.lists(some.dictionaries(names, json_values), max_size=3)
)
def test_whatever_comes_is_taken_or_refused_and_never_breaks(value: Any) -> None:
    with contextlib.suppress(Unacceptable):
        read_statements(json.dumps(value).encode(), "1.0")


@given(
    some.sampled_from(
        [path for path, _value in WRONG if path in ("id", "timestamp", "version", "stored") or "." in path]
    ),
    json_values,
)
def test_a_random_value_anywhere_is_taken_or_refused(path: Any, value: Any) -> None:
    with contextlib.suppress(Unacceptable):
        read(changed(path, value))


@given(some.binary(max_size=200))
def test_bytes_that_are_no_statement_are_refused(body: Any) -> None:
    with pytest.raises(Unacceptable):
        read_statements(body, "1.0")


def test_the_bytes_kept_hold_what_came_untouched() -> None:
    text = json.dumps(WHOLE, indent=1)
    [one] = read_statements(text.encode(), "1.0")
    kept = fixed(
        one,
        prefix="https://p.invalid",
        client_key="k",
        source="partner:x",
        stored=datetime(2026, 11, 23, tzinfo=UTC),
        members={},
    )
    for name in ("actor", "object", "result"):
        assert bytes(one.parts[name]).decode() in kept.raw
    said = json.loads(kept.raw)["context"]["contextActivities"]
    assert all(
        isinstance(value, list) for value in said.values()
    )  # 2.4.6.2: one that stood alone is returned in a list
    assert json.loads(kept.raw)["stored"] == "2026-11-23T00:00:00.000Z"
    assert (kept.scaled, kept.success, kept.completion) == (-0.5, False, True)
    assert kept.registration == ID
    assert is_same(one.parts, kept.raw)


def test_durations_and_moments() -> None:
    assert duration_seconds("P1DT2H3M4.5S") == 93_784.5
    assert duration_seconds("P2W") == 14 * 86_400
    assert duration_seconds("PT0,5S") == 0.5
    assert duration_seconds("P1Y") is None
    assert moment_of("2026-11-20T10:00:00.5+01:30") == datetime(2026, 11, 20, 8, 30, 0, 500_000, UTC)
    for wrong in ("", "P1", "PT1", "-PT1S", "P1W2D", "PT1S ", "P1.5.1D"):
        with pytest.raises(ValueError):
            duration_seconds(wrong)


@given(some.datetimes(timezones=some.just(UTC)))
def test_a_moment_that_we_write_is_read_back(at: Any) -> None:
    assert moment_of(at.isoformat()) == at
