"""Staff pages on courses: the list, one course with its versions, named values."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from lms.contract.waits import Wait, WaitKind
from lms.courses.catalogue import course_list, course_row, coverage_lines, lasting, minutes_of, version_lines
from lms.courses.models import Course
from lms.courses.permissions import CONFIRM_VALUE, READ_COURSE
from lms.courses.phrases import MODALITIES
from lms.courses.publishing import draft_of, latest_published
from lms.courses.structure import structure
from lms.courses.values import ValueHasChanged, confirm_value, unconfirmed, value_lines, withdraw_value
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark, ngettext
from lms.kernel.rights import NotFound
from lms.kernel.web import flash, go, guarded, render

bp = Blueprint("course_staff", __name__)
VALUES_HARM = 0.2
"""A sentence without its amount still reads whole: this can wait longer than a person."""


@bp.get("/parcours-equipe")
@guarded(READ_COURSE)
def courses(ctx: Context) -> str:
    """The courses of the organisation."""
    return render("courses/courses.html", courses=course_list(ctx), panels=ctx.registry.panels_at("courses", ctx))


@bp.get("/parcours-equipe/<key>")
@guarded(READ_COURSE)
def course(ctx: Context, key: str) -> str:
    """What a course contains, what it covers, its versions, and that a draft waits."""
    row = course_row(ctx, key)
    seen, panels = _seen(ctx, row), ctx.registry.panels_at("course", ctx, row)
    return render("courses/course.html", course=row, **seen, panels=panels)


@bp.get("/parcours-equipe/<key>/valeurs")
@guarded(READ_COURSE)
def values(ctx: Context, key: str) -> str:
    """Amounts, places and partners, with who answers for them."""
    row = course_row(ctx, key)
    lines = sorted(value_lines(ctx, row), key=lambda line: line.is_shown)
    may_confirm = ctx.holds(CONFIRM_VALUE, on=row)
    return render("courses/values.html", course=row, lines=lines, title=_title(ctx, row), may_confirm=may_confirm)


@bp.post("/parcours-equipe/<key>/valeurs/confirmer")
@guarded(CONFIRM_VALUE)
def post_confirmation(ctx: Context, key: str) -> Response:
    """The person who is signed in answers for a value, as they read it."""
    sent = {name: request.form.get(name, "") for name in ("name", "text", "source")}
    try:
        confirm_value(ctx, course=course_row(ctx, key), **sent)
        flash(gettext("C'est confirmé : les personnes peuvent lire cette information."))
    except ValueHasChanged:
        flash(gettext("Cette information a changé entre-temps : relisez-la."), "warn")
    return go(".values", key=key)


@bp.post("/parcours-equipe/<key>/valeurs/retirer")
@guarded(CONFIRM_VALUE)
def post_withdrawal(ctx: Context, key: str) -> Response:
    """Take a confirmation back."""
    withdraw_value(ctx, course=course_row(ctx, key), name=request.form.get("name", ""))
    flash(gettext("C'est retiré : les personnes ne lisent plus cette information."))
    return go(".values", key=key)


def _seen(ctx: Context, row: Course) -> dict[str, Any]:
    """The version in force, or the draft of a course that has none yet."""
    published, draft = latest_published(ctx, row.id), draft_of(ctx, row.id)
    shown = published or draft
    if shown is None:
        raise NotFound
    whole = structure(ctx, shown.id)
    return {
        "whole": whole,
        "is_published": published is not None,
        "minutes": minutes_of(whole),
        "coverage": coverage_lines(whole),
        "versions": version_lines(ctx, row),
        "has_draft": draft is not None,
        "modalities": {name: gettext(text) for name, (_icon, text) in MODALITIES.items()},
        "types": {name: gettext(kind.title) for name, kind in ctx.registry.activity_types.items()},
        "lasting": lasting,
        "unconfirmed": sum(not line.is_shown for line in value_lines(ctx, row)),
    }


def _title(ctx: Context, row: Course) -> str:
    shown = latest_published(ctx, row.id) or draft_of(ctx, row.id)
    return shown.title if shown else row.slug


def values_kind() -> WaitKind:
    """Values to confirm, as a kind of wait."""
    return WaitKind("values", mark("Informations à confirmer"), "shield", _values_waits)


def _values_waits(ctx: Context) -> list[Wait]:
    return [
        Wait(
            key=f"values:{one.course_key}",
            title=ngettext(
                "%(num)s information à confirmer dans « %(title)s »",
                "%(num)s informations à confirmer dans « %(title)s »",
                one.count,
            )
            % {"num": one.count, "title": one.title},
            since=one.since,
            harm=VALUES_HARM,
            minutes=min(2 * one.count, 30),
            url=url_for("course_staff.values", key=one.course_key),
            detail=gettext("Tant que personne n'en répond, les porteurs lisent la phrase sans elles."),
        )
        for one in unconfirmed(ctx)
    ]
