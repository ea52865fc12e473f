"""The only door to what becomes of people for other features."""

from __future__ import annotations

from lms.kernel.context import Context
from lms.outcomes.data import SITUATIONS, LinkInfo
from lms.outcomes.operations import Said, answer_by_link, make_contacts

__all__ = ["SITUATIONS", "LinkInfo", "Said", "answer_by_link", "ask_for_news"]


def ask_for_news(ctx: Context) -> list[LinkInfo]:
    """Make the contacts that are due, as the worker does: their links, in order."""
    return [LinkInfo(ctx.here.id, row.id, row.month, is_open=True) for row in make_contacts(ctx)]
