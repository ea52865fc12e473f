"""The small formats of the specification: identifiers, times, durations, languages (xAPI 1.0.3, Data, 4; 2.0, 4.2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
IRI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f\x7f]+")
MAILBOX = re.compile(r"mailto:[^\s@<>\x00-\x1f]+@[^\s@<>\x00-\x1f]+")
SHA1 = re.compile(r"[0-9a-fA-F]{40}")
LANGUAGE = re.compile(r"(?:[a-zA-Z]{2,8}|[xXiI](?=-))(?:-[a-zA-Z0-9]{1,8})*")
VERSION_1 = re.compile(r"1\.0(?:\.\d{1,3})?")
VERSION_2 = re.compile(r"2\.0(?:\.\d{1,3})?")
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_DURATION = re.compile(
    rf"P(?!$)(?:{_NUMBER}W|(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-]\d\d)(?::?(\d\d))?)?")


def duration_seconds(text: str) -> float | None:
    """How long an ISO 8601 duration is; None where years or months leave it open. `ValueError` for anything else."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    weeks, years, months, days, hours, minutes, seconds = (
        float(part.replace(",", ".")) if part else 0.0 for part in found.groups()
    )
    if years or months:
        return None
    return ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds


def moment_of(text: str) -> datetime:
    """The moment of an ISO 8601 timestamp; one without a zone is in UTC. `ValueError` for anything else.

    An offset of -00:00 is refused: RFC 3339 keeps it for "the zone is unknown".
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, clock, seconds, fraction, zulu, hours, minutes = found.groups()
    offset = "+00:00" if zulu or hours is None else f"{hours}:{minutes or '00'}"
    if offset == "-00:00":
        raise ValueError(text)
    try:
        whole = datetime.fromisoformat(f"{day}T{clock}:{seconds or '00'}.{(fraction or '0')[:6]:0<6}{offset}")
        return whole.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None
