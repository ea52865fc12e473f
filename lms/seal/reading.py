"""The chain as it is kept: its links, their pieces, the closings."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from lms.kernel.context import Context
from lms.seal.data import Link
from lms.seal.models import ClosingRow, LinkRow, PieceRow
from lms.xapi.api import ranges_in

LINK = [getattr(LinkRow, field.name) for field in fields(Link)]
_LINKS = select(*LINK).order_by(LinkRow.number)
_LATEST = select(*LINK).order_by(LinkRow.number.desc()).limit(1)
_PIECE = (
    select(PieceRow.content, PieceRow.node, PieceRow.first_row, PieceRow.last_row)
    .join(LinkRow, LinkRow.id == PieceRow.link_id)
    .where(LinkRow.number == bindparam("number"))
    .order_by(PieceRow.position)
)


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing snapshot as it is kept."""

    number: int
    """Of its link."""
    closed_at: datetime
    count: int
    record: str
    rows: bytes

    def ranges(self) -> list[tuple[int, int]]:
        """The rows that it stands for; nothing, when the list cannot be read."""
        try:
            return list(ranges_in(zlib.decompress(self.rows).decode()))
        except (zlib.error, ValueError):
            return []


def links(ctx: Context) -> list[Link]:
    """The whole chain: a link a day or so."""
    return [Link(*row) for row in ctx.session.execute(_LINKS)]


def latest_link(ctx: Context) -> Link | None:
    """The last link, if there is one."""
    row = ctx.session.execute(_LATEST).one_or_none()
    return Link(*row) if row is not None else None


def pieces(ctx: Context, number: int) -> Iterator[Any]:
    """(content, node, first_row, last_row) of the pieces of a link, one in memory at a time."""
    position = 0
    query = _PIECE.where(PieceRow.position == bindparam("position"))
    while (row := ctx.session.execute(query, {"number": number, "position": position}).one_or_none()) is not None:
        yield row
        position += 1


def piece_nodes(ctx: Context, number: int) -> list[bytes]:
    """The roots of the pieces of a link, in order."""
    query = _PIECE.with_only_columns(PieceRow.node)
    return list(ctx.session.scalars(query, {"number": number}))


def piece_holding(ctx: Context, row_id: int) -> Any | None:
    """(number of the link, position, content) of the piece in whose range a row lies."""
    query = (
        select(LinkRow.number, PieceRow.position, PieceRow.content)
        .join(LinkRow, LinkRow.id == PieceRow.link_id)
        .where(PieceRow.last_row >= row_id, PieceRow.first_row <= row_id)
    )
    return ctx.session.execute(query.order_by(PieceRow.last_row).limit(1)).one_or_none()


def closings(ctx: Context) -> list[Closing]:
    """Every closing snapshot, in the order of the chain."""
    query = select(LinkRow.number, ClosingRow.closed_at, ClosingRow.count, ClosingRow.record, ClosingRow.rows)
    query = query.join(LinkRow, LinkRow.id == ClosingRow.link_id).order_by(LinkRow.number)
    return [Closing(*row) for row in ctx.session.execute(query)]


def link_with_root(ctx: Context, root: str) -> Link | None:
    """The link that has this root, as 64 hexadecimal figures; spaces and capitals do not matter."""
    try:
        wanted = bytes.fromhex("".join(root.split()))
    except ValueError:
        return None
    row = ctx.session.execute(_LINKS.where(LinkRow.root == wanted)).first()
    return Link(*row) if row is not None else None
