"""What staff say of criteria or behaviours, one by one: yes, partly, not yet. What an author writes of them, and what is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lms.contract.types import ActivityType, Source
from lms.courses.data import Play
from lms.courses.telling import say
from lms.kernel.context import Context
from lms.kernel.database import new_key
from lms.kernel.i18n import mark
from lms.xapi.api import COMPLETED, FAILED, PASSED, Intent, Said

YES, PARTLY, NOT_YET = "yes", "partly", "no"
WORTH: Mapping[str, float] = {YES: 1.0, PARTLY: 0.5, NOT_YET: 0.0}
MARK_WORDS = {YES: mark("oui"), PARTLY: mark("en partie"), NOT_YET: mark("pas encore")}
PART_TYPE = "http://adlnet.gov/expapi/activities/objective"
_ROUNDING = 1e-9
_LONGEST = 300


def score_of(marks: Iterable[str]) -> float:
    """The mean of what marks are worth, from 0 to 1."""
    worth = [WORTH[one] for one in marks]
    return sum(worth) / len(worth) if worth else 0.0


def reaches(score: float, least: float | None) -> bool | None:
    """Whether a score is enough; None where none is asked for."""
    return None if least is None else score >= least - _ROUNDING


def say_whole(
    ctx: Context,
    found: Play,
    intent: Intent,
    number: int,
    *,
    kind: ActivityType,
    score: float,
    least: float | None,
) -> Said:
    """What staff say of the whole: passed or failed where a score is asked for, else completed. The context acts for the person."""
    is_enough = reaches(score, least)
    verb = COMPLETED if is_enough is None else PASSED if is_enough else FAILED
    return say(
        ctx, found, intent, number, kind=kind, verb=verb, source=Source.STAFF, scaled=score, success=is_enough,
        completion=True if is_enough is None else is_enough,
    )  # fmt: skip


def say_part(
    ctx: Context,
    found: Play,
    intent: Intent,
    number: int,
    *,
    kind: ActivityType,
    part: tuple[str, str],
    given: str,
) -> Said:
    """What staff say of one part, (key, text): it may feed a criterion of its own."""
    is_met = given == YES
    key, text = part
    return say(
        ctx, found, intent, number, kind=kind, verb=PASSED if is_met else FAILED, source=Source.STAFF,
        part=(key, PART_TYPE, text[:200]), scaled=WORTH[given], success=is_met, response=given,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- what authors write


def field_problems(body: Mapping[str, Any], known: Sequence[str]) -> Iterator[str]:
    """Fields that are not planned, and a score that is none."""
    yield from (f"Le champ `{name}` n'est pas prévu ici." for name in body if name not in known)
    least = body.get("pass", 1)
    if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1:
        yield "`pass` : écrivez un nombre de 0 à 1, comme 0.7, ou enlevez la ligne."


def row_problems(body: Mapping[str, Any], name: str, *, least: int, most: int) -> Iterator[str]:
    """What is wrong with a list of `{key, text}`."""
    rows = body.get(name)
    if not isinstance(rows, list) or not least <= len(rows) <= most:
        yield f"`{name}` : écrivez de {least} à {most} lignes, chacune avec un `text`."
        rows = rows if isinstance(rows, list) else []
    for number, row in enumerate(rows, 1):
        text = row.get("text") if isinstance(row, Mapping) else None
        if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST:
            yield f"`{name}`, ligne {number} : `text` est une phrase de {_LONGEST} signes au plus."
        if isinstance(row, Mapping):
            yield from (
                f"`{name}`, ligne {number} : le champ `{field}` n'est pas prévu ici."
                for field in row
                if field not in ("key", "text")
            )
    keys = [str(row["key"]) for row in rows if isinstance(row, Mapping) and row.get("key")]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"`{name}` : la clé {key} sert deux fois : effacez l'une des deux, elle sera refaite."


def ordered_rows(rows: Any) -> list[Any]:
    """Rows with their fields in order and their missing keys made."""
    return [
        {"key": row.get("key") or new_key(), **{name: value for name, value in row.items() if name != "key"}}
        if isinstance(row, Mapping)
        else row
        for row in (rows if isinstance(rows, list) else [])
    ]
