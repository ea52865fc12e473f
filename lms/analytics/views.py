"""Pages: who has acquired what in a group, the reasons behind a cell, everyone in one drawing."""

from __future__ import annotations

from flask import Blueprint, Response, request

from lms.analytics.drawing import drawing_of, spread_of
from lms.analytics.exporting import heat_sheet
from lms.analytics.forms import WHO, address_of, asked_from
from lms.analytics.ground import ground_of, moment_of, most_weeks
from lms.analytics.queries import everyone, everyone_in_pieces, heat_page
from lms.analytics.reasons import reasons_for
from lms.competences.api import READ_FRAMEWORK
from lms.courses.api import READ_COHORT, CohortInfo, cohort_by_key
from lms.kernel.context import Context
from lms.kernel.downloading import send_sheet
from lms.kernel.web import guarded, render
from lms.xapi.api import stale_count

bp = Blueprint("analytics", __name__)


@bp.get("/groupes/<key>/acquis")
@guarded(READ_COHORT)
def heat_map(ctx: Context, key: str) -> str:
    """People × blocks, fifty a page, at a chosen moment."""
    cohort, asked = cohort_by_key(ctx, key), asked_from(request.args)
    ground, moment = ground_of(ctx, cohort), moment_of(ctx, asked)
    page = heat_page(ctx, cohort, ground=ground, asked=asked, moment=moment)
    return render(
        "analytics/heat_map.html", cohort=cohort, asked=asked, ground=ground, moment=moment, page=page,
        address=address_of(request.args), who=address_of(request.args, WHO), weeks=most_weeks(ctx, ground), is_computing=stale_count(ctx) > 0,
        reads_frameworks=ctx.holds(READ_FRAMEWORK),
    )  # fmt: skip


@bp.get("/groupes/<key>/acquis.<form>")
@guarded(READ_COHORT)
def heat_map_file(ctx: Context, key: str, form: str) -> Response:
    """The same as a table, whole."""
    cohort, asked = cohort_by_key(ctx, key), asked_from(request.args)
    ground = ground_of(ctx, cohort)
    pieces = everyone_in_pieces(ctx, cohort, ground=ground, asked=asked, moment=moment_of(ctx, asked))
    return send_sheet(heat_sheet(pieces, ground, name=f"acquis-{cohort.key}", zone=ctx.here.timezone), form)


@bp.get("/groupes/<key>/acquis/vue")
@guarded(READ_COHORT)
def overview(ctx: Context, key: str) -> str:
    """Everyone in one drawing."""
    cohort, asked = cohort_by_key(ctx, key), asked_from(request.args)
    ground, moment = ground_of(ctx, cohort), moment_of(ctx, asked)
    people = everyone(ctx, cohort, ground=ground, asked=asked, moment=moment)
    return render(
        "analytics/overview.html", cohort=cohort, asked=asked, ground=ground, moment=moment, people=len(people),
        drawing=drawing_of(people, len(ground.blocks)), spread=spread_of(people, len(ground.blocks)),
        address=address_of(request.args), who=address_of(request.args, WHO), weeks=most_weeks(ctx, ground), is_computing=stale_count(ctx) > 0,
    )  # fmt: skip


@bp.get("/groupes/<key>/acquis/<person_key>/<block_code>")
@guarded(READ_COHORT)
def cell(ctx: Context, key: str, person_key: str, block_code: str) -> str:
    """The work and the reasons."""
    cohort = cohort_by_key(ctx, key)
    reasons = reasons_for(ctx, cohort, person_key=person_key, block_code=block_code)
    return render("analytics/cell.html", cohort=cohort, reasons=reasons, is_computing=stale_count(ctx) > 0)


def cohort_panel(_ctx: Context, subject: CohortInfo) -> str:
    """The way to the heat map, on a group's page."""
    return render("analytics/cohort_panel.html", cohort=subject)
