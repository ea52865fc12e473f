"""The alternate request syntax: a form posted with `?method=` is the request that it describes (1.0.3, Communication, 1.3).

Old browsers could send nothing else across sites, and Storyline still does. Version 2.0 has it no more.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

Environ = dict[str, Any]
METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD"})
MOST_BYTES = 10_500_000
_HEADERS = {
    "authorization": "HTTP_AUTHORIZATION",
    "x-experience-api-version": "HTTP_X_EXPERIENCE_API_VERSION",
    "content-type": "CONTENT_TYPE",
    "content-length": None,  # of what the form describes: counted anew
    "if-match": "HTTP_IF_MATCH",
    "if-none-match": "HTTP_IF_NONE_MATCH",
    "accept": "HTTP_ACCEPT",
    "accept-language": "HTTP_ACCEPT_LANGUAGE",
    "x-experience-api-hash": "HTTP_X_EXPERIENCE_API_HASH",
}


class AlternateSyntax:
    """Rewrites such requests under a prefix; others pass untouched, and so does what cannot be understood."""

    def __init__(self, inner: Callable[[Environ, Any], Iterable[bytes]], *, prefix: str) -> None:
        self._inner = inner
        self._prefix = f"{prefix}/"

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve a request."""
        if environ["REQUEST_METHOD"] == "POST" and environ.get("PATH_INFO", "").startswith(self._prefix):
            rewrite(environ)
        return self._inner(environ, start_response)


def rewrite(environ: Environ) -> None:
    """Turn a form into the request that it describes, in place.

    A query with more than `method`, an unknown method or version 2.0 is left as it is: it is refused where it arrives.
    """
    query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    is_form = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"
    length = environ.get("CONTENT_LENGTH") or "0"
    if [name for name, _value in query] != ["method"] or query[0][1] not in METHODS or not is_form:
        return
    if not length.isdigit() or int(length) > MOST_BYTES:
        return
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        form = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError:
        return
    given = {name.lower(): value for name, value in form if name.lower() in _HEADERS}
    if str(given.get("x-experience-api-version", environ.get("HTTP_X_EXPERIENCE_API_VERSION"))).startswith("2."):
        return
    content = next((value for name, value in form if name == "content"), "").encode()
    rest = [(name, value) for name, value in form if name.lower() not in _HEADERS and name != "content"]
    environ["CONTENT_TYPE"] = "application/json" if content else ""
    for name, value in given.items():
        key = _HEADERS[name]
        if key is not None:
            environ[key] = value
    environ.update(
        {
            "REQUEST_METHOD": query[0][1],
            "QUERY_STRING": urlencode(rest),
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
        }
    )
