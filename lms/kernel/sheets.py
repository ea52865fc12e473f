"""Lists as files for a spreadsheet: a list declares its columns once, and CSV and XLSX come from them.

What people write is never run: in CSV a cell that a spreadsheet would take for a formula is quoted, in XLSX every text is
stored as text. Files wait in memory while they are small, then on the disk, so a long list costs no memory and a slow line
holds no transaction open.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter

from lms.kernel.i18n import gettext

CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {CSV: "text/csv", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
SPOOL_BYTES = 1_000_000
"""What of a file is held in memory; the rest waits on the disk."""
PIECE_BYTES = 1 << 16
LONGEST_TEXT = 32_000
"""A cell of XLSX holds 32 767 characters."""
MOST_ROWS = 1_048_575
"""A sheet of XLSX holds as many, under its heads; the CSV has no such end."""
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\']")

Cell = str | int | float | bool | date | datetime | None
"""What a column gives: a moment is told in the zone of the organisation; None is unknown, an empty cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its French head (`mark`), or a head that is ready, and the cell of a row."""

    head: str
    cell: Callable[[Any], Cell]
    width: int = 18


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list that can be taken away. `name` is the file's, without ending; `title` that of the sheet inside."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Any]
    zone: str = "UTC"


def written(sheet: Sheet, form: str) -> Iterator[bytes]:
    """The file, made now, in pieces. `KeyError` for a form that is neither "csv" nor "xlsx"."""
    write = _WRITERS[form]
    target = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed when it has been read
    try:
        write(sheet, target)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return _pieces(target)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _write_csv(sheet: Sheet, target: IO[bytes]) -> None:
    """Semicolons, as spreadsheets in French expect, and the mark of UTF-8."""
    target.write(b"\xef\xbb\xbf" + csv_line([gettext(column.head) for column in sheet.columns]))
    for row in sheet.rows:
        target.write(csv_line([_local(column.cell(row), sheet.zone) for column in sheet.columns]))


def csv_line(cells: Iterable[Cell]) -> bytes:
    """One line; numbers as French spreadsheets read them, days as 2026-11-23."""
    line = io.StringIO()
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow([_csv_cell(cell) for cell in cells])
    return line.getvalue().encode()


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return gettext("oui") if cell else gettext("non")
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.4f}".rstrip("0").rstrip(".").replace(".", ",")
    return str(cell) if isinstance(cell, int) else harmless(cell)


def harmless(text: str) -> str:
    """A text that a spreadsheet shows and never runs."""
    return f"'{text}" if text.lstrip(" \n").startswith(_RISKY) else text


def _write_xlsx(sheet: Sheet, target: IO[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        options = {"constant_memory": True, "tmpdir": folder, "default_date_format": "yyyy-mm-dd"}
        book = xlsxwriter.Workbook(target, options)
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        _fill(book, sheet)
        book.close()


def _fill(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(_FORBIDDEN_IN_NAMES.sub(" ", gettext(sheet.title))[:31].strip() or "1")
    heads = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, gettext(column.head)[:LONGEST_TEXT], heads)
    for number, row in enumerate(sheet.rows, 1):
        if number > MOST_ROWS:
            break
        for place, column in enumerate(sheet.columns):
            _put(page, number, place, _local(column.cell(row), sheet.zone), moments)


def _put(page: Any, number: int, place: int, cell: Cell, moments: Any) -> None:
    """Texts are written as texts, whatever they begin with: neither a formula nor a link is ever made."""
    if cell is None:
        return
    if isinstance(cell, bool):
        page.write_string(number, place, gettext("oui") if cell else gettext("non"))
    elif isinstance(cell, datetime):
        page.write_datetime(number, place, cell, moments)
    elif isinstance(cell, date):
        page.write_datetime(number, place, cell)
    elif isinstance(cell, int | float):
        page.write_number(number, place, cell)
    else:
        page.write_string(number, place, cell[:LONGEST_TEXT])


def _local(cell: Cell, zone: str) -> Cell:
    """Moments as the clocks of the organisation show them, for spreadsheets know no zones."""
    return cell.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if isinstance(cell, datetime) else cell


_WRITERS = {CSV: _write_csv, XLSX: _write_xlsx}
