"""What a statement names beside its actor and its activity: other people and activities, statements, attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.kernel.context import Context
from lms.xapi.data import NewStatement
from lms.xapi.models import AttachmentRow, MentionRow, ReferenceRow, StatementRow

_MENTIONS = insert(MentionRow.__table__)  # type: ignore[arg-type]
_ATTACHMENTS = insert(AttachmentRow.__table__)  # type: ignore[arg-type]
_SPOKEN_OF = (
    select(StatementRow.statement_id, ReferenceRow.target)
    .join(StatementRow, StatementRow.id == ReferenceRow.statement)
    .where(StatementRow.statement_id.in_(bindparam("ids", expanding=True)))
)
_SPEAKING_OF = select(ReferenceRow.statement, ReferenceRow.stored, ReferenceRow.target).where(
    ReferenceRow.target.in_(bindparam("ids", expanding=True))
)


def note_names(ctx: Context, added: Sequence[NewStatement], row_ids: Mapping[str, int], *, stored: datetime) -> None:
    """Write down what new statements name, so that a machine finds them by it. `row_ids`: statement id → row."""
    owner = ctx.here.id
    mentions = [
        {
            "organisation_id": owner,
            "thing": thing,
            "stored": stored,
            "statement": row_ids[one.statement_id],
            "is_direct": direct,
        }
        for one in added
        if one.mentions
        for thing, direct in _strongest(one).items()
    ]
    if mentions:
        ctx.session.execute(_MENTIONS, mentions)
    attachments = [
        {
            "organisation_id": owner,
            "statement": row_ids[one.statement_id],
            "sha2": kept.sha2,
            "media_type": kept.media_type,
            "file_id": kept.file_id,
        }
        for one in added
        for kept in one.attachments
    ]
    if attachments:
        ctx.session.execute(_ATTACHMENTS, attachments)
    referring = [one for one in added if one.refers is not None]
    if referring:
        _refer(ctx, referring, row_ids, stored)


def _strongest(one: NewStatement) -> dict[bytes, bool]:
    """Each thing once: who is named directly and indirectly is named directly."""
    found: dict[bytes, bool] = {}
    for mention in one.mentions:
        found[mention.thing] = found.get(mention.thing, False) or mention.is_direct
    return found


def _refer(ctx: Context, added: Sequence[NewStatement], row_ids: Mapping[str, int], stored: datetime) -> None:
    """Each statement refers to its object, to what that one refers to, and so on; whichever arrives first."""
    targets = sorted({str(one.refers) for one in added})
    further: dict[str, set[str]] = {}
    for row in ctx.session.execute(_SPOKEN_OF, {"ids": targets}):
        further.setdefault(row.statement_id, set()).add(row.target)
    by_id = {one.statement_id: str(one.refers) for one in added}
    reached = {name: _reached(name, by_id, further) for name in by_id}
    rows = [
        {"organisation_id": ctx.here.id, "statement": row_ids[name], "stored": stored, "target": target}
        for name, found in reached.items()
        for target in sorted(found)
    ]
    known = {(row["statement"], row["target"]) for row in rows}
    for earlier in ctx.session.execute(_SPEAKING_OF, {"ids": sorted(by_id)}).all():
        for target in sorted(reached[earlier.target]):
            if (earlier.statement, target) not in known:
                known.add((earlier.statement, target))
                rows.append(
                    {
                        "organisation_id": ctx.here.id,
                        "statement": earlier.statement,
                        "stored": earlier.stored,
                        "target": target,
                    }
                )
    ctx.session.execute(_insert_new(ctx), rows)


def _insert_new(ctx: Context) -> Any:
    dialect = sqlite if ctx.session.info.get("is_sqlite") else postgresql
    return dialect.insert(ReferenceRow.__table__).on_conflict_do_nothing(index_elements=["statement", "target"])


def _reached(name: str, by_id: Mapping[str, str], further: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [by_id[name]]
    while waiting:
        target = waiting.pop()
        if target in found:
            continue  # two statements that refer to one another
        found.add(target)
        waiting += sorted(further.get(target, ()))
        if target in by_id:
            waiting.append(by_id[target])
    return found


def forget_names(ctx: Context, row_ids: Sequence[int]) -> list[int]:
    """Delete what erased statements named; returns the files that came with them."""
    for table in (MentionRow, ReferenceRow):
        ctx.session.execute(
            delete(table).where(table.statement.in_(row_ids)), execution_options={"synchronize_session": False}
        )
    return forget_attachments(ctx, row_ids)


def forget_attachments(ctx: Context, row_ids: Sequence[int]) -> list[int]:
    """Delete what says that files came with these statements; returns the files."""
    files = ctx.session.scalars(select(AttachmentRow.file_id).where(AttachmentRow.statement.in_(row_ids))).all()
    ctx.session.execute(
        delete(AttachmentRow).where(AttachmentRow.statement.in_(row_ids)),
        execution_options={"synchronize_session": False},
    )
    return sorted(set(files))
