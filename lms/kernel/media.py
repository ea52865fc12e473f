"""Pictures, voices and files that people send: made small and harmless before they are kept.

Two steps, because converting takes longer than a transaction may: `prepare` outside of it, `keep_media` inside. Who may see
a medium is decided by what holds it: a feature's row names it, and the feature's page sends it.
"""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ForeignKey, Index, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.contract.types import PersonalFile
from lms.kernel.context import Context
from lms.kernel.database import Base, Keyed
from lms.kernel.files import FileRow, keep_file, media_type_of, path_of
from lms.kernel.rights import NotFound
from lms.kernel.tenancy import OrganisationOwned

log = logging.getLogger(__name__)
PHOTO, VOICE, FILE = "photo", "voice", "file"
MAX_BYTES = 20_000_000
_SECONDS = 90
_FORGOTTEN = "forgotten_bytes"
_MOST_UNPACKED = 200_000_000
_PICTURE_OR_FILM = ("image/", "video/", "audio/")
_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_PLAIN = {".txt": "text/plain", ".csv": "text/csv"}
_MACROS = ("vbaproject", "basic/", "scripts/", "activex")


class MediaRow(OrganisationOwned, Keyed, Base):
    """A picture, a voice or a file. What it is about, and whose it is, stands in the row that names it."""

    __tablename__ = "kernel_media"
    __retention__ = "evidence"
    __table_args__ = (Index(None, "key", unique=True),)

    kind: Mapped[str] = mapped_column(String(10))
    file_id: Mapped[int] = mapped_column(ForeignKey("kernel_file.id"))
    small_id: Mapped[int | None] = mapped_column(ForeignKey("kernel_file.id"))
    """The same picture for lists, 480 pixels at the most."""
    name: Mapped[str] = mapped_column(String(200))
    seconds: Mapped[float | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    alt: Mapped[str] = mapped_column(String(500), default="")
    """What the picture shows, for who does not see it."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A medium as pages speak of it. `seconds` of a voice, `width` and `height` of a picture in pixels, `size` in bytes."""

    id: int
    key: str
    kind: str
    name: str
    media_type: str
    size: int
    seconds: float | None
    width: int | None
    height: int | None
    alt: str
    has_small: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came, ready to be kept."""

    kind: str
    name: str
    full: bytes
    small: bytes = b""
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    is_cut: bool = False
    """A voice of which only the beginning has come."""
    media_type: str = ""
    """Where the bytes alone do not tell: a spreadsheet is a zip."""


class MediaRefused(Exception):
    """What came cannot be taken; `reason` is a code of `lms.kernel.uploading.SENTENCES`."""

    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.name = name


def prepare(name: str, data: bytes, *, accepts: Collection[str]) -> Prepared:
    """Make what came small and harmless, or say why not. Slow (up to some seconds): never inside a transaction."""
    name = Path(name.replace("\\", "/")).name[-200:] or "fichier"
    if not data:
        raise MediaRefused("empty", name)
    if len(data) > MAX_BYTES:
        raise MediaRefused("large", name)
    kind = _kind_of(data[:512])
    if kind == "video" and VOICE in accepts:  # a phone's recorder writes sound into a film's container
        kind = VOICE
    if kind not in accepts:
        raise MediaRefused(f"{kind}_not_wanted", name)
    return _document(name, data) if kind == FILE else _converted(kind, name, data)


def keep_media(ctx: Context, data_dir: Path, prepared: Prepared, *, alt: str = "") -> MediaRow:
    """Keep what was prepared. The caller's row names it, and the caller has asked for the right."""
    files = [
        keep_file(ctx, data_dir, name=prepared.name, chunks=[part]).id
        for part in (prepared.full, prepared.small)
        if part
    ]
    row = MediaRow(
        organisation_id=ctx.here.id,
        kind=prepared.kind,
        file_id=files[0],
        small_id=files[1] if len(files) > 1 else None,
        name=prepared.name,
        seconds=prepared.seconds,
        width=prepared.width,
        height=prepared.height,
        alt=alt.strip()[:500],
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


_INFOS = (
    select(MediaRow, FileRow.media_type, FileRow.size)
    .join(FileRow, FileRow.id == MediaRow.file_id)
    .where(MediaRow.id.in_(bindparam("ids", expanding=True)))
)


def media_infos(ctx: Context, ids: Iterable[int]) -> dict[int, MediaInfo]:
    """Id → what pages say of it, in one query. The caller has asked for the right of what holds them."""
    wanted = sorted(set(ids))
    rows = ctx.session.execute(_INFOS, {"ids": wanted}) if wanted else ()
    return {row.id: _info(row, media_type, size) for row, media_type, size in rows}


def media_file(ctx: Context, media_id: int, *, small: bool = False) -> FileRow:
    """The file of a medium; its small version where there is one. The caller has asked for the right of what holds it."""
    row = ctx.session.get(MediaRow, media_id)
    if row is None:
        raise NotFound
    found: FileRow | None = ctx.session.get(FileRow, (small and row.small_id) or row.file_id)
    if found is None:
        raise NotFound
    return found


def forget_media(ctx: Context, ids: Iterable[int]) -> list[str]:
    """Forget media that no row names any more. Returns the SHA-256 of the bytes that are nobody's now: see `remove_bytes`."""
    wanted = sorted(set(ids))
    rows = list(ctx.session.scalars(select(MediaRow).where(MediaRow.id.in_(wanted)))) if wanted else []
    files = {one for row in rows for one in (row.file_id, row.small_id) if one is not None}
    for row in rows:
        ctx.session.delete(row)
    ctx.session.flush()
    return forget_files(ctx, files)


def forget_files(ctx: Context, files: Collection[int]) -> list[str]:
    """Forget those of these files that no row names any more; returns the SHA-256 of their bytes: see `remove_bytes`."""
    gone = ctx.session.scalars(select(FileRow).where(FileRow.id.in_(set(files) - _named_files(ctx, files)))).all()
    names = [file.sha256 for file in gone]
    for file in gone:
        ctx.session.delete(file)
    ctx.session.flush()
    ctx.session.info.setdefault(_FORGOTTEN, set()).update(names)
    return names


def forgotten_bytes(ctx: Context) -> set[str]:
    """What this session has forgotten so far: whoever commits may take it off the disk afterwards."""
    return set(ctx.session.info.get(_FORGOTTEN, ()))


def personal_files(ctx: Context, ids: Iterable[int]) -> list[PersonalFile]:
    """Media as files of the person who sent or received them, for the download of all their data."""
    wanted = sorted(set(ids))
    query = select(MediaRow.name, MediaRow.file_id).where(MediaRow.id.in_(wanted)).order_by(MediaRow.id)
    return [PersonalFile(row.name, row.file_id) for row in ctx.session.execute(query)] if wanted else []


def remove_bytes(ctx: Context, data_dir: Path, names: Iterable[str], *, before: datetime) -> None:
    """Take bytes off the disk that no file names: unless the same ones were sent again since `before`."""
    wanted = set(names)
    kept = set(ctx.session.scalars(select(FileRow.sha256).where(FileRow.sha256.in_(wanted))))
    for name in wanted - kept:
        path = data_dir / "files" / str(ctx.here.id) / name
        if path.exists() and path.stat().st_mtime <= before.timestamp():
            path.unlink()


def _named_files(ctx: Context, files: Collection[int]) -> set[int]:
    """Those of these files that some row of some table still names."""
    found: set[int] = set()
    for mapper in Base.registry.mappers:
        for column in mapper.local_table.columns:
            if any(key.column.table is FileRow.__table__ for key in column.foreign_keys):
                naming = getattr(mapper.class_, mapper.get_property_by_column(column).key)
                found |= set(ctx.session.scalars(select(naming).where(naming.in_(files))))
    return found


def bytes_of(data_dir: Path, file: FileRow) -> bytes:
    """The bytes of a file: for bundles and downloads."""
    return path_of(data_dir, file).read_bytes()


def _info(row: MediaRow, media_type: str, size: int) -> MediaInfo:
    return MediaInfo(
        row.id, row.key, row.kind, row.name, _OFFICE.get(_ending(row.name), media_type), size,
        row.seconds, row.width, row.height, row.alt, row.small_id is not None,
    )  # fmt: skip


def _kind_of(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"):
            return PHOTO
        return VOICE if brand in (b"M4A ", b"M4B ") else "video"
    kind = media_type_of(head)
    if kind == "application/octet-stream" and (head[:4] == b"RIFF" or head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9") or head[:5] == b"#!AMR"):  # fmt: skip
        return VOICE
    return {"image": PHOTO, "audio": VOICE, "video": "video"}.get(kind.partition("/")[0], FILE)


def _ending(name: str) -> str:
    return Path(name).suffix.lower()


def _document(name: str, data: bytes) -> Prepared:
    """Papers of known kinds only, and nothing that a computer would run."""
    kind, ending = media_type_of(data[:512]), _ending(name)
    if kind == "application/pdf":
        return Prepared(FILE, name, data, media_type=kind)
    if kind == "text/plain" and ending in _PLAIN and media_type_of(data) == "text/plain":
        return Prepared(FILE, name, data, media_type=_PLAIN[ending])
    if kind == "application/zip" and ending in _OFFICE:
        _refuse_macros(name, data)
        return Prepared(FILE, name, data, media_type=_OFFICE[ending])
    raise MediaRefused("file_kind", name)


def _refuse_macros(name: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            inside = packed.infolist()
    except zipfile.BadZipFile as wrong:
        raise MediaRefused("file_broken", name) from wrong
    if sum(one.file_size for one in inside) > _MOST_UNPACKED:
        raise MediaRefused("file_bomb", name)
    names = [one.filename.lower() for one in inside]
    if any(part in one for one in names for part in _MACROS):
        raise MediaRefused("file_macros", name)
    if not any(one in ("[content_types].xml", "mimetype") for one in names):
        raise MediaRefused("file_kind", name)


def _converted(kind: str, name: str, data: bytes) -> Prepared:
    """Pictures and sound go through a process of their own (`lms.kernel.converting`)."""
    command = [sys.executable, "-m", "lms.kernel.converting", kind]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        raise MediaRefused("too_much", name) from late
    line, _, rest = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        log.warning("converting a %s ended with %s", kind, done.returncode)
        raise MediaRefused("too_much", name)
    found = json.loads(line)
    if "refused" in found:
        raise MediaRefused(found["refused"], name)
    full, small = rest[: found["full"]], rest[found["full"] :]
    name = f"{Path(name).stem[:150]}.{'webp' if kind == PHOTO else 'm4a'}"
    return Prepared(
        kind, name, full, small, seconds=found.get("seconds"), width=found.get("width"), height=found.get("height"),
        is_cut=found.get("is_cut", False),
    )  # fmt: skip
