"""The lists of staff as files for a spreadsheet: each declares its columns, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from lms.courses.holdings import REASONS
from lms.courses.models import Cohort
from lms.courses.rosters import every_cohort, everyone_in
from lms.kernel.clock import local_day
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.sheets import Column, Sheet


def cohorts_sheet(ctx: Context) -> Sheet:
    """The groups that the actor may read."""
    columns = (
        Column(mark("Groupe"), lambda line: line.name, 30),
        Column(mark("Code"), lambda line: line.code),
        Column(mark("Parcours"), lambda line: line.course_title, 40),
        Column(mark("Lieu"), lambda line: line.place, 30),
        Column(mark("Personnes"), lambda line: line.present),
        Column(mark("Fermé"), lambda line: line.is_closed),
    )
    return Sheet("groupes", mark("Groupes"), columns, every_cohort(ctx))


def people_sheet(ctx: Context, cohort: Cohort) -> Sheet:
    """The people of a group and where they stand."""

    def day(name: str) -> Callable[[Any], date | None]:
        def cell(line: Any) -> date | None:
            moment: datetime | None = getattr(line, name)
            return local_day(moment, ctx.here.timezone) if moment else None

        return cell

    columns = (
        Column(mark("Nom"), lambda line: line.name, 28),
        Column(mark("Entrée"), day("entered_at")),
        Column(mark("Fait"), lambda line: line.done),
        Column(mark("Attendu"), lambda line: line.total),
        Column(mark("Dernière activité"), day("last_at")),
        Column(mark("En pause depuis"), day("paused_at")),
        Column(mark("Fin"), day("ended_at")),
        Column(
            mark("Raison"), lambda line: gettext(REASONS[line.end_reason]) if line.end_reason in REASONS else "", 30
        ),
        Column(mark("Version"), lambda line: line.version),
    )
    return Sheet(f"groupe-{cohort.code}", cohort.name, columns, everyone_in(ctx, cohort))
