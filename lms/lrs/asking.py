"""What a machine asks of the ledger, read strictly from the query of its request (Communication, 2.1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import UNSET

from lms.lrs import formats
from lms.lrs.checking import IDENTIFIERS, check_actor, identifier_of
from lms.lrs.data import Form
from lms.xapi.api import LIMIT, MOST, UUID, Filter, Unacceptable, moment_of, read_json

_FLAGS = ("ascending", "attachments", "related_activities", "related_agents")
_PARAMETERS = frozenset(
    {"agent", "verb", "activity", "registration", "since", "until", "limit", "after", "format", *_FLAGS}
)
_BESIDE_ID = frozenset({"attachments", "format"})


def one_statement(asked: Mapping[str, str]) -> tuple[str, bool] | None:
    """(id, whether it is asked for as a voided one) when the request is for one statement; None when it is for a list."""
    ids = [name for name in ("statementId", "voidedStatementId") if name in asked]
    if not ids:
        return None
    _refuse_unknown(asked, {*_BESIDE_ID, ids[0]})
    return uuid_of(asked, ids[0]), ids[0] == "voidedStatementId"


def filter_of(asked: Mapping[str, str]) -> Filter:
    """The filter of a request for a list."""
    _refuse_unknown(asked, _PARAMETERS)
    for name in ("verb", "activity"):
        if name in asked and not formats.IRI.fullmatch(asked[name]):
            raise Unacceptable(f"{name}: is not an IRI")
    return Filter(
        agent=agent_of(asked) if "agent" in asked else None,
        verb=asked.get("verb"),
        activity=asked.get("activity"),
        related_agents=_flag(asked, "related_agents"),
        related_activities=_flag(asked, "related_activities"),
        registration=uuid_of(asked, "registration") if "registration" in asked else None,
        since=moment_in(asked, "since"),
        until=moment_in(asked, "until"),
        limit=_limit(asked),
        ascending=_flag(asked, "ascending"),
        after=uuid_of(asked, "after") if "after" in asked else None,
    )


def form_of(asked: Mapping[str, str], languages: Iterable[str]) -> Form:
    """In which form the answer is asked for."""
    name = asked.get("format", "exact")
    if name not in ("ids", "exact", "canonical"):
        raise Unacceptable("format: is “ids”, “exact” or “canonical”")
    return Form(name, tuple(languages), _flag(asked, "attachments"))


def uuid_of(asked: Mapping[str, str], name: str) -> str:
    """A parameter that is a UUID."""
    if not UUID.fullmatch(asked.get(name, "")):
        raise Unacceptable(f"{name}: needs a UUID")
    return asked[name].lower()


def _refuse_unknown(asked: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(asked) - set(known))
    if unknown:
        raise Unacceptable(f"{unknown[0][:60]}: no such parameter here; there are {', '.join(sorted(known))}")


def _flag(asked: Mapping[str, str], name: str) -> bool:
    value = asked.get(name, "false")
    if value not in ("true", "false"):
        raise Unacceptable(f"{name}: is “true” or “false”")
    return value == "true"


def _limit(asked: Mapping[str, str]) -> int:
    text = asked.get("limit", str(LIMIT))
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Unacceptable("limit: is a whole number, 0 or more")
    return min(int(text) or MOST, MOST)


def moment_in(asked: Mapping[str, str], name: str) -> datetime | None:
    if name not in asked:
        return None
    try:
        return moment_of(asked[name].replace(" ", "+"))
    except ValueError:
        raise Unacceptable(f"{name}: is not an ISO 8601 timestamp") from None


def agent_of(asked: Mapping[str, str], name: str = "agent") -> str:
    """The identifier of a parameter that is an Agent or an identified Group, in JSON."""
    actor = check_actor(read_json(asked.get(name, "").encode(), name), name)
    if all(getattr(actor, one) is UNSET for one in IDENTIFIERS):
        raise Unacceptable(f"{name}: an anonymous group identifies nobody")
    return identifier_of(actor)
