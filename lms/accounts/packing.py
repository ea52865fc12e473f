"""All of a person's data as one ZIP: a page that they can read, the rows as JSON, their own files.

Written as a stream: rows and files go by one after the other, and what is in memory does not grow with them. Rows are asked
for twice, once for the JSON and once for the page, since a ZIP takes one file at a time.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from lms.accounts.telling import Row, told_rows
from lms.contract.types import PersonalData, PersonalFile
from lms.kernel.context import Context
from lms.kernel.files import FileRow, path_of
from lms.kernel.i18n import gettext, ngettext, speech

TEMPLATES = Path(__file__).parent / "templates"
CHUNK = 1 << 16
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_PACKED = (".pdf", ".webp", ".jpg", ".png", ".m4a", ".zip", ".docx", ".xlsx", ".odt", ".ods")
Report = Callable[[int, int], None]
"""Hears how many parts are written, of how many; may raise to stop."""


@dataclass
class _Kept:
    """A file of the person, where it lies in the ZIP."""

    path: str
    name: str


def write_download(ctx: Context, target: IO[bytes], *, data_dir: Path, report: Report) -> None:
    """Write everything that features hold on the person signed in, in the language that is spoken now."""
    date_time = ctx.now.astimezone(ZoneInfo(ctx.here.timezone)).timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        sections = _held(ctx)
        total = 2 * len(sections) + 1
        kept: list[_Kept] = []
        for number, section in enumerate(sections, 1):
            report(number - 1, total)
            _write(archive, f"donnees/{number:02d}-{_file_name(section.title)}.json", _json(section), date_time)
            kept += _write_files(ctx, archive, number, section.files, data_dir, date_time)
        report(len(sections), total)
        titles = [section.title for section in sections]

        def whole() -> Iterator[tuple[str, Iterator[Row]]]:
            for number, section in enumerate(_held(ctx), len(sections) + 1):
                report(number, total)
                yield section.title, told_rows(ctx, section)

        page = _environment().get_template("accounts/download.html")
        words = {"sections": whole(), "titles": titles, "files": kept, "lang": speech().language}
        texts = page.generate(
            **words, dir=speech().direction, name=ctx.subject.name, organisation=ctx.here.name,
            moment=speech().moment(ctx.now, ctx.here.timezone),
        )  # fmt: skip
        _write(archive, "index.html", (text.encode() for text in texts), date_time)
        report(total, total)


def _held(ctx: Context) -> list[PersonalData]:
    """The person's own account first, as on their page."""
    found = ctx.registry.personal_data(ctx, ctx.subject.membership_id)
    return [PersonalData(gettext(one.title), one.rows, one.files) for one in reversed(found)]


def _write(archive: zipfile.ZipFile, path: str, chunks: Iterable[bytes], at: tuple[int, ...]) -> None:
    info = zipfile.ZipInfo(path, at)  # type: ignore[arg-type]
    info.external_attr = 0o644 << 16
    # What is packed already takes time to pack again, and no less room.
    info.compress_type = zipfile.ZIP_STORED if path.lower().endswith(_PACKED) else zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as out:
        for chunk in chunks:
            out.write(chunk)


def _write_files(
    ctx: Context,
    archive: zipfile.ZipFile,
    section: int,
    files: Iterable[PersonalFile],
    data_dir: Path,
    at: tuple[int, ...],
) -> list[_Kept]:
    written = []
    for number, one in enumerate(files, 1):
        stem, _, ending = one.name.rpartition(".")
        name = f"{_file_name(stem)}.{_file_name(ending)}" if stem else _file_name(one.name)
        path = f"fichiers/{section:02d}-{number:03d}-{name}"
        _write(archive, path, one.chunks if one.file_id is None else _bytes_of(ctx, one.file_id, data_dir), at)
        written.append(_Kept(path, one.name))
    return written


def _bytes_of(ctx: Context, file_id: int, data_dir: Path) -> Iterator[bytes]:
    """A kept file in pieces; nothing of one whose bytes are gone."""
    row = ctx.session.get(FileRow, file_id)
    path = path_of(data_dir, row) if row is not None else None
    if path is None or not path.exists():
        return
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def _json(section: PersonalData) -> Iterator[bytes]:
    yield (json.dumps({"title": section.title}, ensure_ascii=False)[:-1] + ', "rows": [').encode()
    separator = "\n"
    for row in section.rows:
        said = {gettext(str(label)): value for label, value in row.items() if value is not None}
        yield (separator + json.dumps(said, ensure_ascii=False, default=_plain)).encode()
        separator = ",\n"
    yield b"\n]}\n"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _file_name(text: str) -> str:
    """A name that every system takes, never a path."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return _UNSAFE.sub("-", plain).strip("-.").lower()[:60] or "fichier"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made
