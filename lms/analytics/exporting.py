"""The heat map as a list for a spreadsheet: one line for each person, two columns for each block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from lms.analytics.data import Ground, PersonRow
from lms.kernel.clock import local_day
from lms.kernel.i18n import gettext, mark
from lms.kernel.sheets import Cell, Column, Sheet


def heat_sheet(pieces: Iterable[Sequence[PersonRow]], ground: Ground, *, name: str, zone: str) -> Sheet:
    """All the people, from pieces that are read as the file is written."""
    columns = [
        Column(mark("Personne"), lambda row: row.name, 28),
        Column(mark("Entrée"), lambda row: local_day(row.entered_at, zone)),
        Column(mark("Fin"), lambda row: local_day(row.ended_at, zone) if row.ended_at else None),
        Column(mark("Semaines"), lambda row: row.week),
    ]
    for place, block in enumerate(ground.blocks):
        said = {"block": block.title}
        columns += [
            Column(gettext("%(block)s : acquises") % said, _level(place, "acquired")),
            Column(gettext("%(block)s : attendues") % said, _level(place, "total")),
        ]
    return Sheet(name, mark("Acquis"), columns, chain.from_iterable(pieces))


def _level(place: int, which: str) -> Callable[[Any], Cell]:
    def cell(row: PersonRow) -> Cell:
        found = row.cells[place]
        value: int | None = None if found is None else getattr(found, which)
        return value

    return cell
