"""The figure "acquisition": person × competence of a framework's version, registered with the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.api import members, membership_ids_by_uuid, people
from lms.competences.catalogue import coverages
from lms.competences.data import BlockInfo, CompetenceInfo, CoverageInfo, Feed
from lms.competences.folds import fold_acquisition
from lms.competences.models import Acquisition, Coverage, Criterion
from lms.contract.types import Key, LedgerEntry
from lms.courses.api import activity_iri, enrolments, key_of_iri
from lms.kernel.context import Context
from lms.xapi.api import entries_by_activity

FIGURE = "acquisition"
_statements: list[Select[Any]] = []
_FIELDS = ("met", "total", "reached_at", "expires_at", "explanation", "rule")


class _Path:
    """What a person's courses ask of them: for each competence, what feeds it, since when, in which course versions."""

    def __init__(self) -> None:
        self.competences: dict[int, tuple[BlockInfo, CompetenceInfo]] = {}
        self.feeds: dict[int, tuple[Feed, ...]] = {}
        self.since: datetime | None = None
        self.versions: dict[int, set[int]] = {}

    def add(self, coverage: CoverageInfo, entered_at: datetime) -> None:
        """Take an enrolment in: two courses that feed one criterion both count."""
        self.since = min(self.since or entered_at, entered_at)
        for competence_id, found in coverage.framework.competences.items():
            if coverage.covers(found[1]):
                self.competences[competence_id] = found
                self.versions.setdefault(competence_id, set()).add(coverage.course_version_id)
        for criterion_id, feeds in coverage.feeds.items():
            known = self.feeds.get(criterion_id, ())
            self.feeds[criterion_id] = (*known, *(feed for feed in feeds if feed not in known))

    def activities(self, competence_id: int) -> set[str]:
        """The keys of what feeds a competence."""
        _block, competence = self.competences[competence_id]
        return {feed.activity for criterion in competence.criteria for feed in self.feeds.get(criterion.id, ())}


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
        return _fed(ctx, said)

    def compute(self, ctx: Context, keys: Sequence[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """Fold each key's statements under the coverage of the person's course versions."""
        known = membership_ids_by_uuid(ctx, {uuid for uuid, _competence in keys})
        paths = _paths(ctx, known.values())
        wanted = [
            (key, known[key[0]], int(key[1]))
            for key in keys
            if key[0] in known and int(key[1]) in paths[known[key[0]]].competences
        ]
        pairs = {
            (member, activity_iri(ctx, activity))
            for _key, member, competence_id in wanted
            for activity in paths[member].activities(competence_id)
        }
        entries = entries_by_activity(ctx, pairs)
        values: dict[Key, Mapping[str, Any]] = {}
        for key, member, competence_id in wanted:
            path = paths[member]
            figure = fold_acquisition(
                path.competences[competence_id][1],
                path.feeds,
                {one: entries[(member, activity_iri(ctx, one))] for one in path.activities(competence_id)},
                since=path.since or ctx.now,
                course_version_ids=path.versions[competence_id],
            )
            if figure is not None:
                values[key] = {**figure, "block_id": path.competences[competence_id][0].id}
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
            dialect = sqlite if ctx.session.info.get("is_sqlite") else postgresql
            insert = dialect.insert(Acquisition)
            upsert = insert.on_conflict_do_update(
                index_elements=["membership_id", "competence_id"],
                set_={name: insert.excluded[name] for name in (*_FIELDS, "block_id")},
            )
            ctx.session.execute(upsert, rows)
        if gone:
            ctx.session.execute(
                delete(Acquisition).where(tuple_(Acquisition.membership_id, Acquisition.competence_id).in_(gone)),
                execution_options={"synchronize_session": False},
            )

    def all_keys(self, ctx: Context) -> Iterator[Key]:
        """Every competence that a person's courses feed, and every stored row."""
        seen = set(_fed(ctx, None))
        person = people(ctx).subquery()
        rows = ctx.session.execute(
            select(person.c.uuid, Acquisition.competence_id).join(
                Acquisition, Acquisition.membership_id == person.c.membership_id
            )
        )
        yield from sorted(seen | {(row.uuid, str(row.competence_id)) for row in rows})


def fed_by_statements(ctx: Context, membership_ids: Iterable[int]) -> set[Key]:
    """The keys of these people that have statements under their present course versions."""
    paths = _paths(ctx, membership_ids)
    fed = {
        (member, competence_id): {(member, activity_iri(ctx, one)) for one in path.activities(competence_id)}
        for member, path in paths.items()
        for competence_id in path.competences
    }
    entries = entries_by_activity(ctx, {pair for pairs in fed.values() for pair in pairs})
    who = members(ctx, paths)
    return {
        (who[member].uuid, str(competence_id))
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


def _fed(ctx: Context, said: set[tuple[int, str]] | None) -> set[Key]:
    """Keys whose competence these (membership id, activity key) feed; all keys without a limit. One query."""
    if said is not None and not said:
        return set()
    whole, some = _fed_statements(ctx)
    if said is None:
        rows = ctx.session.execute(whole)
    else:
        values = {"keys": sorted({key for _member, key in said}), "members": sorted({member for member, _key in said})}
        rows = ctx.session.execute(some, values)
    return {
        (row.uuid, str(row.competence_id))
        for row in rows
        if said is None or (row.membership_id, row.activity_key) in said
    }


def _fed_statements(ctx: Context) -> tuple[Select[Any], Select[Any]]:
    """Whose competences which activities feed: everyone's, and those of `members` by `keys`. Made once: this is every act."""
    if not _statements:
        enrolment, person = enrolments(ctx).subquery(), people(ctx).subquery()
        whole = (
            select(person.c.uuid, enrolment.c.membership_id, Coverage.activity_key, Criterion.competence_id)
            .join_from(Coverage, Criterion, Criterion.id == Coverage.criterion_id)
            .join(enrolment, enrolment.c.version_id == Coverage.course_version_id)
            .join(person, person.c.membership_id == enrolment.c.membership_id)
            .distinct()
        )
        some = whole.where(
            Coverage.activity_key.in_(bindparam("keys", expanding=True)),
            enrolment.c.membership_id.in_(bindparam("members", expanding=True)),
        )
        _statements.extend((whole, some))
    return _statements[0], _statements[1]


def _paths(ctx: Context, membership_ids: Iterable[int]) -> dict[int, _Path]:
    paths = {member: _Path() for member in membership_ids}
    enrolment = enrolments(ctx).subquery()
    rows = ctx.session.execute(
        select(enrolment.c.membership_id, enrolment.c.version_id, enrolment.c.entered_at).where(
            enrolment.c.membership_id.in_(sorted(paths))
        )
    ).all()
    covered = coverages(ctx, {row.version_id for row in rows})
    for row in rows:
        if row.version_id in covered:
            paths[row.membership_id].add(covered[row.version_id], row.entered_at)
    return paths
