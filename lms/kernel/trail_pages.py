"""The page of the audit trail, and the same as a file."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, request

from lms.kernel.context import Context
from lms.kernel.downloading import send_sheet
from lms.kernel.i18n import gettext, mark
from lms.kernel.sheets import Sheet
from lms.kernel.trail import COLUMNS, READ_TRAIL, Question, kinds, trail_page, whole_trail
from lms.kernel.web import guarded, page_number, pager, render

bp = Blueprint("trail", __name__, url_prefix="/journal")
_LONGEST = 100


@bp.get("")
@guarded(READ_TRAIL)
def trail(ctx: Context) -> str:
    """Who did what, when."""
    asked, kept = _question(), _kept()
    listed = trail_page(ctx, asked, number=page_number())
    return render(
        "ui/trail.html", listed=listed, page=pager(listed, **kept), asked=asked, query=kept, kinds=kinds(ctx)
    )  # fmt: skip


@bp.get("/liste.<form>")
@guarded(READ_TRAIL)
def trail_file(ctx: Context, form: str) -> Response:
    """The same, whole."""
    lines = whole_trail(ctx, _question())
    return send_sheet(Sheet(gettext("journal"), mark("Journal"), COLUMNS, lines, ctx.here.timezone), form)


def _kept() -> dict[str, str]:
    names = ("qui", "pour", "fait", "depuis", "jusque")
    return {name: request.args[name][:_LONGEST] for name in names if request.args.get(name)}


def _question() -> Question:
    kept = _kept()
    return Question(
        who=kept.get("qui", ""),
        about=kept.get("pour", ""),
        kind=kept.get("fait", ""),
        since=_day(kept.get("depuis", "")),
        until=_day(kept.get("jusque", "")),
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 9000 else None
