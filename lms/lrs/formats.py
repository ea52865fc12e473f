"""The small formats of the specification: identifiers, times, durations, languages (xAPI 1.0.3, Data, 4; 2.0, 4.2)."""

from __future__ import annotations

import re

IRI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f\x7f]+")
MAILBOX = re.compile(r"mailto:[^\s@<>\x00-\x1f]+@[^\s@<>\x00-\x1f]+")
SHA2 = re.compile(r"[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
MEDIA_TYPE = re.compile(r"[\w!#$&^.+*-]{1,127}/[\w!#$&^.+*-]{1,127}(?:\s*;[^\r\n]{0,200})?")
SHA1 = re.compile(r"[0-9a-fA-F]{40}")
LANGUAGE = re.compile(r"(?:[a-zA-Z]{2,8}|[xXiI](?=-))(?:-[a-zA-Z0-9]{1,8})*")
VERSION_1 = re.compile(r"1\.0(?:\.\d{1,3})?")
VERSION_2 = re.compile(r"2\.0(?:\.\d{1,3})?")
VERSION_1_OR_2 = re.compile(r"[12]\.0(?:\.\d{1,3})?")
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_DURATION = re.compile(
    rf"P(?!$)(?:{_NUMBER}W|(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)


def duration_seconds(text: str) -> float | None:
    """How long an ISO 8601 duration is; None where years or months leave it open. `ValueError` for anything else."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    weeks, years, months, days, hours, minutes, seconds = map(_number, found.groups())
    if years or months:
        return None
    return ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds


def _number(part: str | None) -> float:
    return float(part.replace(",", ".")) if part else 0.0
