"""Staff pages: rates by the organisation's own rule, the rows behind them, the rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.courses.api import END_WORDS, SAID_REASONS
from lms.kernel.clock import local_day
from lms.kernel.context import Context
from lms.kernel.downloading import send_sheet
from lms.kernel.i18n import gettext, mark, speech
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import NotFound
from lms.kernel.sheets import Column, Sheet
from lms.kernel.web import flash, go, guarded, page_number, pager, render
from lms.outcomes import views_contacts
from lms.outcomes.data import FEWEST, MONTHS, NOTED, Ending, Row, RuleInfo
from lms.outcomes.drawing import bars
from lms.outcomes.folds import OTHER, POSITIVE, TOO_EARLY, UNKNOWN, by_group, rate, rows
from lms.outcomes.forms import months_to_choose, period, rule_in_form
from lms.outcomes.letters import WHEN
from lms.outcomes.operations import set_rule
from lms.outcomes.permissions import READ_RATES, SET_RULE
from lms.outcomes.queries import cohort_names, endings, rule_in_force

bp = views_contacts.bp
VERDICTS = {
    POSITIVE: mark("positive"),
    OTHER: mark("autre"),
    UNKNOWN: mark("inconnue"),
    TOO_EARLY: mark("trop tôt"),
}


@bp.get("/suites/resultats")
@guarded(READ_RATES)
def rates(ctx: Context) -> str:
    """How many ends are positive, by the organisation's own rule."""
    first, last = period(ctx)
    found, rule = endings(ctx, first=first, last=last), rule_in_force(ctx)
    today = local_day(ctx.now, ctx.here.timezone)
    lines = [rate(found, rule, month=month, today=today) for month in (0, *MONTHS)]
    main = next(line for line in lines if line.month == rule.month)
    seen = {"lines": lines, "main": main, "bars": bars([line for line in lines if line.is_shown])}
    may = {"rule": ctx.holds_everywhere(SET_RULE)}
    groups = _groups(ctx, found, rule)
    return render("outcomes/rates.html", **seen, groups=groups, may=may, **_frame(ctx, rule))


def _groups(ctx: Context, found: Sequence[Ending], rule: RuleInfo) -> list[tuple[str, Any]]:
    today = local_day(ctx.now, ctx.here.timezone)
    lines = by_group(found, rule, month=rule.month, today=today)
    names = cohort_names(ctx, {group for group, _rate in lines if group is not None})
    return [(names.get(group, "") if group else gettext("Les autres groupes"), line) for group, line in lines]


def _frame(ctx: Context, rule: RuleInfo) -> dict[str, Any]:
    """The period, the rule and the words of both pages."""
    first, last = period(ctx)
    return {
        "first": first,
        "last": last,
        "months": months_to_choose(ctx),
        "rule": rule,
        "fewest": FEWEST,
        "when": {month: gettext(text) for month, text in WHEN.items()},
        "reasons": {code: gettext(text) for code, text in END_WORDS.items()},
        "said": {code: gettext(text) for code, text in SAID_REASONS.items()},
        "noted": {code: gettext(text) for code, text in NOTED.items()},
        "verdicts": {code: gettext(text) for code, text in VERDICTS.items()},
    }


@bp.get("/suites/resultats/lignes")
@guarded(READ_RATES)
def rate_rows(ctx: Context) -> str:
    """The rows behind the rates, without anyone's name."""
    (first, last), rule = period(ctx), rule_in_force(ctx)
    made = _rows(ctx, endings(ctx, first=first, last=last), rule)
    start = (page_number() - 1) * PAGE
    listed = Listed(made[start : start + PAGE], len(made), page_number())
    kept = {name: request.args[name] for name in ("du", "au") if name in request.args}
    return render("outcomes/rows.html", listed=listed, span=span_words, page=pager(listed, **kept), **_frame(ctx, rule))


def _rows(ctx: Context, found: Sequence[Ending], rule: RuleInfo) -> list[Row]:
    names, today = cohort_names(ctx, {one.cohort_id for one in found}), local_day(ctx.now, ctx.here.timezone)
    return rows(found, rule, names=names, others=gettext("Autres groupes"), today=today)


@bp.get("/suites/resultats/lignes.<form>")
@guarded(READ_RATES)
def rows_file(ctx: Context, form: str) -> Response:
    """The same rows, whole, for a spreadsheet."""
    first, last = period(ctx)
    words = _frame(ctx, rule_in_force(ctx))
    made = _rows(ctx, endings(ctx, first=first, last=last), words["rule"])
    return send_sheet(Sheet("fins-de-parcours", mark("Fins de parcours"), _columns(words), made), form)


def _columns(words: dict[str, Any]) -> list[Column]:
    told = {**words["verdicts"], **words["noted"]}
    later = [Column(words["when"][month], partial(_told, told, place)) for place, month in enumerate(MONTHS)]
    return [
        Column(mark("Fin"), lambda row: span_words(row.ended, row.months)),
        Column(mark("Entrée"), lambda row: span_words(row.entered, row.months)),
        Column(mark("Groupe"), lambda row: row.group),
        Column(mark("Dit par la personne"), lambda row: words["said"].get(row.said_reason), 28),
        Column(mark("Noté par l’équipe"), lambda row: words["reasons"].get(row.reason), 28),
        *later,
        Column(mark("Compte comme"), lambda row: words["verdicts"][row.verdict]),
    ]


_FORMS = {1: "MMMM y", 3: "QQQ y", 12: "y"}


def span_words(day: date, months: int) -> str:
    """March 2026, T1 2026, 2026; "" when five people share none of these."""
    return speech().day(day, form=_FORMS[months]) if months else ""


def _told(words: Mapping[str, str], place: int, row: Row) -> str | None:
    return words.get(row.situations[place])


def results_panel(ctx: Context, _subject: object) -> str:
    """On the page of all results: the main rate, by the organisation's own rule."""
    if not ctx.holds(READ_RATES):
        return ""
    first, last = period(ctx)
    rule, today = rule_in_force(ctx), local_day(ctx.now, ctx.here.timezone)
    main = rate(endings(ctx, first=first, last=last), rule, month=rule.month, today=today)
    return render("outcomes/results_panel.html", main=main, **_frame(ctx, rule))


@bp.get("/suites/regle")
@guarded(SET_RULE)
def rule(ctx: Context) -> str:
    """What the organisation counts as a positive end."""
    return render("outcomes/rule.html", **_frame(ctx, rule_in_force(ctx)))


@bp.post("/suites/regle")
@guarded(SET_RULE)
def post_rule(ctx: Context) -> WerkzeugResponse:
    """Say it."""
    try:
        set_rule(ctx, **rule_in_form())
        flash(gettext("C'est enregistré : les résultats sont calculés avec cette règle."))
    except NotFound:
        flash(gettext("Choisissez dans la liste."), "warn")
        return go(".rule")
    return go(".rates")
