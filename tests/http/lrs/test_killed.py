"""The server is killed while machines write: what was acknowledged is there once and counts once, the rest can be sent again."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select

from lms.accounts.models import Membership
from lms.courses.models import Enrolment
from lms.kernel.database import Base
from lms.kernel.migrating import alembic_config
from lms.kernel.platform import Platform
from lms.lrs.clients import add_client
from lms.xapi import tasks
from lms.xapi.api import check, stale_count
from lms.xapi.models import StatementRow
from tests.factories.learning import Learning
from tests.factories.world import World

KILLS = 100 if os.environ.get("LMS_SOAK") else 1
CLIENTS = 4
READY_SECONDS = 60


def _connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


class Server:
    """`lms serve` as a process of its own, on the database of the test."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        settings = platform.settings
        self._environment = {
            **os.environ,
            "LMS_DATABASE_URL": settings.resolved_database_url,
            "LMS_DATA_DIR": str(folder),
            "LMS_DEVELOPMENT": "1",
            "LMS_LOG_LEVEL": "ERROR",
            "LMS_WORKERS": "0",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it can serve."""
        program = [sys.executable, "-m", "lms", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(program, env=self._environment, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), closing(_connection(self.port)) as connection:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the server does not start")

    def kill(self, how: int = signal.SIGKILL) -> None:
        """End it, without a word by default."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None


class Writer:
    """A machine that writes until the connection breaks; it remembers what it was told."""

    def __init__(self, port: int, headers: dict[str, str], make: Any) -> None:
        self.port, self.headers, self.make = port, headers, make
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.open: list[dict[str, Any]] = []
        self.refusals: list[str] = []

    def run(self, each: int) -> None:
        """Write until the server is gone."""
        with contextlib.suppress(OSError, http.client.HTTPException), closing(_connection(self.port)) as connection:
            while True:
                self.open = [self.make() for _ in range(each)]
                status, text = self.send(connection, self.open)
                if status != 200:
                    self.refusals.append(f"{status} {text}")
                    return
                self.acknowledged |= {one["id"]: one for one in self.open}
                self.open = []

    def send(self, connection: http.client.HTTPConnection, some: list[dict[str, Any]]) -> tuple[int, str]:
        """One request."""
        body = json.dumps(some if len(some) > 1 else some[0]).encode()
        connection.request("POST", "/xapi/statements", body, self.headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()[:200]


@pytest.mark.soak
def test_what_was_acknowledged_survives_a_killed_server(
    engine_name: str, platform: Platform, world: World, learning: Learning, tmp_path: Path
) -> None:
    config = alembic_config()
    config.attributes.update(engine=platform.database.engine, metadata=Base.metadata)
    command.stamp(config, "head")  # the tables of the tests are made without migrations
    with platform.writing(world.organisation) as ctx:
        given = add_client(ctx, "load")
        prefix, activity = ctx.iri_prefix, f"{ctx.iri_prefix}/a/{learning.course.keys['lesson']}"
        name = ctx.session.scalars(select(Membership.uuid).where(Membership.id == world.members["learner"])).one()
        registration = ctx.session.scalars(select(Enrolment.uuid)).one()
    chance = random.Random(4)

    def make() -> dict[str, Any]:
        known = chance.random() < 0.5
        account = {"homePage": prefix, "name": name}
        return {
            "id": str(uuid.uuid4()),
            "actor": {"account": account} if known else {"mbox": f"mailto:someone{chance.randrange(50)}@example.org"},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
            "object": {"id": activity if known else "http://example.org/unit"},
            "context": {"registration": registration if known else str(uuid.uuid4())},
        }

    secret = base64.b64encode(f"{given.key}:{given.secret}".encode()).decode()
    headers = {
        "Authorization": f"Basic {secret}",
        "X-Experience-API-Version": "1.0.3",
        "Content-Type": "application/json",
    }
    server, kept, again = Server(platform, tmp_path), {}, []
    try:
        for number in range(KILLS):
            server.start()
            writers = [Writer(server.port, headers, make) for _ in range(CLIENTS)]
            threads = [
                threading.Thread(target=one.run, args=(each,)) for one, each in zip(writers, (1, 1, 5, 50), strict=True)
            ]
            for thread in threads:
                thread.start()
            time.sleep(0.2 + chance.random())
            server.kill()
            for thread in threads:
                thread.join(60)
            assert [refusal for one in writers for refusal in one.refusals] == []
            for one in writers:
                kept |= one.acknowledged
                again.append(one.open)
            assert sum(len(one.acknowledged) for one in writers) > 0, number
        server.start()
        writer = Writer(server.port, headers, make)
        with closing(_connection(server.port)) as connection:
            for some in again:
                if some:
                    assert writer.send(connection, some)[0] == 200  # known already or not, the same answer
                    kept |= {one["id"]: one for one in some}
    finally:
        server.kill(signal.SIGTERM)
    with platform.reading(world.organisation) as ctx:
        rows = ctx.session.scalars(select(StatementRow.statement_id).where(StatementRow.source == "partner:load")).all()
        assert sorted(rows) == sorted(kept)
    tasks.refold(platform)  # what was left to the worker
    with platform.reading(world.organisation) as ctx:
        assert stale_count(ctx) == 0
        assert [one for figure in ctx.registry.figures for one in check(ctx, figure)] == []
