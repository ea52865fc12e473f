"""What a person fetches of their own: an attestation of what they can do, from "Ce que je sais faire"."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import Response, send_file

from lms.competences.api import ACQUIRED
from lms.courses.api import LEARN, own_enrolments, structure
from lms.kernel.context import Context
from lms.kernel.web import guarded, render
from lms.quality.skills import own_attestation
from lms.quality.views import bp

__all__ = ["bp"]


@bp.get("/ce-que-je-sais-faire/attestation/<key>.pdf")
@guarded(LEARN)
def own_attestation_file(ctx: Context, key: str) -> Response:
    """The attestation of one path, made now."""
    name, document = own_attestation(ctx, key)
    return send_file(BytesIO(document), mimetype="application/pdf", as_attachment=True, download_name=name, max_age=0)


def skills_panel(ctx: Context, blocks: Sequence[Any]) -> str:
    """The way to it, once something is acquired."""
    if not any(skill.info.state == ACQUIRED for block in blocks for skill in block.skills):
        return ""
    courses = [(one, structure(ctx, one.version_id).title) for one, _course in own_enrolments(ctx)]
    return render("quality/own_attestation.html", courses=courses)
