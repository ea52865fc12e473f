"""Whether two statements say the same: what an LRS adds or may change is left out (xAPI 1.0.3, Data, 2.3.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lms.xapi.api import moment_of

_ADDED_BY_LRS = ("id", "stored", "authority", "version")


# Beyond this a duration is not compared (4.6).
_HUNDREDTHS = re.compile(r"([.,]\d\d)\d+(S)$")


def is_same(parts: Mapping[str, bytes], raw: str) -> bool:
    """Whether a statement of the ledger says what this one says (Data, 2.3.1: what an LRS adds or may change is left out)."""
    sent = {name: json.loads(bytes(value)) for name, value in parts.items()}
    kept = json.loads(raw)
    if "timestamp" not in sent:
        kept.pop("timestamp", None)
    return _essence(sent) == _essence(kept)


def is_signed_as(statement: Mapping[str, Any], signed: Mapping[str, Any]) -> bool:
    """Whether what is signed says what the statement says (2.6): the signature itself is no part of it."""
    both = [{name: value for name, value in one.items() if name != "attachments"} for one in (statement, signed)]
    if any("timestamp" not in one for one in both):
        both = [{name: value for name, value in one.items() if name != "timestamp"} for one in both]
    try:
        return _essence(both[0]) == _essence(both[1])
    except (ValueError, TypeError, AttributeError):
        return False  # what is signed has not the shape of a statement


def _essence(statement: dict[str, Any]) -> dict[str, Any]:
    found = {name: _canonical(name, value) for name, value in statement.items() if name not in _ADDED_BY_LRS}
    if "timestamp" in found:
        found["timestamp"] = moment_of(found["timestamp"])
    for verb in (found.get("verb"), (found.get("object") or {}).get("verb")):
        if isinstance(verb, dict):
            verb.pop("display", None)
    return found


def _canonical(name: str, value: Any) -> Any:
    """The same thing said another way is the same: lists of activities and members in any order, one or a list of one."""
    if name == "extensions":
        return value
    if name == "duration" and isinstance(value, str):
        return _HUNDREDTHS.sub(r"\1\2", value)
    if name in ("parent", "grouping", "category", "other", "member"):
        listed = value if isinstance(value, list) else [value]
        return sorted((_canonical("", one) for one in listed), key=_sorted_text)
    if isinstance(value, dict):
        return {inner: _canonical(inner, one) for inner, one in value.items() if inner != "definition"}
    return [_canonical("", one) for one in value] if isinstance(value, list) else value


def _sorted_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
