"""The figure "progress": enrolment × activity, registered with the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from lms.contract.types import Key, LedgerEntry
from lms.courses.folds import fold_progress
from lms.courses.models import Enrolment, Progress
from lms.courses.structure import structure
from lms.kernel.context import Context
from lms.xapi.api import entries_by_registration, registrations_and_activities

_FIELDS = ("status", "best", "last", "attempts", "seconds", "first_at", "last_at", "done_at", "rule")
_CHUNK = 300
_BY_UUID = select(
    Enrolment.id, Enrolment.uuid, Enrolment.version_id, Enrolment.entered_at, Enrolment.membership_id
).where(Enrolment.uuid.in_(bindparam("uuids", expanding=True)))
_TABLE: Any = Progress.__table__
_INSERTS: dict[bool, Any] = {True: sqlite.insert(_TABLE), False: postgresql.insert(_TABLE)}
_UPSERTS = {
    is_sqlite: insert.on_conflict_do_update(
        index_elements=["enrolment_id", "activity_key"], set_={name: insert.excluded[name] for name in _FIELDS}
    )
    for is_sqlite, insert in _INSERTS.items()
}


def activity_iri(ctx: Context, key: str) -> str:
    """The IRI of an activity, or of a part of one: the same in every version."""
    return f"{ctx.iri_prefix}/a/{key}"


def key_of_iri(ctx: Context, iri: str) -> str | None:
    """The key in one of our activity IRIs, else None."""
    start = f"{ctx.iri_prefix}/a/"
    return iri.removeprefix(start) if iri.startswith(start) else None


class ProgressFigure:
    """Keys are (registration, activity key)."""

    name = "progress"

    def touched(self, ctx: Context, entries: Sequence[LedgerEntry]) -> Iterable[Key]:
        """One key for each registration and activity of ours."""
        verbs = _believed_verbs(ctx)
        for entry in entries:
            if entry.verb not in verbs:
                continue
            key = key_of_iri(ctx, entry.activity)
            if entry.registration and key:
                yield entry.registration, key

    def compute(self, ctx: Context, keys: Sequence[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """Fold each key's statements."""
        enrolments = _enrolments(ctx, {key[0] for key in keys})
        entries = entries_by_registration(ctx, [(key[0], activity_iri(ctx, key[1])) for key in keys])
        values: dict[Key, Mapping[str, Any]] = {}
        for key in keys:
            enrolment = enrolments.get(key[0])
            info = structure(ctx, enrolment.version_id).activities.get(key[1]) if enrolment else None
            kind = ctx.registry.activity_types.get(info.type) if info else None
            if enrolment is None or kind is None:
                continue
            found = [
                one
                for one in entries[(key[0], activity_iri(ctx, key[1]))]
                if one.membership_id == enrolment.membership_id
            ]
            figure = fold_progress(found, kind.believes, entered_at=enrolment.entered_at)
            if figure is not None:
                values[key] = asdict(figure)
        return values

    def stored(self, ctx: Context, keys: Sequence[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """What the table says now."""
        enrolments = {row.id: uuid for uuid, row in _enrolments(ctx, {key[0] for key in keys}).items()}
        rows = ctx.session.execute(select(*(getattr(Progress, name) for name in ("enrolment_id", "activity_key", *_FIELDS))).where(
            Progress.enrolment_id.in_(sorted(enrolments)), Progress.activity_key.in_(sorted({key[1] for key in keys}))
        ))  # fmt: skip
        wanted = set(keys)
        found = {
            (enrolments[row.enrolment_id], row.activity_key): {name: getattr(row, name) for name in _FIELDS}
            for row in rows
        }
        return {key: value for key, value in found.items() if key in wanted}

    def store(self, ctx: Context, values: Mapping[Key, Mapping[str, Any] | None]) -> None:
        """Upsert in sorted order; a key without a value loses its row."""
        enrolments = _enrolments(ctx, {key[0] for key in values})
        rows, gone = [], []
        for key, value in sorted(values.items()):
            enrolment = enrolments.get(key[0])
            if enrolment is None:
                continue
            if value is None:
                gone.append((enrolment.id, key[1]))
            else:
                rows.append(
                    {**value, "organisation_id": ctx.here.id, "enrolment_id": enrolment.id, "activity_key": key[1]}
                )
        if rows:
            ctx.session.execute(_UPSERTS[bool(ctx.session.info.get("is_sqlite"))], rows)
        if gone:
            ctx.session.execute(
                delete(Progress).where(tuple_(Progress.enrolment_id, Progress.activity_key).in_(gone)),
                execution_options={"synchronize_session": False},
            )

    def all_keys(self, ctx: Context) -> Iterator[Key]:
        """What the ledger knows of, and what is stored without it."""
        seen: set[Key] = set()
        for registration, iri in registrations_and_activities(ctx, _believed_verbs(ctx)):
            key = key_of_iri(ctx, iri)
            if key:
                seen.add((registration, key))
        for row in ctx.session.execute(
            select(Enrolment.uuid, Progress.activity_key).join(Progress, Progress.enrolment_id == Enrolment.id)
        ):
            seen.add((row.uuid, row.activity_key))
        yield from sorted(seen)


def _believed_verbs(ctx: Context) -> frozenset[str]:
    """Verbs that some activity type believes: answers to single questions, for one, change no figure."""
    return frozenset(one.verb for kind in ctx.registry.activity_types.values() for one in kind.believes)


def _enrolments(ctx: Context, uuids: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    wanted = sorted(uuids)
    for start in range(0, len(wanted), _CHUNK):
        rows = ctx.session.execute(_BY_UUID, {"uuids": wanted[start : start + _CHUNK]})
        found.update({row.uuid: row for row in rows})
    return found
