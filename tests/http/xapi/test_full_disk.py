"""A full disk: plain words, nothing half-written, and work goes on when there is space again (SQLite's own limit stands in)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import func, select, text

from lms.kernel.platform import Platform
from lms.xapi.models import IntentRow, StatementRow
from tests.factories.learning import Learning
from tests.factories.machines import Machine, new_id, statement
from tests.factories.world import World

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def disk(platform: Platform) -> Any:
    """`disk(pages)`: so many pages more, for whoever opens the database from now on; None: without limit."""
    engine = platform.database.engine

    def limit(pages: Any) -> None:
        engine.dispose()
        with closing(sqlite3.connect(engine.url.database)) as connection:
            connection.execute("VACUUM")  # no page of earlier tests is free
        with engine.connect() as connection:
            most = 1_073_741_823 if pages is None else connection.execute(text("PRAGMA page_count")).scalar() + pages
            connection.execute(text(f"PRAGMA max_page_count={most}"))

    yield limit
    limit(None)


def count(platform: Platform, world: World, model: Any) -> Any:
    with platform.reading(world.organisation) as ctx:
        return ctx.session.scalar(select(func.count()).select_from(model))


def test_statements_of_a_machine_are_all_kept_or_none(
    engine_name: str, platform: Platform, world: World, machine: Machine, disk: Callable[[int | None], None]
) -> None:
    assert machine.get().status_code == 200
    disk(3)
    sent = [statement(id=new_id(), result={"response": "x" * 900}) for _ in range(60)]
    answer = machine.post(sent)
    assert answer.status_code == 507
    assert "disque" in answer.json["error"]
    assert count(platform, world, StatementRow) == 0
    disk(None)
    assert machine.post(sent).status_code == 200
    assert count(platform, world, StatementRow) == 60


def test_a_phone_is_told_to_keep_what_it_sent(
    engine_name: str, learning: Learning, disk: Callable[[int | None], None]
) -> None:
    browser = learning.client()
    intents = [
        {"id": new_id(), "kind": "nothing.known", "payload": {"x": "y" * 4_000}, "made_at": "2026-11-23T08:59:00Z"}
        for _ in range(100)
    ]
    disk(2)
    answer = browser.post("/outbox", json={"format": 1, "intents": intents})
    assert answer.status_code == 507
    assert answer.json["what_to_do"]
    disk(None)
    assert count(learning.platform, learning.world, IntentRow) == 0
    answer = browser.post("/outbox", json={"format": 1, "intents": intents})
    assert len(answer.json["results"]) == 100


def test_a_commit_that_fails_is_told_too(
    engine_name: str, platform: Platform, world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from lms.kernel.database import TenantSession

    def full(_session: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    assert machine.get().status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(TenantSession, "commit", full)
        answer = machine.post(statement())
    assert answer.status_code == 507
    assert count(platform, world, StatementRow) == 0
    assert machine.post(statement()).status_code == 200
