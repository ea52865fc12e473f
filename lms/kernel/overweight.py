"""A body over the limit: what was typed beside the files is read all the same, and given back in a form to be sent again.

The server keeps the body on the disk until it has come whole, so that a page can be answered. The files are let go while it
is read: they cost no memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import RawIOBase
from typing import IO, Any, cast

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

MOST_READ = 400_000_000
"""A body larger than this is not read for its words."""
_NEVER_SHOWN = re.compile(r"intent|whose|token|at|act|seconds|attempt|next")


@dataclass(frozen=True, slots=True)
class Overweight:
    """What came: its size in bytes, whether files made it so large, words that someone typed, the rest of the form."""

    size: int
    files: tuple[str, ...]
    """The names of the fields that held some."""
    typed: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]


class _Sink(RawIOBase):
    """Takes what is written and keeps nothing."""

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        return len(data)

    def seek(self, place: int, whence: int = 0, /) -> int:
        return place


class _Sieve(Request):
    """The same request, read for its words."""

    max_content_length = MOST_READ
    max_form_memory_size = 5_000_000

    def _get_file_stream(self, *_told: Any, **_named: Any) -> IO[bytes]:
        return cast("IO[bytes]", _Sink())


def weigh(environ: dict[str, Any]) -> Overweight:
    """What a request over the limit holds. Without its words when it is far over, or cannot be read."""
    again = _Sieve(environ, populate_request=False)
    size = again.content_length or 0
    try:
        fields = list(again.form.items(multi=True))
        files = tuple(dict.fromkeys(name for name, one in again.files.items(multi=True) if one.filename))
    except (HTTPException, ValueError, OSError):
        return Overweight(size, (), (), ())
    typed = typed_words(fields)
    return Overweight(size, files, typed, tuple(one for one in fields if one not in typed))


def typed_words(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """(name, text) of what someone has typed into a form: words, and not a choice or a key."""
    return tuple((name, text) for name, text in fields if " " in text.strip() and not _NEVER_SHOWN.fullmatch(name))
