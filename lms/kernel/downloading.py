"""The edge of downloads: a list as a file for a spreadsheet."""

from __future__ import annotations

from flask import Response

from lms.kernel.rights import NotFound
from lms.kernel.sheets import MEDIA_TYPES, Sheet, written


def send_sheet(sheet: Sheet, form: str) -> Response:
    """The list as "csv" or "xlsx", the last part of its address. The caller has asked for the right."""
    if form not in MEDIA_TYPES:
        raise NotFound
    response = Response(written(sheet, form), mimetype=MEDIA_TYPES[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"{sheet.name}.{form}")
    return response
