"""What activities are: the definitions that machines gave, merged; ours, as our own statements say it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.kernel.context import Context
from lms.lrs.data import Bounds
from lms.lrs.incoming import Incoming
from lms.lrs.models import ActivityRow
from lms.xapi.api import last_said_of

RELATED = ("parent", "grouping", "category", "other")
MOST_NOTED, LONGEST_NOTED = 10_000, 1_000
_KNOWN = select(ActivityRow.iri, ActivityRow.definition).where(ActivityRow.iri.in_(bindparam("iris", expanding=True)))
# (organisation, what a statement said of activities, as bytes) that the table is known to hold: most repeat what others said.
_noted: set[tuple[int, bytes]] = set()


def note_definitions(ctx: Context, statements: Iterable[Incoming], *, bounds: Bounds | None = None) -> None:
    """Merge what new statements say of their activities into what is known; nothing is written when nothing is new.

    `bounds`: who speaks is heard on these activities only.
    """
    said = _said(ctx, statements, bounds)
    if not said:
        return
    known = {row.iri: row.definition for row in ctx.session.execute(_KNOWN, {"iris": sorted(said)})}
    changed: list[dict[str, Any]] = []
    repeated: set[bytes] = set()
    for iri in sorted(said):  # in one order for everybody: two requests never wait for each other
        before = json.loads(known[iri]) if iri in known else {}
        after = before
        for text in said[iri]:
            after = merged(after, json.loads(text))
        if iri in known and after == before:
            repeated.update(said[iri].values())
        else:
            changed.append({"organisation_id": ctx.here.id, "iri": iri, "definition": _text(after)})
            repeated.difference_update(said[iri].values())
    if changed:
        ctx.session.execute(_upsert(ctx), changed)
    elif bounds is None:  # else not all of a part was heard
        _remember(ctx, repeated)


def _said(ctx: Context, statements: Iterable[Incoming], bounds: Bounds | None) -> dict[str, dict[str, bytes]]:
    """IRI → each definition as text, with the bytes of the part that has it."""
    said: dict[str, dict[str, bytes]] = {}
    for one in statements:
        for part, found in _parts_with_definitions(ctx, one):
            for iri, definition in found:
                if bounds is None or bounds.covers(iri):
                    said.setdefault(iri, {}).setdefault(_text(definition), part)
    return said


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with what a later word adds: languages and extensions side by side, the rest by the later one."""
    found = {**before, **after}
    for name in ("name", "description", "extensions"):
        if name in before and name in after:
            found[name] = {**before[name], **after[name]}
    return found


def definitions(ctx: Context, iris: Collection[str]) -> dict[str, dict[str, Any]]:
    """What is known of these activities; those of which nobody said anything are left out."""
    found = {row.iri: json.loads(row.definition) for row in ctx.session.execute(_KNOWN, {"iris": sorted(iris)})}
    for iri in sorted(set(iris) - set(found)):
        if iri.startswith(ctx.iri_prefix):
            said = last_said_of(ctx, iri)
            if said is not None:
                found[iri] = json.loads(said)["object"].get("definition", {})
    return found


def _parts_with_definitions(ctx: Context, one: Incoming) -> Iterator[tuple[bytes, Iterator[tuple[str, Any]]]]:
    """(bytes, (IRI, definition) in them) of the parts of a statement that define activities and were not met before."""
    part = bytes(one.parts["object"])
    if (ctx.here.id, part) not in _noted:
        yield part, _of_thing(one.said.object)
    part = bytes(one.parts.get("context", b""))
    if b"definition" in part and (ctx.here.id, part) not in _noted:
        yield part, _of_lists(json.loads(part).get("contextActivities", {}))


def _of_thing(thing: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "definition" in thing and thing.get("objectType", "Activity") == "Activity":
        yield thing["id"], thing["definition"]
    inner = thing.get("object")
    if isinstance(inner, dict):
        yield from _of_thing(inner)
        yield from _of_lists((thing.get("context") or {}).get("contextActivities", {}))


def _of_lists(related: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in RELATED:
        value = related.get(name, [])
        for activity in value if isinstance(value, list) else [value]:
            yield from _of_thing(activity)


def _text(definition: Mapping[str, Any]) -> str:
    return json.dumps(definition, ensure_ascii=False, sort_keys=True)


def _remember(ctx: Context, parts: Collection[bytes]) -> None:
    if len(_noted) > MOST_NOTED:
        _noted.clear()
    _noted.update((ctx.here.id, part) for part in parts if len(part) < LONGEST_NOTED)


def _upsert(ctx: Context) -> Any:
    dialect = sqlite if ctx.session.info.get("is_sqlite") else postgresql
    insert = dialect.insert(ActivityRow.__table__)
    return insert.on_conflict_do_update(
        index_elements=["organisation_id", "iri"], set_={"definition": insert.excluded.definition}
    )
