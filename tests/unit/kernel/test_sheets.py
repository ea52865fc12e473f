"""Lists that are taken away: the same columns make both files, and no spreadsheet runs what people write."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from lms.kernel.sheets import LONGEST_TEXT, SPOOL_BYTES, Column, Sheet, harmless, written

ATTACKS = ["=1+1", "+33", "-2", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x.invalid";"ici")']
PAGE = "xl/worksheets/sheet1.xml"


def sheet(rows: Iterable[Any], *columns: Column, title: str = "Liste") -> Sheet:
    return Sheet("liste", title, columns or [Column("Nom", lambda row: row)], rows, "Europe/Paris")


def book(made: Sheet) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(written(made, "xlsx"))))


def page_of(made: Sheet) -> str:
    return book(made).read(PAGE).decode()


@pytest.mark.parametrize("text", ATTACKS)
def test_what_looks_like_a_formula_is_quoted_in_a_csv(text: str) -> None:
    assert harmless(text) == "'" + text
    assert harmless("Aïssatou") == "Aïssatou"
    assert b"".join(written(sheet([text]), "csv")).decode("utf-8-sig").split("\r\n", 1)[1].lstrip('"')[0] == "'"


@pytest.mark.parametrize("text", [*ATTACKS, "http://x.invalid", "internal:A1", "{=SUM(A1)}"])
def test_what_looks_like_a_formula_or_a_link_is_a_text_in_a_workbook(text: str) -> None:
    made = book(sheet([text], Column(text, lambda row: row), title=text))
    page = made.read(PAGE).decode()
    assert "<f>" not in page
    assert "hyperlink" not in page
    assert not [name for name in made.namelist() if "externalLinks" in name or "vba" in name.lower()]
    assert {cell.get("t") for cell in ET.fromstring(page).iter() if cell.tag.endswith("}c")} == {"inlineStr"}


def test_both_files_say_the_same_of_each_kind_of_cell() -> None:
    columns = [Column(str(place), lambda row, place=place: row[place]) for place in range(7)]
    row = ["Aïssatou", 3, 0.5, True, None, date(2026, 11, 23), datetime(2026, 11, 23, 23, 30, tzinfo=UTC)]
    line = b"".join(written(sheet([row], *columns), "csv")).decode("utf-8-sig").split("\r\n")[1]
    assert line == "Aïssatou;3;0,5;oui;;2026-11-23;2026-11-24 00:30"
    page = page_of(sheet([row], *columns))
    assert "<t>Aïssatou</t>" in page
    assert "<v>3</v>" in page
    assert "<v>0.5</v>" in page
    assert "<v>46349</v>" in page, "a day is a day, not a text"
    assert "<v>46350.0208" in page, "a moment is told as the clocks of the organisation show it"
    assert '<c r="E2"' not in page


def test_a_hostile_text_does_not_break_the_file() -> None:
    rows = ["\x00\x08\ud7ff\ufffe", "x" * 40_000, "<script>&amp;", "]]>"]
    page = page_of(sheet(rows))
    ET.fromstring(page)
    assert "x" * LONGEST_TEXT in page


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_long_list_waits_on_the_disk_and_not_in_memory(form: str) -> None:
    many = 12_000
    tracemalloc.start()
    pieces = written(sheet(f"{number} " + "x" * 490 for number in range(many)), form)
    assert tracemalloc.get_traced_memory()[1] < 3 * SPOOL_BYTES < many * 490
    tracemalloc.stop()
    assert sum(map(len, pieces)) > 20_000


def test_a_list_has_two_forms_and_no_other() -> None:
    with pytest.raises(KeyError):
        written(sheet([]), "xlsm")
