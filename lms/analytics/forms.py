"""What a browser may ask of the heat map."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lms.analytics.data import ALL, BY_NAME, ENDED, EVERYONE, NONE, PRESENT, SOME, Asked

MOST_WEEKS = 520
STATUSES = {"presents": PRESENT, "finis": ENDED, "tous": EVERYONE}
LEVELS = {"rien": NONE, "partie": SOME, "tout": ALL}
SORTS = {"nom": BY_NAME, "semaine": "week"}


def asked_from(values: Mapping[str, str]) -> Asked:
    """Read an address; what makes no sense is as if it were not there."""
    sort = values.get("tri", "nom")
    return Asked(
        page=max(1, _number(values.get("page")) or 1),
        search=values.get("nom", "").strip()[:80],
        status=STATUSES.get(values.get("qui", ""), PRESENT),
        week=_number(values.get("semaine")),
        day=_day(values.get("jour")),
        sort=SORTS.get(sort, sort)[:40],
        descending=values.get("sens") == "inverse",
        block=values.get("bloc", "")[:40],
        level=LEVELS.get(values.get("niveau", ""), ""),
    )


WHO = ("nom", "qui", "tri", "sens", "bloc", "niveau")
WHEN = ("semaine", "jour")


def address_of(values: Mapping[str, str], names: tuple[str, ...] = WHO + WHEN) -> dict[str, str]:
    """The same values, to carry along in links: those that are known and not empty, without the page."""
    return {name: values[name] for name in names if values.get(name)}


def _number(text: str | None) -> int | None:
    return min(int(text), MOST_WEEKS) if text and text.isascii() and text.isdigit() and len(text) < 6 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
