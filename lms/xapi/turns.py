"""Whoever computes a figure waits for whoever computes it already: neither then folds without the other's statement.

Locking the people whom statements name is not enough: the worker, and partners that name a registration, come to the same
figure another way. On SQLite there is one writer anyway.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import ARRAY, BigInteger, bindparam, func, select

from lms.contract.types import Key
from lms.kernel.context import Context

_turn = func.unnest(bindparam("turns", type_=ARRAY(BigInteger))).column_valued("turn")
_TAKE = select(func.pg_advisory_xact_lock(_turn))
_TRY = select(_turn, func.pg_try_advisory_xact_lock(_turn))


def take_turns(ctx: Context, keys: Iterable[tuple[str, Key]]) -> None:
    """Wait until nobody else computes these figures; in one order for everybody, until the end of the transaction."""
    turns = sorted({_number(ctx, figure, key) for figure, key in keys})
    if turns and not ctx.session.info.get("is_sqlite"):
        ctx.session.execute(_TAKE, {"turns": turns}).all()


def turns_that_are_free(ctx: Context, keys: Iterable[tuple[str, Key]]) -> set[tuple[str, Key]]:
    """Those of these figures that nobody computes at this moment; from now on it is our turn."""
    wanted = list(keys)
    if not wanted or ctx.session.info.get("is_sqlite"):
        return set(wanted)
    numbers = {one: _number(ctx, *one) for one in wanted}
    rows = ctx.session.execute(_TRY, {"turns": sorted(set(numbers.values()))})
    taken: dict[int, bool] = {row[0]: row[1] for row in rows}
    return {one for one, number in numbers.items() if taken[number]}


def _number(ctx: Context, figure: str, key: Key) -> int:
    """A figure's keys that begin alike, such as all of one enrolment, share a turn."""
    name = f"{ctx.here.id}/{figure}/{key[0]}"
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
