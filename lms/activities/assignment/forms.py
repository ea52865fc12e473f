"""What the forms of works send."""

from __future__ import annotations

import uuid

from werkzeug.datastructures import MultiDict


def intent_in(form: MultiDict[str, str]) -> str:
    """The form's own UUID; a new one when it is missing or strange."""
    try:
        return str(uuid.UUID(form.get("intent", "")))
    except ValueError:
        return str(uuid.uuid4())


def marks_in(form: MultiDict[str, str]) -> dict[str, str]:
    """`m-<criterion>` → the mark."""
    return {name.removeprefix("m-"): value for name, value in form.items() if name.startswith("m-")}


def count_in(form: MultiDict[str, str], name: str) -> int:
    """A small whole number of a hidden field; 0 when it is strange, which no version has as its number."""
    typed = form.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
