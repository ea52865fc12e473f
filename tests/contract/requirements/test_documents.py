"""States and profiles: one test for what is asked of the three resources alike (Communication, 2.2, 2.3, 2.6, 2.7, 3.1)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.conftest import TestClock
from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, each, only_1, only_2
from tests.contract.requirements.rules import agent
from tests.factories.machines import new_id

STATE, AGENT, ACTIVITY = "state", "agent", "activity"
PATHS = {STATE: "/activities/state", AGENT: "/agents/profile", ACTIVITY: "/activities/profile"}
NAMES = {STATE: "stateId", AGENT: "profileId", ACTIVITY: "profileId"}
NEW = {"If-None-Match": "*"}
WORDS = {"shop": {"name": "Chez Awa", "open": True}, "goal": 12}


@dataclass
class Kept:
    """A document of one of the three kinds, with an owner and a name that no other test uses."""

    machine: Speaker
    kind: str
    asked: dict[str, str]

    def send(self, method: str, body: Any = None, *, gone: str = "", changed: Any = (), **options: Any) -> TestResponse:
        """A request for it, without a parameter or with other ones."""
        asked = {name: value for name, value in {**self.asked, **dict(changed)}.items() if name != gone}
        return self.machine.send(method, PATHS[self.kind], body, query_string=asked, **options)

    def put(self, body: Any = WORDS, **options: Any) -> TestResponse:
        """Write the first one."""
        return self.send("PUT", body, headers=NEW, **options)

    def names(self, **asked: Any) -> list[str]:
        found = self.send("GET", gone=NAMES[self.kind], changed=asked)
        assert found.status_code == 200, found.text
        return list(found.json)

    def change(self, method: str, **options: Any) -> TestResponse:
        """A request of that method, with a body where it has one, as it is accepted when nothing is changed."""
        writes = method in ("PUT", "POST")
        body = {"headers": NEW if method == "PUT" else {}, "body": WORDS} if writes else {}
        return self.send(method, **{**body, **options})


def kept(machine: Speaker, kind: str) -> Kept:
    asked = {NAMES[kind]: "resume"}
    if kind != ACTIVITY:
        asked["agent"] = json.dumps(agent())
    if kind != AGENT:
        asked["activityId"] = f"http://example.org/{new_id()}"
    return Kept(machine, kind, asked)


# ---------------------------------------------------------------------------------------------------------- parameters

NEEDED = {
    "XAPI-00206": (STATE, "PUT", "stateId"),
    "XAPI-00211": (STATE, "POST", "stateId"),
    "XAPI-00207": (STATE, "DELETE", "activityId"),
    "XAPI-00208": (STATE, "GET", "activityId"),
    "XAPI-00209": (STATE, "POST", "activityId"),
    "XAPI-00210": (STATE, "PUT", "activityId"),
    "XAPI-00212": (STATE, "DELETE", "agent"),
    "XAPI-00213": (STATE, "GET", "agent"),
    "XAPI-00214": (STATE, "POST", "agent"),
    "XAPI-00215": (STATE, "PUT", "agent"),
    "XAPI-00261": (AGENT, "GET", "agent"),
    "XAPI-00262": (AGENT, "DELETE", "agent"),
    "XAPI-00263": (AGENT, "POST", "agent"),
    "XAPI-00264": (AGENT, "PUT", "agent"),
    "XAPI-00265": (AGENT, "DELETE", "profileId"),
    "XAPI-00266": (AGENT, "POST", "profileId"),
    "XAPI-00267": (AGENT, "PUT", "profileId"),
    "XAPI-00296": (ACTIVITY, "GET", "activityId"),
    "XAPI-00297": (ACTIVITY, "DELETE", "activityId"),
    "XAPI-00298": (ACTIVITY, "POST", "activityId"),
    "XAPI-00299": (ACTIVITY, "PUT", "activityId"),
    "XAPI-00300": (ACTIVITY, "DELETE", "profileId"),
    "XAPI-00301": (ACTIVITY, "POST", "profileId"),
    "XAPI-00302": (ACTIVITY, "PUT", "profileId"),
}
NOT_JSON = ("Awa", "", "{", "mailto:awa@example.org")
NOT_AN_AGENT = (
    *NOT_JSON,
    '{"name": "Awa"}',
    "[]",
    '{"mbox": "awa"}',
    '{"mbox": "mailto:a@b.fr", "openid": "http://b.fr"}',
)
NOT_A_UUID = ("12", "", f"{new_id()}0")
FORMED = {
    **{f"XAPI-{n:05d}": (STATE, method, "agent", NOT_JSON) for n, method in zip(range(196, 200), ("DELETE", "GET", "POST", "PUT"), strict=True)},
    **{f"XAPI-{n:05d}": (STATE, method, "registration", NOT_A_UUID) for n, method in zip(range(200, 204), ("DELETE", "GET", "POST", "PUT"), strict=True)},
    **{f"XAPI-{n:05d}": (AGENT, method, "agent", NOT_AN_AGENT) for n, method in zip(range(255, 259), ("DELETE", "POST", "PUT", "GET"), strict=True)},
}  # fmt: skip


@each("one", NEEDED)
def test_a_document_is_named_whole(engine_name: str, machine: Speaker, one: Any) -> None:
    kind, method, name = one
    document = kept(machine, kind)
    if method in ("GET", "DELETE"):
        document.put()
    answer = document.change(method, gone=name)
    assert answer.status_code == 400
    assert name in answer.json["error"]
    assert document.change(method).status_code in (200, 204)


@each("one", FORMED)
def test_what_names_a_document_is_of_its_type(engine_name: str, machine: Speaker, one: Any) -> None:
    kind, method, name, wrong = one
    document = kept(machine, kind)
    if name == "registration":
        document.asked[name] = new_id()
    if method in ("GET", "DELETE"):
        document.put()
    for value in wrong:
        answer = document.change(method, changed={name: value})
        assert answer.status_code == 400, value
        assert name in answer.json["error"]
    assert document.change(method).status_code in (200, 204)


@each("kind", {"XAPI-00204 XAPI-00012": STATE, "XAPI-00260": AGENT, "XAPI-00295": ACTIVITY})
def test_since_is_a_timestamp(engine_name: str, machine: Speaker, kind: str) -> None:
    document = kept(machine, kind)
    for wrong in ("yesterday", "", "2026-13-01T00:00:00Z"):
        answer = document.send("GET", gone=NAMES[kind], changed={"since": wrong})
        assert answer.status_code == 400
        assert "since" in answer.json["error"]
    assert document.names(since="2026-05-04T08:00:00+02:00") == []


@each(
    "one",
    {
        "XAPI-00224": (STATE, "DELETE"),
        "XAPI-00225": (STATE, "GET"),
        "XAPI-00226": (STATE, "POST"),
        "XAPI-00228": (STATE, "PUT"),
        "XAPI-00276": (AGENT, "POST"),
        "XAPI-00277": (AGENT, "PUT"),
        "XAPI-00305": (ACTIVITY, "DELETE"),
        "XAPI-00306": (ACTIVITY, "POST"),
        "XAPI-00307": (ACTIVITY, "PUT"),
    },
)
def test_a_name_is_any_text_but_an_empty_one(engine_name: str, machine: Speaker, one: Any) -> None:
    kind, method = one
    for name in ("12", "true", '{"a": 1}', "l'été", "http://example.org/a b"):
        document = kept(machine, kind)
        document.asked[NAMES[kind]] = name
        if method in ("GET", "DELETE"):
            document.put()
        assert document.change(method).status_code in (200, 204)
        assert document.names() == ([] if method == "DELETE" else [name])
    assert document.change(method, changed={NAMES[kind]: ""}).status_code == 400


@covers("XAPI-00205", "XAPI-00223", "XAPI-00304")
def test_what_a_resource_does_not_know_is_refused(engine_name: str, machine: Speaker) -> None:
    state, profile = kept(machine, STATE), kept(machine, ACTIVITY)
    assert state.put().status_code == profile.put().status_code == 204
    assert state.send("DELETE", changed={"since": "2026-05-04T08:00:00Z"}).status_code == 400
    assert profile.send("GET", changed={"agent": json.dumps(agent())}).status_code == 400
    assert state.send("GET").status_code == profile.send("GET").status_code == 200


# ------------------------------------------------------------------------------------------------- what is done with them


@each(
    "kind",
    {
        "XAPI-00187 XAPI-00188 XAPI-00190 XAPI-00191 XAPI-00192 XAPI-00216 XAPI-00217 XAPI-00230": STATE,
        "XAPI-00259 XAPI-00269 XAPI-00271 XAPI-00273 XAPI-00274 XAPI-00282": AGENT,
        "XAPI-00285 XAPI-00287 XAPI-00288 XAPI-00290 XAPI-00291 XAPI-00293 XAPI-00311": ACTIVITY,
    },
)
def test_a_document_is_written_read_and_deleted(engine_name: str, machine: Speaker, kind: str) -> None:
    document = kept(machine, kind)
    assert document.send("GET").status_code == 404
    answer = document.put()
    assert (answer.status_code, answer.data) == (204, b"")
    found = document.send("GET")
    assert (found.status_code, found.mimetype, found.json) == (200, "application/json", WORDS)
    other = kept(machine, kind)
    other.put(b"\x00\xff bytes", content_type="application/x-thing")
    found = other.send("GET")
    assert (found.data, found.mimetype) == (b"\x00\xff bytes", "application/x-thing")
    answer = document.send("DELETE")
    assert (answer.status_code, answer.data) == (204, b"")
    assert document.send("GET").status_code == 404
    assert document.send("DELETE").status_code == 204
    assert other.send("GET").status_code == 200


@each(
    "kind",
    {
        "XAPI-00193 XAPI-00195 XAPI-00221 XAPI-00141 XAPI-00222": STATE,
        "XAPI-00268 XAPI-00270 XAPI-00275": AGENT,
        "XAPI-00289 XAPI-00294 XAPI-00303": ACTIVITY,
    },
)
def test_names_are_listed_and_since_a_moment(engine_name: str, machine: Speaker, kind: str, clock: TestClock) -> None:
    document, moments = kept(machine, kind), []
    for name in ("one", "two", "three"):
        clock.forward(seconds=1)
        document.put(changed={NAMES[kind]: name})
        moments.append(clock().isoformat())
    kept(machine, kind).put()
    assert set(document.names()) == {"one", "two", "three"}
    assert set(document.names(since=moments[0])) == {"two", "three"}
    assert document.names(since=moments[2]) == []
    clock.forward(seconds=1)
    document.send("POST", {"goal": 13}, changed={NAMES[kind]: "one"})
    assert document.names(since=moments[2]) == ["one"]


@covers("XAPI-00194")
def test_all_states_of_someone_in_an_activity_are_deleted_at_once(engine_name: str, machine: Speaker) -> None:
    document, other = kept(machine, STATE), kept(machine, STATE)
    other.asked["activityId"] = document.asked["activityId"]
    for one in (document, other):
        for name in ("one", "two"):
            one.put(changed={"stateId": name})
    assert document.send("DELETE", gone="stateId").status_code == 204
    assert document.names() == []
    assert set(other.names()) == {"one", "two"}


@covers("XAPI-00218", "XAPI-00219", "XAPI-00220", "XAPI-00227")
def test_a_state_may_belong_to_a_registration(engine_name: str, machine: Speaker) -> None:
    document, first, second = kept(machine, STATE), {"registration": new_id()}, {"registration": new_id()}
    assert document.put({"of": "none"}).status_code == 204
    assert document.put({"of": "first"}, changed=first).status_code == 204
    assert document.send("POST", {"of": "second"}, changed=second).status_code == 204
    for changed, of in (({}, "none"), (first, "first"), (second, "second")):
        assert document.send("GET", changed=changed).json == {"of": of}
    assert document.names(**first) == ["resume"]
    assert document.send("DELETE", changed=first).status_code == 204
    assert document.send("GET", changed=first).status_code == 404
    assert document.send("GET", changed=second).json == {"of": "second"}
    assert document.send("DELETE", gone="stateId", changed=second).status_code == 204
    assert document.names(**second) == []
    assert document.send("GET").json == {"of": "none"}


MERGED = {
    STATE: "XAPI-00189 XAPI-00231 XAPI-00233 XAPI-00234",
    AGENT: "XAPI-00272 XAPI-00279 XAPI-00280 XAPI-00283",
    ACTIVITY: "XAPI-00286 XAPI-00292 XAPI-00308 XAPI-00310 XAPI-00312",
}
MERGING = "XAPI-00183 XAPI-00184 XAPI-00185 XAPI-00186"


@each("kind", {f"{numbers} {MERGING}": kind for kind, numbers in MERGED.items()})
def test_post_writes_the_first_and_merges_at_the_first_level(engine_name: str, machine: Speaker, kind: str) -> None:
    document = kept(machine, kind)
    answer = document.send("POST", json.dumps(WORDS, indent=3).encode())
    assert (answer.status_code, answer.data) == (204, b"")
    assert document.send("GET").json == WORDS
    answer = document.send("POST", {"shop": {"open": False}, "seen": [1, {"a": None}], "été": "é"})
    assert (answer.status_code, answer.data) == (204, b"")
    found = document.send("GET")
    assert found.mimetype == "application/json"
    assert found.json == {"shop": {"open": False}, "goal": 12, "seen": [1, {"a": None}], "été": "é"}
    document.send("POST", {})
    assert document.send("GET").json == found.json


@each(
    "one",
    {
        "XAPI-00232": (STATE, "type"),
        "XAPI-00278": (AGENT, "type"),
        "XAPI-00309": (ACTIVITY, "type"),
        "XAPI-00229": (STATE, "object"),
        "XAPI-00281": (AGENT, "object"),
        "XAPI-00313": (ACTIVITY, "object"),
        "XAPI-00235": (STATE, "json"),
        "XAPI-00284": (AGENT, "json"),
        "XAPI-00314": (ACTIVITY, "json"),
    },
)
def test_post_merges_json_objects_only_and_changes_nothing_when_it_cannot(
    engine_name: str, machine: Speaker, one: Any
) -> None:
    kind, wrong = one
    document, other = kept(machine, kind), kept(machine, kind)
    assert document.put().status_code == 204
    if wrong == "type":
        other.put(b'{"goal": 1}', content_type="text/plain")
        assert other.send("POST", {"goal": 2}).status_code == 400
        assert other.send("GET").data == b'{"goal": 1}'
        sent = [(b'{"goal": 2}', kind) for kind in ("text/plain", "application/octet-stream", "application/ld+json")]
    elif wrong == "object":
        other.put(["goal", 1])
        assert other.send("POST", {"goal": 2}).status_code == 400
        assert other.send("GET").json == ["goal", 1]
        sent = [(body, "application/json") for body in (b"[1]", b"12", b'"goal"', b"null")]
    else:
        sent = [(body, "application/json") for body in (b"{", b"", b"goal: 2", b'{"goal": 2,}', b'{"goal": \xff}')]
        for body, content_type in sent:
            assert other.send("POST", body, content_type=content_type).status_code == 400
        assert other.send("GET").status_code == 404
    for body, content_type in sent:
        assert document.send("POST", body, content_type=content_type).status_code == 400, body
    assert document.send("GET").json == WORDS


# --------------------------------------------------------------------------------------------------------- concurrency


@each("kind", {"XAPI-00322": AGENT, "XAPI-00322 XAPI-00182": ACTIVITY, "XAPI-00322 V2-08": STATE})
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_what_another_has_changed_is_not_written_over(
    engine_name: str, machine: Speaker, kind: str, method: str
) -> None:
    document = kept(machine, kind)
    document.put()
    tag = document.send("GET").headers["ETag"]
    assert tag == f'"{hashlib.sha1(document.send("GET").data).hexdigest()}"'
    document.send("PUT", {"goal": 13}, headers={"If-Match": tag})
    new = document.send("GET").headers["ETag"]
    assert new != tag
    body = {"goal": 14} if method != "DELETE" else None
    wrong = [{"If-Match": tag}, {"If-Match": '"nothing"'}, *([] if method == "DELETE" else [NEW])]
    for headers in wrong:
        assert document.send(method, body, headers=headers).status_code == 412, headers
        assert document.send("GET").json == {"goal": 13}
    assert document.send(method, body, headers={"If-Match": new}).status_code == 204
    assert document.send("GET").status_code == (404 if method == "DELETE" else 200)
    assert kept(machine, kind).send(method, body, headers={"If-Match": '"any"'}).status_code == 412


@each("kind", {"XAPI-00322": AGENT, "XAPI-00322 XAPI-00182": ACTIVITY})
def test_a_profile_is_written_under_a_condition(engine_name: str, machine: Speaker, kind: str) -> None:
    document = kept(machine, kind)
    assert document.send("PUT", WORDS).status_code == 400
    assert document.put().status_code == 204
    answer = document.send("PUT", {"goal": 13})
    assert answer.status_code == 409
    assert "If-Match" in answer.json["error"]
    assert document.send("GET").json == WORDS
    assert document.send("PUT", {"goal": 13}, headers={"If-Match": "*"}).status_code == 204


@only_2
@covers("V2-09")
def test_version_2_writes_over_a_state_under_a_condition(engine_name: str, machine: Speaker) -> None:
    document = kept(machine, STATE)
    assert document.send("PUT", WORDS).status_code == 204
    answer = document.send("PUT", {"goal": 13})
    assert answer.status_code == 409
    assert "If-Match" in answer.json["error"]
    assert document.send("GET").json == WORDS


@only_1
@covers("XAPI-00190")
def test_version_1_writes_over_a_state(engine_name: str, machine: Speaker) -> None:
    document = kept(machine, STATE)
    for words in (WORDS, {"goal": 13}):
        assert document.send("PUT", words).status_code == 204
        assert document.send("GET").json == words
    assert document.send("PUT", words, gone="agent").status_code == 400


@covers("V2-11")
@pytest.mark.parametrize("kind", [STATE, AGENT, ACTIVITY])
def test_a_document_says_when_it_was_written(engine_name: str, machine: Speaker, kind: str, clock: TestClock) -> None:
    document = kept(machine, kind)
    for headers in (NEW, {"If-Match": "*"}):
        document.send("PUT", WORDS, headers=headers)
        written = parsedate_to_datetime(document.send("GET").headers["Last-Modified"])
        assert written == clock().replace(microsecond=0)
        clock.forward(seconds=5)
