"""Pages: what I can do (learners), frameworks (staff), and the panel on a learner's home."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from markupsafe import Markup

from lms.competences.catalogue import criteria_of, framework
from lms.competences.coverage import uses
from lms.competences.data import Way
from lms.competences.permissions import READ_FRAMEWORK
from lms.competences.queries import frameworks, my_blocks, my_skill
from lms.courses.api import LEARN
from lms.kernel.context import Context
from lms.kernel.web import guarded, render
from lms.xapi.api import stale_count

bp = Blueprint("competences", __name__)
MOST_ON_HOME = 3


@bp.get("/ce-que-je-sais-faire")
@guarded(LEARN)
def mine(ctx: Context) -> str:
    """What I can do, block by block."""
    blocks = my_blocks(ctx)
    panels = [Markup(piece) for piece in ctx.registry.panels_at("skills", ctx, blocks)]  # noqa: S704 - panels give safe HTML
    return render("competences/mine.html", blocks=blocks, panels=panels, is_computing=stale_count(ctx) > 0)


@bp.get("/ce-que-je-sais-faire/<code>")
@guarded(LEARN)
def skill(ctx: Context, code: str) -> str:
    """Why: what showed it, who validated, what to do."""
    found = my_skill(ctx, code)
    return render(
        "competences/skill.html",
        skill=found,
        needed=found.info.competence.needed,
        first_open=next((one for one in found.criteria if not one.is_met and one.ways), None),
        way_url=way_url,
        is_computing=stale_count(ctx) > 0,
    )


@bp.get("/referentiels")
@guarded(READ_FRAMEWORK)
def frameworks_page(ctx: Context) -> str:
    """The organisation's frameworks."""
    return render("competences/frameworks.html", found=frameworks(ctx))


@bp.get("/referentiels/<key>")
@guarded(READ_FRAMEWORK)
def framework_page(ctx: Context, key: str) -> str:
    """A version of a framework, and what courses cover of it."""
    whole = framework(ctx, key)
    found = uses(ctx, whole)
    fed = {criterion for use in found for criterion in use.feeds}
    total = sum(1 for _criterion in criteria_of(whole))
    return render("competences/framework.html", framework=whole, uses=found, fed=fed, total=total)


def today_panel(ctx: Context, _subject: Any) -> str:
    """Progress per block, on a learner's home."""
    blocks = my_blocks(ctx)
    shown = [one for one in blocks if one.is_begun][:MOST_ON_HOME] or blocks[:1]
    return render("competences/today.html", blocks=shown, more=len(blocks) > len(shown)) if blocks else ""


def way_url(way: Way) -> str:
    """The page of an activity, for who follows its course."""
    return url_for("courses.activity", course_key=way.course_key, activity_key=way.activity_key)
