"""Photos, voices and files of a form that could not be taken yet: the session was over, or a line was missing.

A browser fills a form again but for its files. They wait here for two hours under a name that only the answered page knows,
and come back with the next sending, for the person for whom the form was made and for nobody else. No row names them.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

log = logging.getLogger(__name__)
LIVES = timedelta(hours=2)
MOST_BYTES = 60_000_000
"""Of one form."""
MOST_IN_ALL = 1_000_000_000
_NAME = re.compile(r"[0-9a-f]{32}")
_MARK = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Parked:
    """A file as it was sent."""

    name: str
    data: bytes


def park(data_dir: Path, files: Sequence[Parked], *, whose: str, now: datetime) -> str:
    """Let files wait for who the form was made for (`whose`: its mark); returns their name, "" when they cannot be kept."""
    size = sum(len(one.data) for one in files)
    sweep(data_dir, now)
    if not files or not _MARK.fullmatch(whose) or size > MOST_BYTES or size + _held(data_dir) > MOST_IN_ALL:
        return ""
    name = secrets.token_hex(16)
    head = {
        "until": (now + LIVES).timestamp(),
        "whose": whose,
        "files": [[one.name[-200:], len(one.data)] for one in files],
    }
    target = _folder(data_dir) / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as written:
            written.write(json.dumps(head).encode() + b"\n")
            written.writelines(one.data for one in files)
    except OSError:
        log.warning("files of a form could not wait: the disk refuses them")
        target.unlink(missing_ok=True)
        return ""
    return name


def parked(data_dir: Path, name: str, *, whose: str, now: datetime) -> list[Parked]:
    """The files that wait under a name, for who the form was made for; none for anyone else, or when their time is over."""
    if not _NAME.fullmatch(name):
        return []
    try:
        head, _, rest = (_folder(data_dir) / name).read_bytes().partition(b"\n")
    except OSError:
        return []
    known = json.loads(head)
    if not secrets.compare_digest(known["whose"], whose) or known["until"] < now.timestamp():
        return []
    found, at = [], 0
    for one, size in known["files"]:
        found.append(Parked(one, rest[at : at + size]))
        at += size
    return found


def forget(data_dir: Path, name: str) -> None:
    """They have been taken."""
    if _NAME.fullmatch(name):
        (_folder(data_dir) / name).unlink(missing_ok=True)


def sweep(data_dir: Path, now: datetime) -> None:
    """Forget those whose time is over."""
    for path in _waiting(data_dir):
        try:
            with path.open("rb") as opened:
                is_over = json.loads(opened.readline())["until"] < now.timestamp()
        except (OSError, ValueError, KeyError):  # taken meanwhile, or a disk that was full in the middle
            is_over = path.exists() and path.stat().st_mtime < (now - LIVES).timestamp()
        if is_over:
            path.unlink(missing_ok=True)


def _held(data_dir: Path) -> int:
    return sum(path.stat().st_size for path in _waiting(data_dir) if path.exists())


def _waiting(data_dir: Path) -> Iterable[Path]:
    folder = _folder(data_dir)
    return [path for path in folder.iterdir() if _NAME.fullmatch(path.name)] if folder.exists() else []


def _folder(data_dir: Path) -> Path:
    return data_dir / "parked"
