"""Acquisition, as a pure fold: the same set of statements gives the same figure, whatever their order or repeats."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from lms.competences.data import CompetenceInfo, Feed
from lms.contract.types import LedgerEntry, Source
from lms.xapi.api import ATTENDED, COMPLETED, FAILED, PASSED

RULE = 1
"""Version of this rule: a figure says under which one it was computed."""
SCORED = frozenset({PASSED.iri, FAILED.iri, COMPLETED.iri})
VALIDATED = frozenset({ATTENDED.iri, COMPLETED.iri, PASSED.iri})
GRADERS = frozenset({Source.SERVER.value, Source.STAFF.value})
MOST_PROOFS = 10
_ROUNDING = 1e-9

Span = tuple[datetime, "datetime | None"]
Shown = tuple[datetime, LedgerEntry, str]
"""When, what, and the key of the activity that it is about."""


def fold_acquisition(
    competence: CompetenceInfo,
    feeds: Mapping[int, Sequence[Feed]],
    entries: Mapping[str, Iterable[LedgerEntry]],
    *,
    since: datetime,
    course_version_ids: Iterable[int] = (),
) -> dict[str, Any] | None:
    """The figure, or None when nothing was said of any criterion.

    `feeds`: criterion id → coverage; `entries`: activity key → valid statements of the person; `since`: their first entry,
    before which nothing counts as having happened.
    """
    stories = [_story(feeds.get(one.id, ()), entries, since) for one in competence.criteria]
    if not any(any(story) for story in stories):
        return None
    months = competence.valid_months
    held = [_spans([at for at, *_rest in proofs], months) for proofs, _nearest, _own in stories]
    spans = _together(held, competence.needed)
    return {
        "met": sum(map(bool, held)),
        "total": len(held),
        "reached_at": spans[-1][0] if spans else None,
        "expires_at": spans[-1][1] if spans else None,
        "explanation": {
            "needed": competence.needed,
            "months": months,
            "criteria": [
                _explained(criterion.code, own_spans, story)
                for criterion, own_spans, story in zip(competence.criteria, held, stories, strict=True)
            ],
            "earlier": [[_text(begins), _text(ends)] for begins, ends in spans[:-1]],
            "courses": sorted(set(course_version_ids)),
        },
        "rule": RULE,
    }


def is_proof(entry: LedgerEntry, minimum: float | None) -> bool:
    """Whether a statement shows a criterion: a score that reaches the minimum, or the word of someone of the staff."""
    if minimum is None:
        return entry.source == Source.STAFF and entry.verb in VALIDATED
    return _is_graded(entry) and (entry.scaled or 0.0) >= minimum - _ROUNDING


def _is_graded(entry: LedgerEntry) -> bool:
    return entry.source in GRADERS and entry.verb in SCORED and entry.scaled is not None


def _story(
    feeds: Sequence[Feed], entries: Mapping[str, Iterable[LedgerEntry]], since: datetime
) -> tuple[list[Shown], Shown | None, Shown | None]:
    """What shows the criterion, the nearest to it when nothing does, and what the person says of it."""
    proofs: dict[str, Shown] = {}
    tries: dict[str, Shown] = {}
    own: dict[str, Shown] = {}
    for feed in feeds:
        for entry in entries.get(feed.activity, ()):
            if feed.until is not None and entry.occurred_at > feed.until:
                continue
            shown = (max(entry.occurred_at, since), entry, feed.activity)
            if is_proof(entry, feed.minimum):
                proofs[entry.statement_id] = shown
            elif feed.minimum is not None and _is_graded(entry):
                tries[entry.statement_id] = shown
            elif entry.source == Source.LEARNER_DEVICE and entry.scaled is not None:
                own[entry.statement_id] = shown
    nearest = None if proofs else max(tries.values(), key=_by_score, default=None)
    return sorted(proofs.values(), key=_by_time), nearest, max(own.values(), key=_by_time, default=None)


def _by_time(shown: Shown) -> tuple[datetime, str]:
    return shown[0], shown[1].statement_id


def _by_score(shown: Shown) -> tuple[float, datetime, str]:
    return shown[1].scaled or 0.0, *_by_time(shown)


def _spans(moments: Sequence[datetime], months: int | None) -> list[Span]:
    """When a criterion counts: from each proof on, for so many months; spans that touch are one."""
    if not moments or months is None:
        return [(moments[0], None)] if moments else []
    spans: list[Span] = []
    for at in moments:
        ends = months_later(at, months)
        if spans and spans[-1][1] is not None and at <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], ends))
        else:
            spans.append((at, ends))
    return spans


def months_later(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or its last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _together(held: Sequence[Sequence[Span]], needed: int) -> list[Span]:
    """When at least so many criteria count at once."""
    changes: dict[datetime, int] = {}
    for begins, ends in (span for spans in held for span in spans):
        changes[begins] = changes.get(begins, 0) + 1
        if ends is not None:
            changes[ends] = changes.get(ends, 0) - 1
    spans: list[Span] = []
    since, counting = None, 0
    for at in sorted(changes):
        counting += changes[at]
        if counting >= needed and since is None:
            since = at
        elif counting < needed and since is not None:
            spans.append((since, at))
            since = None
    return spans if since is None else [*spans, (since, None)]


def _explained(
    code: str, spans: Sequence[Span], story: tuple[list[Shown], Shown | None, Shown | None]
) -> dict[str, Any]:
    proofs, nearest, own = story
    kept = proofs if len(proofs) <= MOST_PROOFS else [*proofs[: MOST_PROOFS - 1], proofs[-1]]
    return {
        "code": code,
        "met_at": _text(spans[0][0]) if spans else None,
        "until": _text(spans[-1][1]) if spans else None,
        "proofs": [_quoted(one) for one in kept],
        "nearest": _quoted(nearest) if nearest else None,
        "own_view": _quoted(own) if own else None,
    }


def _quoted(shown: Shown) -> dict[str, Any]:
    at, entry, activity = shown
    return {
        "statement": entry.statement_id,
        "at": _text(at),
        "activity": activity,
        "verb": entry.verb,
        "source": entry.source,
        "scaled": entry.scaled,
        "by": entry.instructor_id,
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
