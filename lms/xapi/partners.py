"""Machines that speak at `/xapi/`: their credentials, and taking in what they say."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, select

from lms.accounts.api import membership_ids_by_uuid
from lms.kernel.context import Context
from lms.kernel.database import Database
from lms.kernel.rights import NotFound
from lms.kernel.tenancy import across_tenants
from lms.xapi.data import Client, NotYours, OtherContent, Secret, Unacceptable
from lms.xapi.events import ClientAdded, ClientRevoked
from lms.xapi.incoming import Incoming, fixed, is_same, pseudonym_of
from lms.xapi.ledger import enter, may_void
from lms.xapi.models import ClientRow, StatementRow

CLIENT_NAME = re.compile(r"[\w .-]{1,50}")
RECHECK_SECONDS = 3.0
REFUSED_SECONDS = 30.0
MOST_KEPT = 10_000
_CHUNK = 500

_hasher = PasswordHasher()
_two_at_once = BoundedSemaphore(2)
_CLIENT = select(ClientRow.key, ClientRow.name, ClientRow.organisation_id, ClientRow.secret_hash).where(
    ClientRow.key == bindparam("key"), ClientRow.revoked_at.is_(None)
)
_KNOWN = select(StatementRow.statement_id, StatementRow.source, StatementRow.raw).where(
    StatementRow.statement_id.in_(bindparam("ids", expanding=True))
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


def receive(ctx: Context, client: Client, statements: Sequence[Incoming]) -> list[str]:
    """Take in what a machine says, all or nothing; returns the ids in the order of the request.

    An id that is known with the same content changes nothing; with another one it is `OtherContent`.
    """
    _check_voiding(ctx, client, statements)
    stored, prefix = ctx.now, ctx.iri_prefix
    names = {name for one in statements if (name := pseudonym_of(one, prefix))}
    members = membership_ids_by_uuid(ctx, names) if names else {}
    rows = [
        fixed(one, prefix=prefix, client_key=client.key, source=client.source, stored=stored, members=members)
        # In one order for everybody: two requests with the same ids never wait for each other.
        for one in sorted(statements, key=lambda one: one.id)
    ]
    new = enter(ctx, rows, stored=stored)
    _check_known(ctx, {one.id: one for one in statements if one.id not in new})
    return [one.id for one in statements]


def _check_known(ctx: Context, known: dict[str, Incoming]) -> None:
    for row in _rows_of(ctx, sorted(known)):
        if not row.raw or not is_same(known[row.statement_id], row.raw):
            raise OtherContent(f"id: {row.statement_id} is known with another content")


def _check_voiding(ctx: Context, client: Client, statements: Sequence[Incoming]) -> None:
    targets = sorted({one.voids for one in statements if one.voids is not None})
    for row in _rows_of(ctx, targets):
        if not may_void(client.source, row.source):
            raise NotYours(f"object.id: {row.statement_id} was said by another; only staff void it")
    own = {one.id for one in statements if one.voids is not None}
    if own & set(targets):
        raise Unacceptable("object.id: a voiding statement does not void another voiding one")


def _rows_of(ctx: Context, names: Sequence[str]) -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(names), _CHUNK):
        found += ctx.session.execute(_KNOWN, {"ids": names[start : start + _CHUNK]}).all()
    return found
