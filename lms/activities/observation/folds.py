"""What has been seen of someone, as a pure function of the valid statements about each behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lms.contract.types import LedgerEntry, Source
from lms.courses.api import NOT_YET, PARTLY, YES


def latest_marks(entries: Mapping[str, Iterable[LedgerEntry]]) -> dict[str, str]:
    """Behaviour key → the mark that staff gave last; absent where none was given."""
    found = {}
    for key, said in entries.items():
        given = [(one.occurred_at, one.id, one.scaled) for one in said if one.source == Source.STAFF]
        scores = [entry for entry in given if entry[2] is not None]
        if scores:
            worth = max(scores)[2]
            found[key] = YES if worth == 1 else PARTLY if worth else NOT_YET
    return found
