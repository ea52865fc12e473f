"""Statements made once: making one costs more than running it, and the tenant guard plans each only once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select

if TYPE_CHECKING:
    from lms.contract.types import Right
    from lms.kernel.context import Context

_made: dict[Hashable, Select[Any]] = {}


def once(key: Hashable, make: Callable[[], Select[Any]]) -> Select[Any]:
    """The statement of this name, made at its first use. What differs between calls stands in parameters."""
    if key not in _made:
        _made[key] = make()
    return _made[key]


def once_for(ctx: Context, right: Right, key: Hashable, make: Callable[[], Select[Any]]) -> Select[Any]:
    """As `once`, for a statement with `ctx.visible(right, …)` in it, kept for those who hold the right everywhere.

    For a role on a group or a course it is made afresh: the ids stand in the statement itself.
    """
    return once((key, right.name), make) if ctx.holds_everywhere(right) else make()
