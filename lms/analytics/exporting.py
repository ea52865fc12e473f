"""The heat map as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO

from lms.analytics.data import Ground, PersonRow
from lms.kernel.clock import local_day
from lms.kernel.i18n import gettext

BOM = "\ufeff"
SPOOL_BYTES = 1_000_000
"""What of a table is held in memory; the rest waits on the disk."""
PIECE_BYTES = 1 << 16
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(pieces: Iterable[Sequence[PersonRow]], ground: Ground, *, zone: str) -> Iterator[str]:
    """Lines with semicolons, as spreadsheets in French expect; the first one carries the mark of UTF-8."""
    heads = [gettext("Personne"), gettext("Entrée"), gettext("Fin"), gettext("Semaines")]
    for block in ground.blocks:
        heads += [
            gettext("%(block)s : acquises") % {"block": block.title},
            gettext("%(block)s : attendues") % {"block": block.title},
        ]
    yield BOM + _line(heads)
    for rows in pieces:
        yield "".join(_line(_values(row, zone)) for row in rows)


def spooled(lines: Iterable[str]) -> Iterator[bytes]:
    """All the lines, read now, for a slow line must not hold a transaction open; held in a file when they are many."""
    file = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed when it has been read
    for line in lines:
        file.write(line.encode())
    file.seek(0)
    return _pieces(file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def harmless(text: str) -> str:
    """A text that a spreadsheet shows and never runs."""
    return f"'{text}" if text.lstrip(" ").startswith(_RISKY) else text


def _values(row: PersonRow, zone: str) -> list[str]:
    values = [row.name, _day(row.entered_at, zone), _day(row.ended_at, zone), str(row.week)]
    for cell in row.cells:
        values += ["", ""] if cell is None else [str(cell.acquired), str(cell.total)]
    return values


def _day(moment: datetime | None, zone: str) -> str:
    return local_day(moment, zone).isoformat() if moment else ""


def _line(values: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow([harmless(value) for value in values])
    return buffer.getvalue()
