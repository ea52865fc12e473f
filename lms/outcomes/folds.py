"""Rates of what becomes of people, as pure functions of ends and of the organisation's rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from lms.kernel.clock import months_after
from lms.outcomes.data import FEWEST, MONTHS, UNSAID, Ending, Rate, Row, RuleInfo

SPANS = (1, 3, 12)
"""Months: a row tells of the finest of these spans that five people of its group share."""
POSITIVE, OTHER, UNKNOWN, TOO_EARLY = "positive", "other", "unknown", "too_early"
WITHOUT_NEWS = frozenset({"", "lost_touch"})
"""Reasons that say nothing of what became of someone."""


def verdict(ending: Ending, rule: RuleInfo, *, month: int, today: date) -> str:
    """What an end counts as, at its time or so many months after. Without an answer it is unknown: never guessed."""
    if month == 0:
        if ending.reason in rule.reasons:
            return POSITIVE
        return UNKNOWN if ending.reason in WITHOUT_NEWS else OTHER
    if months_after(ending.ended_on, month) > today:
        return TOO_EARLY
    said = ending.situations.get(month, "")
    if said in ("", UNSAID):
        return UNKNOWN
    return POSITIVE if said in rule.situations else OTHER


def rate(endings: Iterable[Ending], rule: RuleInfo, *, month: int, today: date) -> Rate:
    """The rate at a month. The same ends in any order give the same rate."""
    counts = dict.fromkeys((POSITIVE, OTHER, UNKNOWN, TOO_EARLY), 0)
    people = set()
    for ending in endings:
        found = verdict(ending, rule, month=month, today=today)
        counts[found] += 1
        if found != TOO_EARLY:
            people.add(ending.membership_id)
    return Rate(month, len(people), counts[POSITIVE], counts[OTHER], counts[UNKNOWN], counts[TOO_EARLY])


def known_groups(endings: Sequence[Ending]) -> frozenset[int]:
    """The groups that may be named: each with five people, and five at least among all who are not named, or none.

    Else who is left out would be read by subtraction.
    """
    people: dict[int, set[int]] = {}
    for ending in endings:
        people.setdefault(ending.cohort_id, set()).add(ending.membership_id)
    by_size = sorted(people, key=lambda group: (-len(people[group]), group))
    named = [group for group in by_size if len(people[group]) >= FEWEST]
    rest = [group for group in by_size if group not in named]
    while rest and len(set().union(*(people[group] for group in rest))) < FEWEST and named:
        rest.append(named.pop())
    return frozenset(named)


def by_group(endings: Sequence[Ending], rule: RuleInfo, *, month: int, today: date) -> list[tuple[int | None, Rate]]:
    """The rate of each group that may be named, then of all the others together (None); nothing when that tells no more."""
    counted = [one for one in endings if verdict(one, rule, month=month, today=today) != TOO_EARLY]
    named = known_groups(counted)
    parts = [(group, [one for one in counted if one.cohort_id == group]) for group in sorted(named)]
    rest = [one for one in counted if one.cohort_id not in named]
    lines: list[tuple[int | None, Rate]] = [
        (group, rate(part, rule, month=month, today=today)) for group, part in parts
    ]
    if rest:
        lines.append((None, rate(rest, rule, month=month, today=today)))
    return lines if len(lines) > 1 else []


def rows(endings: Sequence[Ending], rule: RuleInfo, *, names: Mapping[int, str], others: str, today: date) -> list[Row]:
    """The ends without anyone's name, in an order that tells nothing; none when there are fewer than five people."""
    if len({one.membership_id for one in endings}) < FEWEST:
        return []
    named = known_groups(endings)
    groups: dict[int | None, list[Ending]] = {}
    for one in endings:
        groups.setdefault(one.cohort_id if one.cohort_id in named else None, []).append(one)
    made = [
        Row(
            group=names.get(group, others) if group is not None else others,
            entered=_beginning(one.entered_on, months),
            ended=_beginning(one.ended_on, months),
            months=months,
            reason=one.reason,
            said_reason=one.said_reason,
            situations=tuple(_known(one, month, today) for month in MONTHS),
            verdict=verdict(one, rule, month=rule.month, today=today),
        )
        for group, theirs in groups.items()
        for months, one in _blurred(theirs)
    ]
    return sorted(
        made,
        key=lambda row: (row.ended, row.group, row.entered, row.months, row.reason, row.said_reason, row.situations),
    )


def _blurred(endings: Sequence[Ending]) -> list[tuple[int, Ending]]:
    """(months, end) of one group: entry and end by month, quarter or year, whichever five people share; 0: no date at all.

    Who is left without dates are five at least, too: a smallest cell joins them, else one would be read by subtraction.
    """
    cells: list[tuple[int, list[Ending]]] = []
    rest = list(endings)
    for months in SPANS:
        alike: dict[tuple[date, date], list[Ending]] = {}
        for one in rest:
            place = (_beginning(one.entered_on, months), _beginning(one.ended_on, months))
            alike.setdefault(place, []).append(one)
        cells += [(months, cell) for _place, cell in sorted(alike.items()) if _people(cell) >= FEWEST]
        rest = [one for cell in alike.values() if _people(cell) < FEWEST for one in cell]
    cells.sort(key=lambda cell: -_people(cell[1]))
    while 0 < _people(rest) < FEWEST and cells:
        rest += cells.pop()[1]
    return [(months, one) for months, cell in cells for one in cell] + [(0, one) for one in rest]


def _people(endings: Sequence[Ending]) -> int:
    return len({one.membership_id for one in endings})


def _beginning(day: date, months: int) -> date:
    """The first day of the month, quarter or year of a day; the same for all without one."""
    if not months:
        return date.min
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _known(ending: Ending, month: int, today: date) -> str:
    """What was answered at a month; "" unknown."""
    return ending.situations.get(month, TOO_EARLY if months_after(ending.ended_on, month) > today else "")
