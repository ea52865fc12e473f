"""Replay: every figure computed again from the ledger, and compared with what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import select

from lms.contract.types import Figure, Key
from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.xapi.figures import CHUNK, refold_stale
from lms.xapi.models import StaleRow
from lms.xapi.turns import take_turns


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored figure that is not what the ledger says."""

    figure: str
    key: Key
    stored: Mapping[str, Any] | None
    computed: Mapping[str, Any] | None


@dataclass(slots=True)
class Tally:
    """What a check has seen: `waiting` keys are marked stale, pages say so, and they are not compared."""

    keys: int = 0
    waiting: int = 0


def check(ctx: Context, figure: Figure, tally: Tally | None = None) -> Iterator[Difference]:
    """Recompute every key of a figure and compare, in pieces that fit the memory (`lms replay --check`)."""
    tally = tally if tally is not None else Tally()
    for chunk in keys_in_pieces(ctx, figure):
        stale = _stale_among(ctx, figure, chunk)
        tally.keys += len(chunk)
        tally.waiting += len(stale)
        yield from _differences(ctx, figure, [key for key in chunk if key not in stale])


def settled_differences(ctx: Context, figure: Figure, key: Key) -> list[Difference]:
    """One key compared again, while nobody else computes it."""
    take_turns(ctx, [(figure.name, key)])
    return [] if _stale_among(ctx, figure, [key]) else list(_differences(ctx, figure, [key]))


def keys_in_pieces(ctx: Context, figure: Figure) -> Iterator[list[Key]]:
    """Every key of a figure, in pieces that fit the memory."""
    keys = figure.all_keys(ctx)
    while piece := list(islice(keys, CHUNK)):
        yield piece


def _stale_among(ctx: Context, figure: Figure, keys: Sequence[Key]) -> set[Key]:
    texts = {json.dumps(key): key for key in keys}
    found = select(StaleRow.key).where(StaleRow.figure == figure.name, StaleRow.key.in_(sorted(texts)))
    return {texts[text] for text in ctx.session.scalars(found)}


def _differences(ctx: Context, figure: Figure, keys: Sequence[Key]) -> Iterator[Difference]:
    if not keys:
        return
    computed, stored = figure.compute(ctx, keys), figure.stored(ctx, keys)
    for key in keys:
        if computed.get(key) != stored.get(key):
            yield Difference(figure.name, key, stored.get(key), computed.get(key))


def refold_some(platform: Platform, organisation_id: int) -> int:
    """Compute some of the keys that wait, in one short transaction; returns how many were settled."""
    with platform.writing(organisation_id) as ctx:
        return refold_stale(ctx)
