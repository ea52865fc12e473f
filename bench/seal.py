"""The seal: 100,000 statements sealed, verified, one of them proved, and pruned; seconds and peak memory of each command."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.load import statement
from bench.site import Site, made
from lms.seal.models import PieceRow
from lms.xapi.data import NewStatement
from lms.xapi.ledger import append
from lms.xapi.models import StatementRow
from tests import postgres

_AT_ONCE = 1_000
_MEASURED = """
import atexit, resource, sys
from pathlib import Path
from lms.cli import main

def tell():
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    print(used.ru_utime + used.ru_stime, peak, file=sys.stderr)

atexit.register(tell)
main()
"""
"""The command, saying at its end what it took: the peak that a parent hears of is its own, from before the start."""


def report(statements: int, *, with_postgresql: bool) -> None:
    """Both databases."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, made(Path(folder), 30) as site:
        _report_one(site, "SQLite", statements)
    if with_postgresql:
        server = postgres.start()
        with (
            tempfile.TemporaryDirectory(prefix="lms-bench-") as folder,
            made(Path(folder), 30, database_url=server.create("bench")) as site,
        ):
            _report_one(site, "PostgreSQL", statements)
        server.stop()


def _report_one(site: Site, engine: str, statements: int) -> None:
    _fill(site, statements)
    with site.platform.reading(site.organisation_id) as ctx:
        count = ctx.session.scalar(select(func.count()).select_from(StatementRow)) or 0
        last = ctx.session.scalar(select(StatementRow.statement_id).order_by(StatementRow.id.desc()).limit(1)) or ""
    print(f"seal, {engine}, {count} statements, each line a command with its start:")
    _run(site, "seal")
    _run(site, "verify")
    _run(site, "proof", last)
    with site.platform.reading(site.organisation_id) as ctx:
        kept = ctx.session.scalar(select(func.sum(func.length(PieceRow.content)))) or 0
    print(f"  the seal keeps {kept / count:.0f} bytes a statement")
    _run(site, "prune", "--verb", "experienced", "--dry-run")
    _run(site, "prune", "--verb", "experienced")
    _run(site, "verify")
    print()


def _fill(site: Site, statements: int) -> None:
    """Statements of unknown agents, past the door: what is measured here is not how they came."""
    chance = random.Random(7)
    for start in range(0, statements, _AT_ONCE):
        with site.platform.writing(site.organisation_id) as ctx:
            append(ctx, [_new(statement(chance, ()), ctx.now) for _ in range(min(_AT_ONCE, statements - start))])


def _new(said: dict[str, Any], now: datetime) -> NewStatement:
    return NewStatement(
        statement_id=said["id"],
        raw=json.dumps({**said, "stored": said["timestamp"]}),
        verb=said["verb"]["id"],
        activity=said["object"]["id"],
        actor=said["actor"]["mbox"],
        timestamp=said["timestamp"],
        occurred_at=now,
        source="partner:bench",
        version="1.0.3",
        registration=said["context"]["registration"],
        authority=hashlib.sha256(b"bench").hexdigest()[:20],
    )


def _run(site: Site, *words: str) -> None:
    settings = site.platform.settings
    environment = {
        **os.environ,
        "LMS_DATA_DIR": str(settings.data_dir),
        "LMS_DATABASE_URL": settings.resolved_database_url,
        "LMS_SECRET_KEY": "b" * 40,
        "LMS_DEVELOPMENT": "1",
        "LMS_LOG_LEVEL": "WARNING",
    }
    before = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, "ledger", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds, (cpu, peak) = time.monotonic() - before, done.stderr.splitlines()[-1].split()
    said = done.stdout.strip().splitlines()[-1:] or [done.stderr[-300:]]
    name = f"{words[0]}{' --dry-run' if '--dry-run' in words else ''}"
    print(f"  {name:16} {seconds:6.1f} s, {float(cpu):5.1f} s of CPU, peak {int(peak) / 1024:.0f} MB; {said[0][:100]}")
