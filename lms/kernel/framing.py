"""Pages in a frame of one of our own pages: drawn for other eyes, and sending nothing."""

from __future__ import annotations

from flask import g, make_response
from werkzeug.wrappers import Response

from lms.kernel.context import Context
from lms.kernel.web import HEADERS, page_globals

_POLICY = "Content-Security-Policy"


def look_as(ctx: Context, *, home: str, elsewhere: str) -> None:
    """Draw this request's page for other eyes: the bar and the words are those of `ctx`, made with fewer rights than one's own.

    The bar leads to `home`, and for all the rest to `elsewhere`: other pages do not show in a frame.
    """
    g.lms_context = ctx
    found = page_globals()
    bar = [
        {**entry, "url": home if entry["url"] == "/" else elsewhere, "current": entry["url"] == "/"}
        for entry in found["navigation"]
    ]
    g.lms_page = {**found, "navigation": bar, "home_url": home, "flashes": []}


def framing(page: str) -> Response:
    """A page that holds a frame."""
    response = make_response(page)
    response.headers[_POLICY] = f"{HEADERS[_POLICY]}; frame-src 'self'"
    return response


def framed(page: str) -> Response:
    """A page that only our own pages may show in a frame, and that sends nothing: no form, no script's request."""
    policy = HEADERS[_POLICY].replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    policy = policy.replace("form-action 'self'", "form-action 'none'").replace(
        "connect-src 'self'", "connect-src 'none'"
    )
    response = make_response(page)
    response.headers[_POLICY] = policy
    return response
