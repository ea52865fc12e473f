"""The figure "acquisition": person × competence of a framework's version, registered with the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.api import membership_ids_by_uuid, people
from lms.competences.folds import fold_acquisition
from lms.competences.models import Acquisition
from lms.competences.paths import paths_of
from lms.contract.types import Key, LedgerEntry
from lms.courses.api import activity_iri, key_of_iri
from lms.kernel.context import Context
from lms.xapi.api import entries_by_activity

FIGURE = "acquisition"
_PEOPLE = 200
_FIELDS = ("met", "total", "reached_at", "expires_at", "explanation", "rule")
_TABLE: Any = Acquisition.__table__
_INSERTS: dict[bool, Any] = {True: sqlite.insert(_TABLE), False: postgresql.insert(_TABLE)}
_UPSERTS = {
    is_sqlite: insert.on_conflict_do_update(
        index_elements=["membership_id", "competence_id"],
        set_={name: insert.excluded[name] for name in (*_FIELDS, "block_id")},
    )
    for is_sqlite, insert in _INSERTS.items()
}


class AcquisitionFigure:
    """Keys are (UUID of the membership, competence id)."""

    name = FIGURE

    def touched(self, ctx: Context, entries: Sequence[LedgerEntry]) -> Iterable[Key]:
        """The competences that the activities of these statements feed in their people's courses."""
        said = {
            (one.membership_id, key)
            for one in entries
            if one.membership_id is not None and (key := key_of_iri(ctx, one.activity)) is not None
        }
        paths = paths_of(ctx, {member for member, _key in said})
        return {
            (paths[member].uuid, str(competence_id))
            for member, key in said
            if member in paths
            for competence_id in paths[member].ground.fed_by.get(key, ())
        }

    def compute(self, ctx: Context, keys: Sequence[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """Fold each key's statements under the coverage of the course versions that the person has followed."""
        known = membership_ids_by_uuid(ctx, {uuid for uuid, _competence in keys})
        paths = paths_of(ctx, known.values())
        wanted = [
            (key, member, int(key[1]))
            for key in keys
            if (member := known.get(key[0])) in paths and int(key[1]) in paths[member].ground.competences
        ]
        pairs = {
            (member, activity_iri(ctx, activity))
            for _key, member, competence_id in wanted
            for activity in paths[member].ground.activities(competence_id)
        }
        entries = entries_by_activity(ctx, pairs)
        values: dict[Key, Mapping[str, Any]] = {}
        for key, member, competence_id in wanted:
            ground = paths[member].ground
            block, competence = ground.competences[competence_id]
            figure = fold_acquisition(
                competence,
                ground.feeds,
                {one: entries[(member, activity_iri(ctx, one))] for one in ground.activities(competence_id)},
                since=paths[member].since,
                course_version_ids=ground.versions[competence_id],
            )
            if figure is not None:
                values[key] = {**figure, "block_id": block.id}
        return values

    def stored(self, ctx: Context, keys: Sequence[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """What the table says now."""
        known = membership_ids_by_uuid(ctx, {uuid for uuid, _competence in keys})
        uuids = {member: uuid for uuid, member in known.items()}
        pairs = sorted((known[uuid], int(competence_id)) for uuid, competence_id in keys if uuid in known)
        rows = ctx.session.execute(
            select(Acquisition).where(tuple_(Acquisition.membership_id, Acquisition.competence_id).in_(pairs))
        ).scalars()
        return {
            (uuids[row.membership_id], str(row.competence_id)): {
                **{name: getattr(row, name) for name in _FIELDS},
                "block_id": row.block_id,
            }
            for row in rows
        }

    def store(self, ctx: Context, values: Mapping[Key, Mapping[str, Any] | None]) -> None:
        """Upsert in sorted order; a key without a value loses its row."""
        known = membership_ids_by_uuid(ctx, {uuid for uuid, _competence in values})
        rows, gone = [], []
        for (uuid, competence_id), value in sorted(values.items()):
            if uuid not in known:
                continue
            place = {"membership_id": known[uuid], "competence_id": int(competence_id)}
            if value is None:
                gone.append((place["membership_id"], place["competence_id"]))
            else:
                rows.append({**value, **place, "organisation_id": ctx.here.id})
        if rows:
            ctx.session.execute(_UPSERTS[bool(ctx.session.info.get("is_sqlite"))], rows)
        if gone:
            ctx.session.execute(
                delete(Acquisition).where(tuple_(Acquisition.membership_id, Acquisition.competence_id).in_(gone)),
                execution_options={"synchronize_session": False},
            )

    def all_keys(self, ctx: Context) -> Iterator[Key]:
        """Every competence that a person's courses feed, and every stored row, some people at a time."""
        last = 0
        while some := ctx.session.scalars(_people_after(ctx, last)).all():
            fed = {
                (path.uuid, str(competence_id))
                for path in paths_of(ctx, some).values()
                for competence_id in path.ground.competences
            }
            yield from sorted(fed | stored_keys(ctx, some))
            last = some[-1]


def _people_after(ctx: Context, last: int) -> Select[int]:
    person = people(ctx).subquery()
    found = select(person.c.membership_id).where(person.c.membership_id > last)
    return found.order_by(person.c.membership_id).limit(_PEOPLE)


def fed_by_statements(ctx: Context, membership_ids: Iterable[int]) -> set[Key]:
    """The keys of these people that have statements under the course versions that they have followed."""
    paths = paths_of(ctx, membership_ids)
    fed = {
        (member, competence_id): {(member, activity_iri(ctx, one)) for one in path.ground.activities(competence_id)}
        for member, path in paths.items()
        for competence_id in path.ground.competences
    }
    entries = entries_by_activity(ctx, {pair for pairs in fed.values() for pair in pairs})
    return {
        (paths[member].uuid, str(competence_id))
        for (member, competence_id), pairs in fed.items()
        if any(entries[pair] for pair in pairs)
    }


def stored_keys(ctx: Context, membership_ids: Iterable[int]) -> set[Key]:
    """The keys of these people that have a stored row."""
    person = people(ctx).subquery()
    rows = ctx.session.execute(
        select(person.c.uuid, Acquisition.competence_id)
        .join(Acquisition, Acquisition.membership_id == person.c.membership_id)
        .where(Acquisition.membership_id.in_(sorted(set(membership_ids))))
    )
    return {(row.uuid, str(row.competence_id)) for row in rows}
