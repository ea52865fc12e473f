"""Who speaks at `/xapi/`: a machine, or an activity that was launched, by the key and the secret that it shows.

What the database says of a key is kept in memory for some seconds: no request asks it again, and what was revoked, rotated or
given another end is so in every process after `RECHECK_SECONDS`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from lms.kernel.database import Database
from lms.kernel.rights import NotFound
from lms.kernel.tenancy import across_tenants
from lms.lrs.data import LAUNCHED, Bounds, Client, NotYours, WrongCredentials
from lms.lrs.hashing import hash_of, is_hashed_slowly, is_old_secret, is_secret
from lms.lrs.models import ClientRow, SessionRow
from lms.lrs.sessions import SESSION, end_of

RECHECK_SECONDS = 3.0
MOST_KEPT = 10_000

_CLIENT = select(
    ClientRow.key, ClientRow.name, ClientRow.organisation_id, ClientRow.secret_hash, ClientRow.old_secret_hash,
    ClientRow.old_secret_until, ClientRow.expires_at, ClientRow.scopes, ClientRow.dropped_verbs,
).where(ClientRow.key == bindparam("key"), ClientRow.revoked_at.is_(None))  # fmt: skip
_SESSION = select(
    SessionRow.key, SessionRow.organisation_id, SessionRow.secret_hash, SessionRow.actor, SessionRow.registration,
    SessionRow.activity, SessionRow.expires_at, SessionRow.ended_at,
).where(SessionRow.key == bindparam("key"))  # fmt: skip


@dataclass(slots=True)
class _Known:
    """What the database said of a key."""

    client: Client
    secrets: tuple[tuple[str, datetime | None], ...]
    """Each hash, and until when it is good."""
    until: datetime | None
    """Nothing is taken from then on."""
    checked_at: float
    proved: set[tuple[str, str]] = field(default_factory=set)
    """(digest, hash) of secrets that a slow hash has proved to be right."""
    refused: set[tuple[str, str]] = field(default_factory=set)


_known: dict[str, _Known] = {}


def client_with(
    database: Database, key: str, secret: str, *, now: datetime, may_hash: Callable[[], bool] = lambda: True
) -> Client:
    """The machine that these credentials name; else `WrongCredentials`, or `NotYours` where a session is over.

    `may_hash`: asked before a slow hash is computed, which happens once for credentials of before. Never call this inside a
    write transaction.
    """
    known = _of_key(database, key)
    if known is None or not _shows_secret(known, secret, now, may_hash):
        raise WrongCredentials
    if known.until is not None and now >= known.until:
        if known.client.bounds is not None:
            raise NotYours("this session is over; launch the activity again")
        raise WrongCredentials(f"credentials: expired on {known.until:%Y-%m-%d}")
    return known.client


def organisation_of_client(database: Database, key: str) -> int:
    """In which organisation a machine's key is good, or `NotFound`."""
    with database.read_session() as session, across_tenants(session, "find a client by its key"):
        row = session.execute(_CLIENT, {"key": key}).one_or_none()
    if row is None:
        raise NotFound(f"no client has the key {key}")
    found: int = row.organisation_id
    return found


def forget(key: str | None = None) -> None:
    """Ask the database again about a key, or about all of them: in this process, what was changed holds at once."""
    if key is None:
        _known.clear()
    else:
        _known.pop(key, None)


def _of_key(database: Database, key: str) -> _Known | None:
    before, asked_at = _known.get(key), time.monotonic()
    if before is not None and asked_at - before.checked_at < RECHECK_SECONDS:
        return before
    is_session = key.startswith(SESSION)
    with database.read_session() as session, across_tenants(session, "who speaks at /xapi/"):
        row = session.execute(_SESSION if is_session else _CLIENT, {"key": key}).one_or_none()
    if row is None:
        _known.pop(key, None)
        return None
    found = _launched(row, asked_at) if is_session else _machine(row, asked_at)
    if before is not None:
        found.proved, found.refused = before.proved, before.refused
    if len(_known) > MOST_KEPT:
        _known.clear()
    _known[key] = found
    return found


def _machine(row: Any, asked_at: float) -> _Known:
    client = Client(row.key, row.name, row.organisation_id, frozenset(row.scopes), frozenset(row.dropped_verbs))
    secrets: tuple[tuple[str, datetime | None], ...] = ((row.secret_hash, None),)
    if row.old_secret_hash is not None and row.old_secret_until is not None:
        secrets += ((row.old_secret_hash, row.old_secret_until),)
    return _Known(client, secrets, row.expires_at, asked_at)


def _launched(row: Any, asked_at: float) -> _Known:
    bounds = Bounds(row.actor, row.registration, row.activity)
    client = Client(row.key, "", row.organisation_id, LAUNCHED, bounds=bounds)
    return _Known(client, ((row.secret_hash, None),), end_of(row.expires_at, row.ended_at), asked_at)


def _shows_secret(known: _Known, secret: str, now: datetime, may_hash: Callable[[], bool]) -> bool:
    digest = hash_of(secret)
    for stored, until in known.secrets:
        if until is not None and now >= until:
            continue
        if (
            _is_slowly_right(known, secret, digest, stored, may_hash)
            if is_hashed_slowly(stored)
            else is_secret(digest, stored)
        ):
            return True
    return False


def _is_slowly_right(known: _Known, secret: str, digest: str, stored: str, may_hash: Callable[[], bool]) -> bool:
    """A password hash is computed once for each secret that comes, right or wrong; then it is known, in this process only."""
    pair = (digest, stored)
    if pair in known.proved:
        return True
    if pair in known.refused or not may_hash():
        return False
    is_right = is_old_secret(secret, stored)
    kept = known.proved if is_right else known.refused
    if len(kept) > MOST_KEPT:
        kept.clear()
    kept.add(pair)
    return is_right
