"""What an author has typed into something that is no longer in the draft: given back, to be copied."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from flask import jsonify, make_response, request
from werkzeug.wrappers import Response

from lms.courses.api import writing
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.kernel.web import context, render

_KEY = re.compile(r"[a-z0-9]{10}|true|false|\d+")


def unless_gone(view: Callable[..., Response]) -> Callable[..., Response]:
    """A view that saves: when someone has meanwhile taken the thing out, or published the draft, nothing typed is lost."""

    @functools.wraps(view)
    def checked(ctx: Context, course_key: str, **rest: Any) -> Response:
        try:
            return view(ctx, course_key=course_key, **rest)
        except NotFound:
            return _gone(context(), course_key)

    return checked


def _gone(ctx: Context, course_key: str) -> Response:
    writing.written_course(ctx, course_key)  # `NotFound` for who may not write it
    if by_itself():
        return make_response(jsonify(gone=True), 409)
    return make_response(render("authoring/gone.html", course_key=course_key, typed=_typed()), 409)


def _typed() -> str:
    """The texts of a form; what was chosen or counted is left out."""
    texts = (value.strip() for name, value in request.form.items(multi=True) if name.startswith(("f.", "h.")))
    return "\n\n".join(text for text in texts if text and not _KEY.fullmatch(text))


def by_itself() -> bool:
    """Whether the page's script has sent this, and not its reader."""
    return bool(request.accept_mimetypes.best == "application/json")
