"""The door of people: intents a second through the whole path with folds, one by one and from an outbox of 50; replay."""

from __future__ import annotations

import itertools
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from bench.site import Site
from lms.courses.structure import structure

ONE_BY_ONE = 300
OUTBOXES = 50
LEARNERS = 50


def report(site: Site) -> None:
    """Each intent is acknowledged and its figures are computed before the clock stops."""
    clients = itertools.cycle(site.learners_browsers(LEARNERS))
    with site.platform.reading(site.organisation_id) as ctx:
        lessons = [one.key for one in structure(ctx, 1).activities.values() if one.type == "lesson" and not one.opens]
    single = _rate(lambda: _send(next(clients), lessons, 1), ONE_BY_ONE, 1)
    outbox = _rate(lambda: _send(next(clients), lessons, 50), OUTBOXES, 50)
    print(
        f"intents a second, folds done, SQLite synchronous=FULL: {single:.0f} one by one, {outbox:.0f} from an outbox of 50"
    )
    print(
        f"replay: {site.statements / max(site.replay_seconds, 0.001):.0f} statements a second, {site.differences} differences\n"
    )


def _rate(send: Any, times: int, each: int) -> float:
    before = time.monotonic()
    for _ in range(times):
        send()
    return times * each / (time.monotonic() - before)


def _send(client: Any, lessons: list[str], number: int) -> None:
    now = datetime.now(UTC).isoformat()
    intents = [
        {
            "id": str(uuid.uuid4()),
            "kind": "lesson.read",
            "payload": {"activity": lessons[n % len(lessons)], "seconds": 30},
            "made_at": now,
        }
        for n in range(number)
    ]
    answer = client.post("/outbox", json={"format": 1, "sent_at": now, "intents": intents})
    if answer.status_code != 200 or any(one["outcome"] == "refused" for one in answer.json["results"]):
        raise RuntimeError(answer.text[:300])
