"""The door for machines, through the real server: writes with folds done, reads, `more` to the end; SQLite and PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from bench.load import Known, Target, ask, walk, write
from bench.site import Site, made
from lms.accounts.models import Membership
from lms.courses.models import Enrolment
from lms.courses.structure import structure
from lms.lrs.clients import add_client
from lms.xapi.api import check, stale_count
from lms.xapi.models import StatementRow
from tests import postgres

KNOWN = 50
ASKED_AGAIN = 500
PATIENCE_SECONDS = 600


def report(statements: int, *, with_postgresql: bool) -> None:
    """Both databases; `statements` are there before the reads."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, made(Path(folder), 100) as site:
        _report_one(site, "SQLite", statements)
    if with_postgresql:
        server = postgres.start()
        with (
            tempfile.TemporaryDirectory(prefix="lms-bench-") as folder,
            made(Path(folder), 100, database_url=server.create("bench")) as site,
        ):
            _report_one(site, "PostgreSQL", statements)
        server.stop()


def _report_one(site: Site, engine: str, statements: int) -> None:
    with served(site) as target:
        print(f"statements at /xapi/, {engine}, acknowledged, half about enrolments of the demo, folds done:")
        folded = 0.0
        for name, clients, each in (
            ("one by one, 4 clients (aim 400/s, p95 25 ms)", 4, 1),
            ("one by one, 16 clients (p95 80 ms)", 16, 1),
            ("50 in a request, 4 clients (aim 4000/s)", 4, 50),
            ("500 in a request, 4 clients (aim 7000/s)", 4, 500),
        ):
            before = time.monotonic()
            result = write(target, clients=clients, each=each)
            result.seconds = time.monotonic() - before + _until_folded(site)
            folded += result.done / 2
            print(result.line(name))
        missing = statements - _count(site)
        if missing > 0:
            write(target, clients=4, each=500, most=missing)
            _until_folded(site)
        print(
            f"  stored: {_count(site)}, {_bytes(site)} bytes on disk each; keys of {KNOWN} enrolments folded again and again"
        )
        for name, clients in (
            ("by agent and verb, 1 client (p95 15 ms)", 1),
            ("by agent and verb, 4 clients (30 ms)", 4),
        ):
            print(ask(target, clients=clients).line(name))
        print(ask(target, clients=1, ids=_ids(site)).line("by id, 1 client (5 ms)"))
        seen, first, last = walk(target)
        print(
            f"  more to the end: {seen} statements, a page of 500 takes {first:.0f} ms at first and {last:.0f} at the end"
        )
        with site.platform.reading(site.organisation_id) as ctx:
            wrong = sum(1 for figure in ctx.registry.figures for _one in check(ctx, figure))
        print(f"  replay: {wrong} differences\n")


@contextmanager
def served(site: Site) -> Iterator[Target]:
    """The real server on the site's data, and a machine with credentials."""
    with site.platform.writing(site.organisation_id) as ctx:
        given = add_client(ctx, "bench")
        structured = structure(ctx, 1)
        activities = tuple(f"{ctx.iri_prefix}/a/{one.key}" for one in structured.activities.values())
        rows = ctx.session.execute(
            select(Membership.uuid, Enrolment.uuid)
            .join(Membership, Membership.id == Enrolment.membership_id)
            .order_by(Enrolment.id)
            .limit(KNOWN)
        ).all()
        known = tuple(Known(ctx.iri_prefix, member, registration, activities) for member, registration in rows)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = site.platform.settings
    environment = {
        **os.environ,
        "LMS_DATA_DIR": str(settings.data_dir),
        "LMS_DATABASE_URL": settings.resolved_database_url,
        "LMS_SECRET_KEY": "b" * 40,
        "LMS_DEVELOPMENT": "1",
        "LMS_LOG_LEVEL": "WARNING",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "lms", "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        yield Target(port, given.key, given.secret, known)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{address} does not answer")


def _until_folded(site: Site) -> float:
    """Seconds until no key waits to be computed."""
    before = time.monotonic()
    while time.monotonic() - before < PATIENCE_SECONDS:
        with site.platform.reading(site.organisation_id) as ctx:
            if stale_count(ctx) == 0:
                return time.monotonic() - before
        time.sleep(0.1)
    raise RuntimeError("figures still wait")


def _count(site: Site) -> int:
    with site.platform.reading(site.organisation_id) as ctx:
        return ctx.session.scalar(select(func.count()).select_from(StatementRow)) or 0


def _ids(site: Site) -> tuple[str, ...]:
    with site.platform.reading(site.organisation_id) as ctx:
        query = select(StatementRow.statement_id).order_by(StatementRow.id.desc()).limit(ASKED_AGAIN)
        return tuple(ctx.session.scalars(query))


def _bytes(site: Site) -> int:
    """Bytes on disk for each statement, indexes and what it names included; the demo's other tables too."""
    if site.platform.database.is_sqlite:
        size = sum(path.stat().st_size for path in Path(site.platform.settings.data_dir).glob("*.db"))
    else:
        with site.platform.database.engine.connect() as connection:
            size = connection.scalar(select(func.pg_database_size(func.current_database()))) or 0
    return size // max(1, _count(site))
