"""The first door, over HTTP: what a phone's outbox sends, in the name of who is signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from lms.kernel.context import Context
from lms.kernel.web import signed_in
from lms.xapi.data import Unacceptable
from lms.xapi.operations import deliver
from lms.xapi.outbox import MOST_BYTES, read_delivery

bp = Blueprint("outbox", __name__)


@bp.post("/outbox")
@signed_in
def post_outbox(ctx: Context) -> Any:
    """Take in acts made on a device; the answer tells which of them it may forget."""
    request.max_content_length = MOST_BYTES
    try:
        delivery = read_delivery(request.get_data(cache=False), ctx.now)
    except Unacceptable as wrong:
        return {"error": str(wrong)}, 400
    replies = deliver(ctx, delivery)
    results = [{"id": one.uuid, "outcome": one.outcome.value, "reason": one.reason} for one in replies]
    return {"format": delivery.format, "results": results}
