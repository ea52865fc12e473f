"""The results of the organisation: each figure with how it is calculated, over a period, opening into its people."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup

from lms.contract.results import ResultKind, ResultScope
from lms.courses.api import CourseLine, course_list
from lms.kernel.context import Context
from lms.kernel.downloading import send_sheet
from lms.kernel.i18n import gettext, mark
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import NotFound
from lms.kernel.sheets import Column, Sheet
from lms.kernel.web import guarded, page_number, pager, render
from lms.quality.overview import Figure, Period, cohort_codes, figures, over_quarters, period_of, scope_of, shown
from lms.quality.permissions import READ_RESULTS
from lms.quality.plots import bars_of

bp = Blueprint("results", __name__, url_prefix="/resultats")
_SHEET = (
    Column(mark("Résultat"), lambda one: gettext(one.kind.title), 34),
    Column(mark("Valeur"), lambda one: one.result.value if one.kind.unit else one.result.people),
    Column(mark("Numérateur"), lambda one: one.result.numerator if one.kind.unit else None),
    Column(mark("Dénominateur"), lambda one: one.result.denominator if one.kind.unit else None),
    Column(mark("Personnes"), lambda one: one.result.people),
    Column(mark("Du"), lambda one: one.period.first),
    Column(mark("Au"), lambda one: one.period.last),
    Column(mark("Comment c’est calculé"), lambda one: gettext(one.kind.how), 90),
)


@bp.get("")
@guarded(READ_RESULTS)
def results(ctx: Context) -> str:
    """Every figure, for a period and a course."""
    found = figures(ctx, _scope(ctx), _period(ctx))
    panels = [Markup(piece) for piece in ctx.registry.panels_at("results", ctx)]  # noqa: S704 - panels give safe HTML
    return render("quality/results.html", figures=found, bars=bars_of(found), panels=panels, **_frame(ctx))


@bp.get("/liste.<form>")
@guarded(READ_RESULTS)
def results_file(ctx: Context, form: str) -> Response:
    """The same for a spreadsheet."""
    return send_sheet(Sheet("resultats", mark("Résultats"), _SHEET, figures(ctx, _scope(ctx), _period(ctx))), form)


@bp.get("/<name>")
@guarded(READ_RESULTS)
def result(ctx: Context, name: str) -> str:
    """One figure: quarter by quarter, and the people behind it, without names."""
    kind, scope, number = _kind(ctx, name), _scope(ctx), page_number()
    one = Figure(kind, kind.figure(ctx, scope), _period(ctx))
    everyone = list(kind.rows(ctx, scope))
    rows = everyone[(number - 1) * PAGE : number * PAGE]
    listed = Listed(rows, len(everyone), number)
    quarters = over_quarters(ctx, kind, scope, _period(ctx))
    return render(
        "quality/result.html", one=one, quarters=quarters, bars=bars_of(quarters), listed=listed,
        page=pager(listed, name=name, **_kept()), codes=cohort_codes(ctx, rows), **_frame(ctx),
    )  # fmt: skip


@bp.get("/<name>/liste.<form>")
@guarded(READ_RESULTS)
def result_file(ctx: Context, name: str, form: str) -> Response:
    """The people behind a figure, without names, for a spreadsheet."""
    kind = _kind(ctx, name)
    rows = list(kind.rows(ctx, _scope(ctx)))
    codes = cohort_codes(ctx, rows)
    columns = (
        Column(mark("Groupe"), lambda row: codes.get(row.cohort_id, ""), 20),
        Column(mark("Mois d’entrée"), lambda row: row.entered_at.strftime("%Y-%m") if row.entered_at else ""),
        Column(mark("Compté"), lambda row: row.counted),
        Column(mark("Sur"), lambda row: row.out_of),
        Column(mark("Pourquoi"), lambda row: row.why, 50),
    )
    return send_sheet(Sheet(f"resultat-{name}", kind.title, columns, rows), form)


def _kind(ctx: Context, name: str) -> ResultKind:
    if name not in ctx.registry.result_kinds or not ctx.holds_everywhere(READ_RESULTS):
        raise NotFound
    return ctx.registry.result_kinds[name]


def _kept() -> dict[str, str]:
    return {name: request.args[name][:40] for name in ("du", "au", "parcours") if request.args.get(name)}


def _period(ctx: Context) -> Period:
    return period_of(ctx, _day("du"), _day("au"))


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if 1970 <= found.year <= 9000 else None


def _scope(ctx: Context) -> ResultScope:
    return scope_of(ctx, _period(ctx), course_key=request.args.get("parcours", ""))


def _frame(ctx: Context) -> dict[str, Any]:
    courses: list[CourseLine] = course_list(ctx)
    return {
        "period": _period(ctx),
        "query": _kept(),
        "course": request.args.get("parcours", ""),
        "courses": [(one.key, one.title) for one in courses],
        "shown": shown,
    }
