"""What the pages cost: queries, whatever the number of learners, and bytes."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from lms.accounts.api import ensure_person
from tests.factories.courses import enrol

MOST_QUERIES = 8


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "SAVEPOINT", "PRAGMA")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def crowd(learning, size):
    with learning.platform.writing(learning.world.organisation) as ctx:
        for number in range(size):
            person = ensure_person(ctx, given_name=f"P{number}", email=f"p{number}@essai.test")
            enrol(ctx, learning.cohort, membership_id=person.id)


@pytest.mark.parametrize("size", [0, 200])
def test_a_learners_pages_cost_the_same_alone_and_among_200(engine_name, learning, size):
    crowd(learning, size)
    for address in (
        "/",
        learning.address(),
        learning.address("lesson"),
        learning.address("quiz"),
        learning.address("session"),
    ):
        learning.get(address)  # what a process reads once
        with counted() as seen:
            learning.get(address)
        assert len(seen) <= MOST_QUERIES, (address, len(seen), seen)


@pytest.mark.parametrize("size", [1, 200])
def test_a_session_page_does_not_grow_in_queries(engine_name, learning, size):
    crowd(learning, size)
    address = f"/groupes/{learning.cohort.key}/seances/{learning.course.keys['session']}"
    learning.get(address, "trainer")
    with counted() as seen:
        learning.get(address, "trainer")
    assert len(seen) <= MOST_QUERIES, seen


def weight(client, address):
    """A page with its styles and scripts, gzipped."""
    page = client.get(address).data
    total = len(gzip.compress(page))
    for asset in sorted(set(re.findall(rb'(?:href|src)="(/static/[^"]+)"', page))):
        total += len(gzip.compress(client.get(asset.decode(), buffered=True).data))
    return total


@pytest.mark.sqlite_only
def test_pages_are_light(engine_name, learning):
    assert weight(learning.client(), "/") <= 25_000
    assert weight(learning.client(), learning.address()) <= 25_000
    for name in ("lesson", "quiz", "session", "resource"):
        assert weight(learning.client(), learning.address(name)) <= 30_000
