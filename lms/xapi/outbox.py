"""What a phone's outbox sends: formats are read for 18 months after the one that follows them (docs/phone.md)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from lms.xapi import formats
from lms.xapi.data import Sent, Unacceptable

MOST_INTENTS = 200
MOST_BYTES = 1_000_000
_KIND = re.compile(r"[a-z][a-z0-9_.]{0,59}")


@dataclass(frozen=True, slots=True)
class Row:
    """One act of a delivery: as sent, or what can be kept of it when it cannot be read."""

    id: str
    sent: Sent | None = None
    kept: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one request brought."""

    format: int
    rows: tuple[Row, ...]


def read_delivery(body: bytes, now: datetime) -> Delivery:
    """A delivery, or `Unacceptable` when nothing in it can be read; a row that cannot be read harms no other."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Unacceptable("the body is not JSON") from None
    number = decoded.get("format") if isinstance(decoded, dict) else None
    reader = FORMATS.get(number) if isinstance(number, int) else None
    if reader is None:
        raise Unacceptable(f"format: known ones are {', '.join(str(known) for known in FORMATS)}")
    return reader(decoded, now)


def _read_format_1(decoded: Mapping[str, Any], now: datetime) -> Delivery:
    """`{format: 1, sent_at, intents: [{id, kind, payload, made_at}]}`."""
    intents = decoded.get("intents")
    if not isinstance(intents, list) or len(intents) > MOST_INTENTS:
        raise Unacceptable(f"intents: a list of {MOST_INTENTS} at most")
    sent_at = _moment(decoded.get("sent_at")) or now
    return Delivery(1, tuple(_row_of_format_1(one, sent_at) for one in intents))


def _row_of_format_1(row: Any, sent_at: datetime) -> Row:
    if not isinstance(row, dict):
        return Row("")
    name, kind, payload = row.get("id"), row.get("kind"), row.get("payload")
    made_at = _moment(row.get("made_at"))
    readable = isinstance(kind, str) and _KIND.fullmatch(kind) and isinstance(payload, dict) and made_at is not None
    if not isinstance(name, str) or not formats.UUID.fullmatch(name):
        return Row(str(name)[:60] if isinstance(name, str | int) else "")
    known_as = str(uuid.UUID(name))
    if not readable or made_at is None or not isinstance(kind, str) or not isinstance(payload, dict):
        return Row(known_as, kept=row)
    return Row(known_as, Sent(known_as, kind, payload, made_at, sent_at))


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        return formats.moment_of(text)
    except ValueError:
        return None


FORMATS: Mapping[int, Callable[[Mapping[str, Any], datetime], Delivery]] = MappingProxyType({1: _read_format_1})
"""Every number that phones may still send. One goes away 18 months after the day on which the next one came."""

MOST_AGE = timedelta(days=400)
"""How long an act may wait on a device; an age beyond is a clock that was wrong when it was made."""


def corrected(made_at: datetime, *, sent_at: datetime, received_at: datetime) -> datetime:
    """When something was made, by our clock: what the device's clock said at delivery tells by how much it is wrong.

    Nothing happens in the future; a clock that makes no sense tells nothing.
    """
    age = sent_at - made_at
    return received_at - age if timedelta() <= age <= MOST_AGE else received_at
