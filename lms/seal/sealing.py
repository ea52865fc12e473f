"""Sealing: what the ledger holds and no root covers yet is put under a new link of the chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import IntegrityError

from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.kernel.writers import earlier_writers_ended
from lms.seal.chain import beginning, facts_of, name_of, packed, root_of_link
from lms.seal.data import NO_CLOSING, Link, Record
from lms.seal.models import LinkRow, PieceRow
from lms.seal.reading import latest_link
from lms.seal.tree import Tree
from lms.xapi.api import FACTS, LEDGER_TABLE, last_row, rows_to_seal

BATCH = 100_000
"""Statements of a link, at the most: 9 MB in memory."""
PIECE = 1_024
"""Statements of a piece: a power of two, so that each piece is a branch of its own of the link's tree."""
Report = Callable[[int, int], None]
"""Hears how many statements are done, of how many; may raise to stop."""


@dataclass
class _Batch:
    """A link being made, in memory."""

    pieces: list[tuple[int, int, bytes, bytes]] = field(default_factory=list)
    merkle: Tree = field(default_factory=Tree)
    facts: Tree = field(default_factory=Tree)
    count: int = 0

    @property
    def last_row(self) -> int:
        return self.pieces[-1][1]

    def add(self, records: list[Record]) -> None:
        own = Tree()
        for one in records:
            own.add(one.leaf)
            self.facts.add(one.facts)
        self.merkle.add(own.root, len(records))
        self.pieces.append((records[0].row_id, records[-1].row_id, own.root, packed(records)))
        self.count += len(records)


def seal_now(platform: Platform, organisation_id: int, *, report: Report | None = None) -> list[Link]:
    """Seal what is committed now; returns the links that were made, often none.

    Reading and hashing hold no lock; each link is written in one short transaction, so what a crash leaves is a chain that
    ends earlier. Who else seals meanwhile wins: the second one goes on from there.
    """
    with platform.reading(organisation_id) as ctx:
        until, latest = last_row(ctx), latest_link(ctx)
    if until <= (latest.last_row if latest else 0) or not earlier_writers_ended(platform.database, LEDGER_TABLE):
        return []  # a transaction that goes on for too long may still commit in the middle: its turn comes later
    made: list[Link] = []
    while True:
        with platform.reading(organisation_id) as ctx:
            latest = latest_link(ctx)
            batch = _read(ctx, after=latest.last_row if latest else 0, until=until)
        if not batch.count:
            return made
        link = _write(platform, organisation_id, latest, batch)
        if link is not None:
            made.append(link)
            if report is not None:
                report(sum(one.count for one in made), until)


def _read(ctx: Context, *, after: int, until: int) -> _Batch:
    batch = _Batch()
    while batch.count < BATCH:
        rows = ctx.session.execute(rows_to_seal(ctx, after=after, until=until).limit(min(PIECE, BATCH - batch.count)))
        records = [record_of(row) for row in rows]
        if not records:
            break
        batch.add(records)
        after = batch.last_row
        if len(records) < PIECE:
            break
    return batch


def record_of(row: tuple[object, ...]) -> Record:
    """What a piece keeps of a row of `rows_to_seal`."""
    facts, (salt, leaf) = row[: len(FACTS)], row[len(FACTS) : len(FACTS) + 2]
    return Record(int(str(row[0])), name_of(str(row[1])), bytes(leaf), facts_of(bytes(salt), facts))  # type: ignore[call-overload]


def _write(platform: Platform, organisation_id: int, latest: Link | None, batch: _Batch) -> Link | None:
    """Write a link and its pieces; None when someone else has written one since."""
    try:
        with platform.writing(organisation_id) as ctx:
            if latest_link(ctx) != latest:
                return None
            link = next_link(
                ctx, latest, Link(0, batch.pieces[0][0], batch.last_row, batch.count, ctx.now, b"", batch.merkle.root, batch.facts.root, NO_CLOSING, b"")
            )  # fmt: skip
            row = add_link(ctx, link)
            ctx.session.add_all(
                PieceRow(organisation_id=ctx.here.id, link_id=row.id, position=position, first_row=first, last_row=last, node=node, content=content)
                for position, (first, last, node, content) in enumerate(batch.pieces)
            )  # fmt: skip
    except IntegrityError:  # PostgreSQL: both have seen the same latest link
        return None
    return link


def next_link(ctx: Context, latest: Link | None, link: Link) -> Link:
    """The link with its number, what stands before it, and its root."""
    previous, number = (latest.root, latest.number + 1) if latest else (beginning(ctx.here.key), 1)
    placed = replace(link, number=number, previous=previous)
    return replace(placed, root=root_of_link(placed))


def add_link(ctx: Context, link: Link) -> LinkRow:
    """Write a link at the end of the chain; `IntegrityError` when its number is taken."""
    names = ("number", "first_row", "last_row", "count", "sealed_at", "previous", "merkle", "facts", "closing", "root")
    row = LinkRow(organisation_id=ctx.here.id, **{name: getattr(link, name) for name in names})
    ctx.session.add(row)
    ctx.session.flush()
    return row
