"""A ZIP written as a stream: each file is hashed while it goes by, and only its name, size and hash are kept.

The envelope itself is sealed too: the archive's comment is the SHA-256 of every byte before it, so that a change in
what lies between the files (dates, attributes) is noticed as well.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import IO, Self
from zoneinfo import ZoneInfo

from lms.quality.data import Written

CHUNK = 1 << 16
SEAL_LENGTH = 64
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class UnsafePath(Exception):
    """A name that could leave the folder where people unpack, or that stands twice in the bundle."""


class Archive:
    """A bundle being written to a file that can seek. Same content at the same moment gives the same bytes."""

    def __init__(self, target: IO[bytes], *, at: datetime, zone: str, listing: IO[bytes]) -> None:
        self._target = target
        self._zip = zipfile.ZipFile(target, "w", allowZip64=True)
        self._date = at.astimezone(ZoneInfo(zone)).timetuple()[:6]
        self._listing = listing
        self._seen: set[bytes] = set()
        self.files = 0
        self.size = 0

    def __enter__(self) -> Self:
        """Written until `close`, or abandoned."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """After a failure what was written is worth nothing: only let go of the file."""
        if kind is not None:
            with suppress(OSError, ValueError):
                self._zip.close()

    def add(self, path: str, chunks: Iterable[bytes]) -> Written:
        """Write a file; its name, size and hash go to the listing."""
        self._check(path)
        info = zipfile.ZipInfo(path, self._date)
        info.external_attr = 0o644 << 16
        # A PDF is compressed inside; to deflate it again costs time and saves nothing.
        info.compress_type = zipfile.ZIP_STORED if path.endswith(".pdf") else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as out:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
        written = Written(path, size, digest.hexdigest())
        self._listing.write(json.dumps([written.path, written.size, written.sha256]).encode() + b"\n")
        self.files += 1
        self.size += size
        return written

    def listed(self) -> Iterator[Written]:
        """Every file so far, read back from the listing."""
        self._listing.seek(0)
        for line in self._listing:
            yield Written(*json.loads(line))
        self._listing.seek(0, 2)

    def close(self) -> int:
        """Write the table of contents, then the seal; returns the archive's length."""
        self._zip.close()
        self._target.seek(-2, 2)
        self._target.write(struct.pack("<H", SEAL_LENGTH))
        seal = digest_of(self._target)
        self._target.seek(0, 2)
        self._target.write(seal.encode())
        self._target.flush()
        return self._target.tell()

    def _check(self, path: str) -> None:
        if not _SAFE.fullmatch(path) or len(path) > 200:
            raise UnsafePath(path)
        # Eight bytes a name: two files of one bundle have the same ones once in 10^13 bundles.
        mark = hashlib.blake2b(path.casefold().encode(), digest_size=8).digest()
        if mark in self._seen:
            raise UnsafePath(f"twice: {path}")
        self._seen.add(mark)


def digest_of(source: IO[bytes], length: int | None = None) -> str:
    """SHA-256 of a file's bytes, or of its first `length` ones."""
    source.seek(0)
    digest, left = hashlib.sha256(), length
    while chunk := source.read(CHUNK if left is None else min(CHUNK, left)):
        digest.update(chunk)
        if left is not None:
            left -= len(chunk)
    return digest.hexdigest()


def chunks_of(source: IO[bytes]) -> Iterator[bytes]:
    """A file's bytes in pieces, from its beginning."""
    source.seek(0)
    while chunk := source.read(CHUNK):
        yield chunk


def encoded(texts: Iterable[str], size: int = CHUNK // 8) -> Iterator[bytes]:
    """Small texts gathered into pieces of some size."""
    held: list[str] = []
    length = 0
    for text in texts:
        held.append(text)
        length += len(text)
        if length >= size:
            yield "".join(held).encode()
            held, length = [], 0
    if held:
        yield "".join(held).encode()
