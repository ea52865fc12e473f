"""Machines that speak at `/xapi/`: their credentials."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, select

from lms.kernel.context import Context
from lms.kernel.database import Database
from lms.kernel.rights import NotFound
from lms.kernel.tenancy import across_tenants
from lms.lrs.data import Client, Secret
from lms.lrs.events import ClientAdded, ClientRevoked
from lms.lrs.models import ClientRow

CLIENT_NAME = re.compile(r"[\w .-]{1,50}")
RECHECK_SECONDS = 3.0
REFUSED_SECONDS = 30.0
MOST_KEPT = 10_000

_hasher = PasswordHasher()
_two_at_once = BoundedSemaphore(2)
_CLIENT = select(ClientRow.key, ClientRow.name, ClientRow.organisation_id, ClientRow.secret_hash).where(
    ClientRow.key == bindparam("key"), ClientRow.revoked_at.is_(None)
)


class WrongName(Exception):
    """A name that a machine cannot have."""


@dataclass(slots=True)
class _Verified:
    digest: bytes
    client: Client
    secret_hash: str
    checked_at: float


# argon2 takes 64 MiB and 50 ms: a secret is put through it once, then known by its SHA-256, in this process only.
_verified: dict[str, _Verified] = {}
_refused: dict[tuple[str, bytes], float] = {}


def add_client(ctx: Context, name: str) -> Secret:
    """Give a machine credentials. The same name twice is the same partner with new ones (an act of the operator)."""
    if not CLIENT_NAME.fullmatch(name):
        raise WrongName("a name has 1 to 50 letters, digits, spaces, dots or dashes")
    given = Secret(key=secrets.token_hex(12), secret=secrets.token_urlsafe(32))
    secret_hash = _hasher.hash(given.secret)
    ctx.session.add(
        ClientRow(organisation_id=ctx.here.id, name=name, key=given.key, secret_hash=secret_hash, created_at=ctx.now)
    )
    ctx.tell(ClientAdded(key=given.key))
    return given


def revoke_client(ctx: Context, key: str) -> None:
    """Take the credentials back: what was said stays, nothing more is taken, in a few seconds everywhere."""
    row = ctx.session.scalar(select(ClientRow).where(ClientRow.key == key, ClientRow.revoked_at.is_(None)))
    if row is None:
        raise NotFound(f"no client has the key {key}")
    row.revoked_at = ctx.now
    _verified.pop(key, None)
    ctx.tell(ClientRevoked(key=key))


def organisation_of_client(database: Database, key: str) -> int:
    """In which organisation a key is good, or `NotFound`."""
    with database.read_session() as session, across_tenants(session, "find a client by its key"):
        row = session.execute(_CLIENT, {"key": key}).one_or_none()
    if row is None:
        raise NotFound(f"no client has the key {key}")
    found: int = row.organisation_id
    return found


def client_with(database: Database, key: str, secret: str) -> Client | None:
    """The machine that these credentials name, or None. Slow at its first time: never inside a write transaction."""
    digest, now = hashlib.sha256(secret.encode()).digest(), time.monotonic()
    kept = _verified.get(key)
    if kept is not None and now - kept.checked_at < RECHECK_SECONDS:
        return kept.client if hmac.compare_digest(kept.digest, digest) else None
    with database.read_session() as session, across_tenants(session, "who speaks at /xapi/"):
        row = session.execute(_CLIENT, {"key": key}).one_or_none()
    if row is None:
        _verified.pop(key, None)
        return None
    if kept is not None and kept.secret_hash == row.secret_hash and hmac.compare_digest(kept.digest, digest):
        kept.checked_at = now
        return kept.client
    if not _is_secret(key, secret, digest, row.secret_hash):
        return None
    _make_room(_verified)
    client = Client(row.key, row.name, row.organisation_id)
    _verified[key] = _Verified(digest, client, row.secret_hash, now)
    return client


def _is_secret(key: str, secret: str, digest: bytes, stored: str) -> bool:
    """Whether the secret is right; a wrong one that comes again soon is refused without computing."""
    if time.monotonic() - _refused.get((key, digest), -REFUSED_SECONDS) < REFUSED_SECONDS:
        return False
    with _two_at_once:
        try:
            return _hasher.verify(stored, secret)
        except (VerificationError, InvalidHashError):
            _make_room(_refused)
            _refused[(key, digest)] = time.monotonic()
            return False


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) > MOST_KEPT:
        kept.clear()
