"""What a browser may send about news after a path, and what limits who tries."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app, request
from limits import parse
from werkzeug.exceptions import TooManyRequests

from lms.accounts.api import Attempts, NotOurs, Signer, TooManyAttempts, neighbourhood
from lms.kernel.clock import local_day, months_after
from lms.kernel.context import Context
from lms.kernel.web import platform
from lms.outcomes.data import MONTHS
from lms.outcomes.letters import LINK
from lms.outcomes.operations import MOST_WORDS, Said

TRIES = parse("40 per 15 minutes")
"""Links that open nothing, and answers, from one address: a whole workshop may answer behind one."""
USUAL_MONTHS = 24
FARTHEST_MONTHS = 60


def key_of(token: str) -> str | None:
    """The contact that a link names, or None: a link that we did not sign counts as a try."""
    here = (TRIES, f"news from {neighbourhood(request.remote_addr)}")
    counted: Attempts = current_app.extensions.setdefault("outcomes_attempts", Attempts())
    try:
        counted.check(here)
    except TooManyAttempts as wait:
        raise TooManyRequests from wait
    if request.method == "POST":
        counted.count(here)
    try:
        return str(_signer().read(LINK, token[:200]))
    except NotOurs:
        counted.count(here)
        return None


def address_of(key: str) -> str:
    """The whole address of a contact's link: a random name and a signature, nothing of anyone."""
    base = (platform().settings.base_url or request.host_url).rstrip("/")
    return f"{base}/nouvelles/{_signer().token(LINK, key)}"


def said_in_form() -> Said:
    """What the form says."""
    form = request.form
    return Said(
        situation=form.get("situation", ""),
        needs_help=form.get("help") == "yes",
        words=form.get("words", "")[:MOST_WORDS],
        consents="consent" in form,
        intent=form.get("intent", ""),
    )


def rule_in_form() -> dict[str, Any]:
    """What the organisation says that it counts."""
    month = request.form.get("month", "", type=str)
    return {
        "reasons": request.form.getlist("reasons"),
        "situations": request.form.getlist("situations"),
        "month": int(month) if month in {str(one) for one in (0, *MONTHS)} else -1,
    }


def period(ctx: Context) -> tuple[date, date]:
    """The months that the address asks for, from the first day of one to the last day of another: two years at first."""
    today = local_day(ctx.now, ctx.here.timezone)
    this = today.replace(day=1)
    first = _month(request.args.get("du", "")) or months_after(this, 1 - USUAL_MONTHS)
    last = _month(request.args.get("au", "")) or this
    first = min(max(first, months_after(this, -FARTHEST_MONTHS)), this)
    last = min(max(last, first), this)
    return first, months_after(last, 1) - date.resolution


def months_to_choose(ctx: Context) -> list[date]:
    """The months that a period may begin or end with, the latest first."""
    this = local_day(ctx.now, ctx.here.timezone).replace(day=1)
    return [months_after(this, -back) for back in range(FARTHEST_MONTHS)]


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return None


def _signer() -> Signer:
    return Signer(platform().settings.required_secret_key())
