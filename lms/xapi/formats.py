"""What is read from outside: identifiers, moments, strict JSON (xAPI 1.0.3, Data, 2.2 and 4; RFC 8259, RFC 3339)."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import msgspec

from lms.xapi.data import Unacceptable

UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-]\d\d)(?::?(\d\d))?)?")


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


def read_json(body: bytes, at: str = "JSON") -> Any:
    """Strict JSON: UTF-8, no key twice, no NaN, no lone surrogate, not nested without end."""
    try:
        decoded = json.loads(body.decode(), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
        if _SURROGATE.search(body):
            msgspec.json.decode(body)  # refuses half of a pair, which json lets through
    except RecursionError:
        raise Unacceptable(f"{at}: nested too deep") from None
    except UnicodeDecodeError:
        raise Unacceptable(f"{at}: is not UTF-8") from None
    except (ValueError, msgspec.DecodeError) as wrong:
        raise Unacceptable(f"{at}: {wrong}") from None
    return decoded


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = Counter(name for name, _value in pairs)
        raise ValueError(f"the key “{names.most_common(1)[0][0][:60]}” stands twice in one object")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")
