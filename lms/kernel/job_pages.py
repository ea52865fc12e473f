"""The pages of long work: its owner sees where it stands, cancels it, fetches what it made; leaders see what has failed."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, make_response, request, send_file, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.kernel import jobs
from lms.kernel.context import Context
from lms.kernel.delivery import RETRY_WORK, events_set_aside, jobs_set_aside, retry_work
from lms.kernel.files import FileRow, path_of
from lms.kernel.i18n import gettext, mark, speech
from lms.kernel.rights import NotFound
from lms.kernel.web import flash, go, guarded, is_local, platform, render, signed_in

bp = Blueprint("jobs", __name__, url_prefix="/travaux")

CANCELLING = mark("L'arrêt est demandé : le travail s'arrête à sa prochaine étape.")
FAILED = mark(
    "Rien n'a été gardé. Vous pouvez recommencer ; si cela revient, prévenez la personne qui tient la plateforme."
)
CANCELLED = mark("Rien n'a été gardé.")


@bp.get("")
@guarded(RETRY_WORK)
def failures(ctx: Context) -> str:
    """What the platform had to do by itself, and nobody tries any more."""
    titles = {name: gettext(kind.title) for name, kind in ctx.registry.job_kinds.items()}
    rows = [
        (titles.get(one.kind, one.kind), one.fault, speech().day(one.since, ctx.here.timezone), one.count)
        for one in [*jobs_set_aside(ctx), *events_set_aside(ctx)]
    ]
    return render("ui/failures.html", rows=rows)


@bp.post("/relancer")
@guarded(RETRY_WORK)
def post_retry(ctx: Context) -> WerkzeugResponse:
    """Try all of it again."""
    retry_work(ctx)
    flash(gettext("C'est relancé. Revenez voir dans quelques minutes."))
    return go("jobs.failures")


@bp.get("/<key>")
@signed_in
def job(ctx: Context, key: str) -> str:
    """A piece of work of one's own, with its progress."""
    row = jobs.own_job(ctx, key)
    return render(
        "ui/job.html", job=shown(ctx, row), poll_url=url_for("jobs.state", key=key), back=page_of(row.arguments)
    )


@bp.get("/<key>/etat")
@signed_in
def state(ctx: Context, key: str) -> Response:
    """Where it stands, for a page that asks again: 304 while nothing has moved."""
    row = jobs.own_job(ctx, key)
    moved = (row.state, row.done, row.total, row.message, row.cancel_asked, ctx.language)
    response = make_response("")
    response.set_etag(hashlib.sha256(repr(moved).encode()).hexdigest()[:20])
    if response.make_conditional(request).status_code != 304:
        response.set_data(render("ui/job_state.html", job=shown(ctx, row), poll_url=request.path))
    return response


@bp.post("/<key>/annuler")
@signed_in
def post_cancel(ctx: Context, key: str) -> WerkzeugResponse:
    """Ask it to stop."""
    jobs.cancel_job(ctx, key)
    return go("jobs.job", key=key)


@bp.get("/<key>/resultat")
@signed_in
def result(ctx: Context, key: str) -> Response:
    """The file that it made, for as long as results are kept here."""
    row = jobs.own_job(ctx, key)
    if not has_file(ctx, row):
        raise NotFound
    file = ctx.session.get_one(FileRow, row.file_id)
    path = path_of(platform().settings.data_dir, file)
    return send_file(
        path.resolve(), mimetype=file.media_type, as_attachment=True, download_name=file.name, etag=file.sha256
    )


def has_file(ctx: Context, row: jobs.JobRow) -> bool:
    """Whether it is done, made a file, and the file has not expired."""
    is_fresh = row.ended_at is not None and ctx.now - row.ended_at < jobs.RESULT_LIVES
    return row.state == jobs.DONE and row.file_id is not None and is_fresh


def shown(ctx: Context, row: jobs.JobRow) -> dict[str, Any]:
    """What the component `job_progress` shows."""
    kind = ctx.registry.job_kinds.get(row.kind)
    waits = row.state in (jobs.WAITING, jobs.RUNNING)
    said = {jobs.FAILED: FAILED, jobs.CANCELLED: CANCELLED}.get(
        row.state, CANCELLING if waits and row.cancel_asked else ""
    )
    fetched = url_for("jobs.result", key=row.key) if has_file(ctx, row) else None
    return {
        "label": gettext(kind.title) if kind else row.kind,
        "state": row.state,
        "done": row.done,
        "total": row.total,
        "message": gettext(said) if said else "",
        "result_url": page_of(row.result or {}) or fetched,
        "cancel_url": None if row.cancel_asked else url_for("jobs.post_cancel", key=row.key),
    }


def page_of(values: Any) -> str | None:
    """The page where a job was started, or where its result is seen: an address of ours or nothing."""
    page = values.get("page")
    return page if is_local(page) else None
