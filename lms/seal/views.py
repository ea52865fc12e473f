"""The public page of roots, and the page of staff: where the seal stands, verify now, what was found."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.api import organisations
from lms.kernel.context import Context, OrganisationInfo
from lms.kernel.rights import NotFound
from lms.kernel.web import go, guarded, page_number, pager, platform, public, render
from lms.seal.data import ALARMS, NOTES
from lms.seal.operations import start_verification
from lms.seal.permissions import READ
from lms.seal.queries import checks, listed_links, state
from lms.seal.reading import link_with_root

bp = Blueprint("seal", __name__)
MOST_ROOT = 100


# ---------------------------------------------------------------------------------------------------------- for anyone


@bp.get("/sceau")
@public
def index() -> str | Response:
    """Where there is one organisation, its roots; else how to find them: who is here is nobody's business."""
    with platform().reading(None) as nobody:
        found = organisations(nobody.session)
    return go(".roots", key=found[0].key) if len(found) == 1 else render("seal/index.html")


@bp.get("/sceau/<key>")
@public
def roots(key: str) -> str:
    """Every root of an organisation, to compare with one received by mail."""
    here = organisation_with(key)
    with platform().reading(here.id) as ctx:
        listed = listed_links(ctx, number=page_number())
        asked = request.args.get("empreinte", "")[:MOST_ROOT]
        found = link_with_root(ctx, asked) if asked else None
    return render("seal/roots.html", here=here, listed=listed, page=pager(listed, key=key), asked=asked, found=found)


def organisation_with(key: str) -> OrganisationInfo:
    """The organisation of a public address, or `NotFound`."""
    with platform().reading(None) as nobody:
        found = next((one for one in organisations(nobody.session) if one.key == key), None)
    if found is None:
        raise NotFound
    return found


# ----------------------------------------------------------------------------------------------------------- for staff


@bp.get("/registre/sceau")
@guarded(READ)
def seal(ctx: Context) -> str:
    """Where the seal stands, and what the last verifications have found."""
    return render("seal/seal.html", state=state(ctx), checks=checks(ctx), words={**ALARMS, **NOTES}, key=ctx.here.key)


@bp.post("/registre/sceau")
@guarded(READ)
def post_verify(ctx: Context) -> Response:
    """Verify now, as long work."""
    root = request.form.get("root", "")[:MOST_ROOT]
    job = start_verification(ctx, page=url_for(".seal"), root=root.strip())
    return go("jobs.job", key=job.key)
