"""Machines that speak to `/xapi/`: processes with connections kept open, so that the client is not the limit."""

from __future__ import annotations

import base64
import http.client
import json
import multiprocessing
import random
import time
import urllib.parse
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

VERBS = ("experienced", "answered", "completed", "passed", "failed", "initialized", "terminated", "scored")
AGENTS, ACTIVITIES = 1_000, 500


@dataclass(frozen=True)
class Known:
    """An enrolment of the demo: statements about it touch figures."""

    prefix: str
    pseudonym: str
    registration: str
    activities: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """Where to speak, and as whom; `known`: who half of the statements are about."""

    port: int
    key: str
    secret: str
    known: tuple[Known, ...] = ()


@dataclass
class Result:
    """What a phase has done."""

    done: int = 0
    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """One line of the table."""
        took = sorted(self.took) or [0.0]
        p50, p95 = (1000 * took[min(len(took) - 1, int(part * len(took)))] for part in (0.5, 0.95))
        wrong = f", {len(self.errors)} ERRORS such as {self.errors[0][:120]}" if self.errors else ""
        return (
            f"  {name:44} {self.done / max(self.seconds, 0.001):8.0f}/s   p50 {p50:7.1f} ms   p95 {p95:7.1f} ms{wrong}"
        )


def statement(chance: random.Random, known: tuple[Known, ...]) -> dict[str, Any]:
    """About 650 bytes; with `known`, every second one is about an enrolment."""
    verb, number = chance.choice(VERBS), chance.randrange(ACTIVITIES)
    actor: dict[str, Any] = {"name": "Learner", "mbox": f"mailto:learner{chance.randrange(AGENTS)}@example.org"}
    activity, registration = f"http://example.org/course/{number // 20}/unit/{number}", str(_uuid(chance))
    if known and chance.random() < 0.5:
        one = chance.choice(known)
        actor = {"account": {"homePage": one.prefix, "name": one.pseudonym}}
        activity, registration = chance.choice(one.activities), one.registration
    return {
        "id": str(_uuid(chance)),
        "actor": {"objectType": "Agent", **actor},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}", "display": {"en-US": verb}},
        "object": {
            "objectType": "Activity",
            "id": activity,
            "definition": {
                "name": {"en-US": f"Unit {activity[-6:]}"},
                "type": "http://adlnet.gov/expapi/activities/module",
            },
        },
        "result": {
            "score": {"scaled": round(chance.random(), 2)},
            "success": chance.random() > 0.5,
            "duration": f"PT{chance.randrange(1, 900)}S",
        },
        "context": {
            "registration": registration,
            "platform": "bench",
            "contextActivities": {"parent": [{"id": f"http://example.org/course/{number // 20}"}]},
        },
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{chance.randrange(1000):03d}Z",
    }


def write(target: Target, *, clients: int, each: int, seconds: float = 8.0, most: int | None = None) -> Result:
    """Statements, `each` in a request, for some seconds or until there are `most`."""
    return _together(_write, target, clients, seconds, (each, None if most is None else -(-most // clients)))


def ask(target: Target, *, clients: int, seconds: float = 5.0, ids: tuple[str, ...] = ()) -> Result:
    """Pages of 100 by agent and verb; with `ids`, single statements."""
    return _together(_ask, target, clients, seconds, (ids,))


def walk(target: Target) -> tuple[int, float, float]:
    """`more` to the end: (statements seen, milliseconds of a page at the beginning, and at the end)."""
    client, path, seen, took = _Client(target), "/xapi/statements?limit=500", 0, []
    while path:
        before = time.perf_counter()
        _status, body = client.send("GET", path)
        took.append(1000 * (time.perf_counter() - before))
        page = json.loads(body)
        seen += len(page["statements"])
        path = page["more"]
    part = max(1, len(took) // 10)
    return seen, sum(took[:part]) / part, sum(took[-part:]) / part


class _Client:
    def __init__(self, target: Target) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=120)
        given = base64.b64encode(f"{target.key}:{target.secret}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {given}",
            "X-Experience-API-Version": "1.0.3",
            "Content-Type": "application/json",
        }

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def _together(
    act: Callable[..., Result], target: Target, clients: int, seconds: float, rest: tuple[Any, ...]
) -> Result:
    queue: Any = multiprocessing.Queue()
    before = time.monotonic()
    people = [
        multiprocessing.Process(target=lambda n=n: queue.put(act(target, n, time.monotonic() + seconds, *rest)))
        for n in range(clients)
    ]
    for one in people:
        one.start()
    found = [queue.get() for _ in people]
    for one in people:
        one.join()
    return Result(
        sum(one.done for one in found),
        time.monotonic() - before,
        [took for one in found for took in one.took],
        [error for one in found for error in one.errors],
    )


def _write(target: Target, number: int, until: float, each: int, most: int | None) -> Result:
    chance, client, result = random.Random(f"{number}-{until}"), _Client(target), Result()
    while (most is not None or time.monotonic() < until) and (most is None or result.done < most):
        some = [statement(chance, target.known) for _ in range(each if most is None else min(each, most - result.done))]
        body = json.dumps(some[0] if each == 1 else some).encode()
        before = time.perf_counter()
        status, answer = client.send("POST", "/xapi/statements", body)
        result.took.append(time.perf_counter() - before)
        if status == 200:
            result.done += len(some)
        else:
            result.errors.append(f"{status} {answer[:100]!r}")
            if len(result.errors) > 20:
                break
    return result


def _ask(target: Target, number: int, until: float, ids: tuple[str, ...]) -> Result:
    chance, client, result = random.Random(f"{number}-{until}"), _Client(target), Result()
    while time.monotonic() < until:
        if ids:
            asked = {"statementId": chance.choice(ids)}
        else:
            agent = json.dumps({"mbox": f"mailto:learner{chance.randrange(AGENTS)}@example.org"})
            verb = f"http://adlnet.gov/expapi/verbs/{chance.choice(VERBS)}"
            asked = {"agent": agent, "verb": verb, "limit": "100"}
        before = time.perf_counter()
        status, answer = client.send("GET", "/xapi/statements?" + urllib.parse.urlencode(asked))
        result.took.append(time.perf_counter() - before)
        result.done += 1
        if status != 200:
            result.errors.append(f"{status} {answer[:100]!r}")
    return result


def _uuid(chance: random.Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)
