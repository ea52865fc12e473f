"""Pages: what I can do (learners), frameworks (staff), and the panels on other features' pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from lms.competences.catalogue import framework
from lms.competences.coverage import uses
from lms.competences.permissions import READ_FRAMEWORK
from lms.competences.queries import frameworks, my_blocks, my_skill
from lms.kernel.context import Context
from lms.kernel.web import guarded, render, signed_in
from lms.xapi.api import stale_count

bp = Blueprint("competences", __name__)


@bp.get("/ce-que-je-sais-faire")
@signed_in
def mine(ctx: Context) -> str:
    """What I can do, block by block."""
    return render("competences/mine.html", blocks=my_blocks(ctx), is_computing=stale_count(ctx) > 0)


@bp.get("/ce-que-je-sais-faire/<code>")
@signed_in
def skill(ctx: Context, code: str) -> str:
    """Why: what showed it, who validated, what to do."""
    return render("competences/skill.html", skill=my_skill(ctx, code), is_computing=stale_count(ctx) > 0)


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
    return render("competences/framework.html", framework=whole, uses=uses(ctx, whole))


def today_panel(ctx: Context, _subject: Any) -> str:
    """Progress per block, on a learner's home."""
    blocks = my_blocks(ctx)
    return render("competences/today.html", blocks=blocks) if blocks else ""
