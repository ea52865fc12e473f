"""The chain: how each root is made of the one before, and what is wrong with a chain. Pure: a bundle is checked by it offline."""

from __future__ import annotations

import hashlib
import json
import struct
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from lms.seal.data import NO_CLOSING, Finding, Link, Record

FORMAT = "tremplin-seal/1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = struct.Struct(">5Q")
_RECORD = struct.Struct(">Q16s32s32s")
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def beginning(organisation_key: str) -> bytes:
    """What stands before the first root: another organisation's chain does not begin there."""
    return hashlib.sha256(f"{FORMAT} {organisation_key}".encode()).digest()


def root_of_link(link: Link) -> bytes:
    """SHA-256(0x02 ‖ previous ‖ merkle ‖ facts ‖ closing ‖ number, first row, last row, count, microseconds since 1970)."""
    microseconds = (link.sealed_at - _EPOCH) // timedelta(microseconds=1)
    numbers = _NUMBERS.pack(link.number, link.first_row, link.last_row, link.count, microseconds)
    return hashlib.sha256(b"\x02" + link.previous + link.merkle + link.facts + link.closing + numbers).digest()


def facts_of(salt: bytes, facts: Sequence[Any]) -> bytes:
    """SHA-256(0x03 ‖ salt ‖ the columns as JSON): what the row says beside its bytes, its own number included."""
    told = [_told(value) for value in facts]
    return hashlib.sha256(b"\x03" + salt + _json(told).encode()).digest()


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def digest_of_closing(record: str, rows: bytes) -> bytes:
    """SHA-256(0x04 ‖ SHA-256 of the record ‖ SHA-256 of the list of rows)."""
    parts = (hashlib.sha256(part).digest() for part in (record.encode(), rows))
    return hashlib.sha256(b"\x04" + b"".join(parts)).digest()


def problems(begins: bytes, links: Sequence[Link]) -> Iterator[Finding]:
    """What is wrong with a chain, in the order of its numbers."""
    expected, previous = 1, begins
    for link in links:
        if link.number != expected:
            missing = f"{expected}" if link.number == expected + 1 else f"{expected}-{link.number - 1}"
            yield Finding("link_missing", number=expected, detail=missing)
        elif link.previous != previous:
            yield Finding("link_changed", number=link.number, detail="previous")
        if root_of_link(link) != link.root:
            yield Finding("link_changed", number=link.number, detail="root")
        expected, previous = link.number + 1, link.root
    for before, after in pairwise(links):
        is_empty = after.count == 0
        if after.first_row < before.last_row or (after.first_row == before.last_row and not is_empty):
            yield Finding("link_changed", number=after.number, detail="rows")


def as_json(link: Link) -> dict[str, Any]:
    """A link in a bundle or a proof."""
    return {
        "number": link.number,
        "first_row": link.first_row,
        "last_row": link.last_row,
        "count": link.count,
        "sealed_at": link.sealed_at.isoformat(),
        **{name: getattr(link, name).hex() for name in ("previous", "merkle", "facts", "closing", "root")},
    }


def from_json(said: Mapping[str, Any]) -> Link:
    """The same, read back; raises `KeyError`, `TypeError` or `ValueError` when it is none."""
    hashes: dict[str, Any] = {
        name: bytes.fromhex(said[name]) for name in ("previous", "merkle", "facts", "closing", "root")
    }
    numbers: dict[str, Any] = {name: int(said[name]) for name in ("number", "first_row", "last_row", "count")}
    at = datetime.fromisoformat(said["sealed_at"])
    if any(len(one) != len(NO_CLOSING) for one in hashes.values()) or min(numbers.values()) < 0 or at.tzinfo is None:
        raise ValueError("not a link")
    return Link(**numbers, **hashes, sealed_at=at.astimezone(UTC))


def packed(records: Sequence[Record]) -> bytes:
    """What a piece keeps: 88 bytes a statement."""
    return b"".join(_RECORD.pack(one.row_id, one.name, one.leaf, one.facts) for one in records)


def unpacked(content: bytes) -> list[Record]:
    """The records of a piece; what is cut in the middle is left out, and the tree does not hold then."""
    whole = len(content) // _RECORD.size * _RECORD.size
    return [Record(*parts) for parts in _RECORD.iter_unpack(content[:whole])]


def name_of(statement_id: str) -> bytes:
    """A statement's id as 16 bytes."""
    return uuid.UUID(statement_id).bytes


def named(name: bytes) -> str:
    """The same as text."""
    return str(uuid.UUID(bytes=name))
