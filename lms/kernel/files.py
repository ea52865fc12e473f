"""Files: kept by SHA-256 within an organisation, typed by content, served through the right of what holds them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import BigInteger, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.context import Context
from lms.kernel.database import Base
from lms.kernel.tenancy import OrganisationOwned

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"WEBVTT", "text/vtt"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
_BRANDS = {b"avif": "image/avif", b"avis": "image/avif", b"M4A ": "audio/mp4"}


class FileRow(OrganisationOwned, Base):
    """A file's name and type; its bytes lie in the data folder under its hash."""

    __tablename__ = "kernel_file"
    __retention__ = "evidence"
    __table_args__ = (UniqueConstraint("organisation_id", "sha256"),)

    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))


def media_type_of(head: bytes) -> str:
    """The type that the first bytes show; text when they read as UTF-8, else unknown bytes."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    try:
        head.decode()
    except UnicodeDecodeError as wrong:
        if wrong.start < len(head) - 4:
            return "application/octet-stream"
    return "application/octet-stream" if b"\x00" in head else "text/plain"


def keep_file(ctx: Context, data_dir: Path, *, name: str, chunks: Iterable[bytes]) -> FileRow:
    """Keep bytes under their hash. The disk is written first: a row never names bytes that are not there."""
    folder = data_dir / "files" / str(ctx.here.id)
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as target:
        try:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                head = head or chunk[:512]
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        except BaseException:
            Path(target.name).unlink(missing_ok=True)
            raise
    Path(target.name).replace(folder / digest.hexdigest())
    found = ctx.session.scalar(select(FileRow).where(FileRow.sha256 == digest.hexdigest()))
    if found is None:
        found = FileRow(
            organisation_id=ctx.here.id,
            sha256=digest.hexdigest(),
            size=size,
            media_type=media_type_of(head),
            name=name[:200],
        )
        ctx.session.add(found)
        ctx.session.flush()
    return found


def path_of(data_dir: Path, file: FileRow) -> Path:
    """Where the bytes lie."""
    return data_dir / "files" / str(file.organisation_id) / file.sha256
