"""What the grid sends: `m-<enrolment>-<behaviour>`, `all-<enrolment>`, and what the page showed: `seen-<enrolment>`."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from lms.courses.api import YES

NOTHING = "-"


def seen_words(marks: dict[str, str], keys: Sequence[str]) -> str:
    """What a page shows of someone, so that a page kept for an hour changes nothing that it did not touch."""
    return ",".join(marks.get(key, NOTHING) for key in keys)


def marks_in(form: MultiDict[str, str], keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """Enrolment key → behaviour key → mark, of what was touched. "All yes" fills what is left without a mark."""
    found: dict[str, dict[str, str]] = {}
    for name in form:
        if not name.startswith("seen-"):
            continue
        person = name.removeprefix("seen-")
        shown = dict(zip(keys, form.get(name, "").split(","), strict=False))
        given = {key: form.get(f"m-{person}-{key}") or (YES if f"all-{person}" in form else "") for key in keys}
        touched = {key: one for key, one in given.items() if one and one != shown.get(key, NOTHING)}
        if touched:
            found[person] = touched
    return found
