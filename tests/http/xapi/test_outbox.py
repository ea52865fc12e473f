"""`POST /outbox`: the answer tells a phone what it may forget."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.courses.api import progress_of
from lms.kernel.platform import Platform
from lms.xapi.models import IntentRow, StatementRow
from tests.conftest import TestClock
from tests.factories.learning import Learning
from tests.factories.machines import new_id
from tests.factories.world import World


def act(learning: Learning, name: Any = "lesson", **values: Any) -> Any:
    payload = {"activity": learning.course.keys[name], "seconds": 60}
    return {"id": new_id(), "kind": "lesson.read", "payload": payload, "made_at": "2026-11-23T08:59:00Z", **values}


def send(learning: Learning, *intents: Any, who: Any = "learner", **values: Any) -> Any:
    body = {"format": 1, "sent_at": "2026-11-23T09:00:00Z", "intents": list(intents), **values}
    return learning.client(who).post("/outbox", json=body)


def rows(learning: Learning, model: Any) -> Any:
    with learning.platform.reading(learning.world.organisation) as ctx:
        return ctx.session.scalars(select(model).order_by(model.id)).all()


def lesson_kind(learning: Learning) -> Any:
    return next(name for name in learning.platform.registry.intents if name.startswith("lesson."))


def test_an_act_is_recorded_and_its_figure_computed(engine_name: str, learning: Learning) -> None:
    one = act(learning, kind=lesson_kind(learning))
    answer = send(learning, one)
    assert answer.status_code == 200
    assert answer.json == {"format": 1, "results": [{"id": one["id"], "outcome": "accepted", "reason": ""}]}
    assert {row.source for row in rows(learning, StatementRow)} == {"learner_device"}
    with learning.platform.reading(learning.world.organisation) as ctx:
        assert learning.course.keys["lesson"] in progress_of(ctx, learning.enrolment.id)


def test_the_same_delivery_again_answers_the_same_and_changes_nothing(engine_name: str, learning: Learning) -> None:
    sent = [act(learning, kind=lesson_kind(learning)), act(learning, kind="nothing.known"), {"id": new_id()}]
    first = send(learning, *sent)
    before = [row.id for row in rows(learning, StatementRow)]
    assert send(learning, *sent).json == first.json
    assert [row.id for row in rows(learning, StatementRow)] == before
    assert len(rows(learning, IntentRow)) == 3


def test_a_row_that_cannot_be_read_harms_no_other(engine_name: str, learning: Learning) -> None:
    good = act(learning, kind=lesson_kind(learning))
    kept = act(learning, made_at="hier")
    wrong = [
        None, 7, {}, {"id": "x"}, {"id": 5}, kept, act(learning, payload=[]), act(learning, kind=3), act(learning, kind="a\u0000b"),
        act(learning, kind=lesson_kind(learning), payload={"activity": {"a": 1}}), act(learning, kind="nothing.known"),
    ]  # fmt: skip
    results = send(learning, *wrong, good, *wrong[:4]).json["results"]
    assert [one["outcome"] for one in results] == ["refused"] * 11 + ["accepted"] + ["refused"] * 4
    assert {one["reason"] for one in results if one["outcome"] == "refused"} == {"unreadable", "unknown"}
    refused = {row.uuid: row for row in rows(learning, IntentRow) if row.outcome == "refused"}
    assert refused[kept["id"]].payload["made_at"] == "hier"
    assert len(refused) == 6


def test_a_fault_of_ours_leaves_the_act_with_its_sender(engine_name: str, learning: Learning) -> None:
    kind = learning.platform.registry.intents[lesson_kind(learning)]
    calls = []

    def failing(ctx: Any, *, intent: Any, payload: Any) -> Any:
        calls.append(intent.uuid)
        if len(calls) == 2:
            raise RuntimeError("a bug")
        return kind.operation(ctx, intent=intent, payload=payload)

    broken = type(kind)(kind.name, kind.payload, failing)
    object.__setattr__(learning.platform.registry, "intents", {kind.name: broken})  # the fixture below puts it back
    sent = [act(learning, kind=kind.name) for _ in range(3)]
    results = send(learning, *sent).json["results"]
    assert [one["id"] for one in results] == [sent[0]["id"], sent[2]["id"]]
    assert {row.uuid for row in rows(learning, IntentRow)} == {sent[0]["id"], sent[2]["id"]}
    assert send(learning, *sent).json["results"][1]["outcome"] == "accepted"


@pytest.fixture(autouse=True)
def _registry_as_before(platform: Platform) -> Any:
    before = platform.registry.intents
    yield
    object.__setattr__(platform.registry, "intents", before)


def test_a_session_that_has_expired_is_told_so_in_json(
    engine_name: str, app: Flask, world: World, learning: Learning
) -> None:
    answer = app.test_client().post("/outbox", json={"format": 1, "intents": []})
    assert answer.status_code == 401
    assert answer.is_json
    assert rows(learning, IntentRow) == []


def test_nobody_hears_of_another_persons_act(engine_name: str, learning: Learning) -> None:
    one = act(learning, kind=lesson_kind(learning))
    send(learning, one)
    answer = send(learning, one, who="company_head")
    assert answer.json["results"] == [{"id": one["id"], "outcome": "refused", "reason": "unreadable"}]
    foreign = send(learning, one, who="other_learner")  # the same UUID in another organisation is another act
    assert foreign.json["results"][0]["outcome"] == "refused"
    assert len(rows(learning, IntentRow)) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"format":2,"intents":[]}', b'{"format":"1"}', b'{"format":1}', b'{"format":1,"intents":{}}', b"[" * 100_000]
)  # fmt: skip
def test_a_delivery_that_cannot_be_read_stays_on_the_phone(engine_name: str, learning: Learning, body: Any) -> None:
    answer = learning.client().post("/outbox", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["error"]


def test_a_delivery_has_limits(engine_name: str, learning: Learning) -> None:
    assert send(learning, *[act(learning) for _ in range(201)]).status_code == 400
    assert send(learning, act(learning, payload={"x": "y" * 1_000_001})).status_code == 413
    assert send(learning, *[act(learning, kind="nothing.known") for _ in range(200)]).status_code == 200
    with learning.platform.reading(learning.world.organisation) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(IntentRow)) == 200


def test_a_clock_that_is_wrong_is_corrected_by_the_time_of_delivery(
    engine_name: str, learning: Learning, clock: TestClock
) -> None:
    kind = lesson_kind(learning)
    clock.forward(days=3)  # after the entry, which bounds every moment
    fast = act(learning, kind=kind, made_at="2026-12-25T10:00:00Z")
    assert send(learning, fast, sent_at="2026-12-25T10:30:00Z").json["results"][0]["outcome"] == "accepted"
    [row] = rows(learning, StatementRow)[:1]
    assert (clock.now - row.occurred_at).total_seconds() == 30 * 60
    assert row.timestamp.startswith("2026-12-25T10:00:00")
