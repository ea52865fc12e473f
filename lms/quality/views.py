"""Pages of evidence: prepare a bundle, fetch it, verify one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, send_file, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.courses.api import CohortInfo
from lms.kernel.context import Context
from lms.kernel.files import path_of
from lms.kernel.web import context, end_transaction, go, guarded, platform, render
from lms.quality.data import CohortPlace
from lms.quality.forms import VerifyForm
from lms.quality.operations import start_export
from lms.quality.permissions import EXPORT, READ, VERIFY
from lms.quality.queries import bundle_file, bundles, cohort_to_prove
from lms.quality.verification import SENTENCES, verify_bundle

bp = Blueprint("quality", __name__)
PANEL_BUNDLES = 1


@bp.get("/preuves")
@guarded(READ)
def all_bundles(ctx: Context) -> str:
    """The latest bundles of every group that one may read."""
    return render("quality/all_bundles.html", bundles=bundles(ctx))


@bp.get("/groupes/<key>/preuves")
@guarded(READ)
def cohort_bundles(ctx: Context, key: str) -> str:
    """The bundles of a group, and the button that prepares one."""
    cohort = cohort_to_prove(ctx, key)
    can_export = ctx.holds(EXPORT, on=CohortPlace(cohort.id, cohort.course_id))
    found = bundles(ctx, cohort_id=cohort.id)
    return render("quality/cohort_bundles.html", cohort=cohort, bundles=found, can_export=can_export)


@bp.post("/groupes/<key>/preuves")
@guarded(EXPORT)
def post_export(ctx: Context, key: str) -> WerkzeugResponse:
    """Have a bundle prepared."""
    cohort = cohort_to_prove(ctx, key)
    job = start_export(ctx, cohort=cohort, page=url_for(".cohort_bundles", key=key))
    return go("jobs.job", key=job.key)


@bp.get("/preuves/<key>/dossier")
@guarded(READ)
def bundle(ctx: Context, key: str) -> Response:
    """The ZIP file of a bundle."""
    file = bundle_file(ctx, key)
    path = path_of(platform().settings.data_dir, file).resolve()
    return send_file(
        path, mimetype=file.media_type, as_attachment=True, download_name=file.name, etag=file.sha256, max_age=0
    )


@bp.get("/preuves/verifier")
@guarded(VERIFY)
def verify(ctx: Context) -> str:
    """Choose a bundle, or type the hash of a manifest."""
    return _verify_page(VerifyForm())


@bp.post("/preuves/verifier")
@guarded(VERIFY)
def post_verify(ctx: Context) -> str:
    """Say whether a bundle is intact, and whether the platform knows its manifest."""
    form = VerifyForm()
    if not form.validate_on_submit():
        return _verify_page(form)
    end_transaction()  # reading a file is slow work: not in the database's only writer's place
    verdict = verify_bundle(form.file.data.stream) if form.file.data else None
    digest = verdict.manifest_sha256 if verdict else form.typed_hash
    known = bundles(context(), manifest_sha256=digest) if digest else []
    return _verify_page(form, verdict=verdict, digest=digest, known=known)


def _verify_page(form: VerifyForm, **found: Any) -> str:
    limit = platform().settings.max_upload_mb
    values = {"verdict": None, "digest": "", "known": [], **found}
    return render("quality/verify.html", form=form, limit=limit, sentences=SENTENCES, **values)


def cohort_panel(ctx: Context, cohort: CohortInfo) -> str:
    """On a group's page: the way to its proofs."""
    if not ctx.holds(READ, on=CohortPlace(cohort.id, cohort.course_id)):
        return ""
    latest = bundles(ctx, cohort_id=cohort.id, limit=PANEL_BUNDLES)
    return render("quality/panel.html", cohort=cohort, latest=latest)
