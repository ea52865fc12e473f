"""Inclusion proofs: that a statement's bytes are under a root, to check anywhere, without the platform or its database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.seal import chain
from lms.seal.chain import name_of, unpacked
from lms.seal.data import Link, Record
from lms.seal.reading import links, piece_holding, piece_nodes
from lms.seal.sealing import PIECE
from lms.seal.tree import path_of, root_by_path
from lms.xapi.api import rows_of_registration, sealed_row

FORMAT = "tremplin-proof/1"


def proof(ctx: Context, statement_id: str) -> dict[str, Any]:
    """Everything that it takes to check one statement against the latest root; `NotFound` when it is not known or not sealed."""
    row = sealed_row(ctx, statement_id)
    place = _place(ctx, row.id, row.statement_id) if row is not None else None
    if row is None or place is None:
        raise NotFound(f"{statement_id}: {'not sealed yet' if row is not None else 'no such statement'}")
    whole = links(ctx)
    has_bytes = row.erased_at is None and row.closed_at is None
    return {
        "format": FORMAT,
        "organisation": ctx.here.key,
        "statement": row.statement_id,
        **place,
        "leaf": row.leaf.hex(),
        **({"salt": row.salt.hex(), "raw": row.raw} if has_bytes else {}),
        "chain": [chain.as_json(link) for link in whole],
    }


def proofs_of(ctx: Context, registration: str) -> Iterator[dict[str, Any]]:
    """For a bundle: of each statement of a registration, in the order of its traces, what `check_line` needs beside the bytes.

    `raw` is there only where a line of the bundle cannot hold the bytes as they are.
    """
    nodes = lru_cache(maxsize=8)(lambda number: piece_nodes(ctx, number))
    pieces = lru_cache(maxsize=4)(lambda number, position, content: _Piece(content))
    for row in ctx.session.execute(rows_of_registration(ctx, registration).execution_options(yield_per=200)):
        place = _place(ctx, row.id, row.statement_id, nodes=nodes, pieces=pieces)
        line = {"statement": row.statement_id, **(place or {}), "salt": row.salt.hex()}
        if "\n" in row.raw or "\r" in row.raw:
            line["raw"] = row.raw
        yield line


class _Piece:
    """A piece, read once for the statements of a person that lie in it."""

    def __init__(self, content: bytes) -> None:
        self.records: Sequence[Record] = unpacked(content)
        self.leaves = [one.leaf for one in self.records]
        self.places = {one.row_id: place for place, one in enumerate(self.records)}


def _place(
    ctx: Context, row_id: int, statement_id: str, *, nodes: Any = None, pieces: Any = None
) -> dict[str, Any] | None:
    """Where a row stands in its link, and the path from its leaf to the link's root; None while it is not sealed."""
    found = piece_holding(ctx, row_id)
    if found is None:
        return None
    piece = pieces(found.number, found.position, found.content) if pieces else _Piece(found.content)
    place = piece.places.get(row_id)
    if place is None or piece.records[place].name != name_of(statement_id):
        return None
    above = nodes(found.number) if nodes else piece_nodes(ctx, found.number)
    path = [*path_of(piece.leaves, place), *path_of(above, found.position)]
    return {
        "link": found.number,
        "index": found.position * PIECE + place,
        "path": [node.hex() for node in path],
    }


# ------------------------------------------------------------------------------------------------- without any database


def check_chain(organisation_key: str, said: Sequence[Mapping[str, Any]], *, root: str = "") -> dict[int, Link]:
    """The links of a chain that holds from its beginning, by number; raises `ValueError` with a word on what does not.

    `root`: one that was received by mail; it has to be in the chain.
    """
    try:
        whole = [chain.from_json(one) for one in said]
    except (KeyError, TypeError, ValueError) as wrong:
        raise ValueError("chain: unreadable") from wrong
    for finding in chain.problems(chain.beginning(organisation_key), whole):
        raise ValueError(f"chain: {finding.kind} {finding.number}")
    if root and "".join(root.split()).lower() not in {link.root.hex() for link in whole}:
        raise ValueError("chain: the root that you gave is not in it")
    return {link.number: link for link in whole}


def check_line(whole: Mapping[int, Link], line: Mapping[str, Any], raw: str) -> bool:
    """Whether a statement's bytes are under the link that its proof names."""
    try:
        link = whole[line["link"]]
        leaf = hashlib.sha256(b"\x00" + bytes.fromhex(line["salt"]) + raw.encode()).digest()
        path = [bytes.fromhex(node) for node in line["path"]]
        index = int(line["index"])
    except (KeyError, TypeError, ValueError):
        return False
    return root_by_path(leaf, index=index, count=link.count, path=path) == link.merkle
