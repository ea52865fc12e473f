"""Statements made once, and answers read once: making a statement costs more than running it, for the guard plans it too."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select

if TYPE_CHECKING:
    from lms.contract.types import Right
    from lms.kernel.context import Context

Found = TypeVar("Found")
_made: dict[Hashable, Select[Any]] = {}
_MOST = 2000
"""Statements kept: after so many, made again as they are asked for."""


def once(key: Hashable, make: Callable[[], Select[Any]]) -> Select[Any]:
    """The statement of this name, made at its first use. What differs between calls stands in parameters."""
    if key not in _made:
        _made[key] = make()
    return _made[key]


def once_for(ctx: Context, right: Right, key: Hashable, make: Callable[[], Select[Any]]) -> Select[Any]:
    """As `once`, for a statement with `ctx.visible(right, …)` in it.

    One for those who hold the right everywhere, and one for each set of roles on groups and courses: the ids stand in the
    statement itself.
    """
    if ctx.holds_everywhere(right):
        return once((key, right.name), make)
    if len(_made) > _MOST:
        _made.clear()
    return once((key, right.name, ctx.grants, id(ctx.registry)), make)


def read_once(ctx: Context, key: Hashable, read: Callable[[], list[Found]]) -> list[Found]:
    """What several pieces of one page ask for, read once: only in a session that reads, where nothing can change."""
    if not ctx.session.info.get("reads_only"):
        return read()
    place = ("read once", key, ctx.actor, ctx.on_behalf_of)
    if place not in ctx.session.info:
        ctx.session.info[place] = read()
    return list(ctx.session.info[place])
