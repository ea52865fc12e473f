"""A person's project file as one download: a page that any browser opens, and what was sent beside it."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from lms.activities.assignment.data import WorkInfo
from lms.kernel.context import Context
from lms.kernel.files import path_of
from lms.kernel.media import MediaInfo, media_file

_IN_MEMORY = 5_000_000
_STRANGE = re.compile(r"[^\w.-]+")


def place_of_file(one: MediaInfo) -> str:
    """Where a photo, voice or file stands inside the download."""
    return f"fichiers/{one.key}-{_STRANGE.sub('-', one.name)[-60:]}"


def packed(ctx: Context, works: Sequence[WorkInfo], *, page: str, data_dir: Path) -> IO[bytes]:
    """The page and its files, zipped; the works are the subject's own."""
    target = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - who sends it closes it
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mon-dossier.html", page)
        for one in _media(works):
            archive.write(path_of(data_dir, media_file(ctx, one.id)), place_of_file(one))
    target.seek(0)
    return target


def _media(works: Sequence[WorkInfo]) -> Iterator[MediaInfo]:
    seen = set()
    for work in works:
        for one in work.accepted.media if work.accepted else ():
            if one.key not in seen:
                seen.add(one.key)
                yield one
