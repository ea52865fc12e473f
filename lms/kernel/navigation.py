"""The bar: the entries that features declare, as far as their rights reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import request, url_for

from lms.contract.types import NavigationEntry
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.wording import word


def first_address(ctx: Context) -> str:
    """Where the day begins for the actor: the first entry of their bar."""
    return next(url_for(entry.endpoint) for entry in _entries(ctx))


def _entries(ctx: Context) -> Iterator[NavigationEntry]:
    for entry in ctx.registry.navigation:
        is_theirs = entry.right is None or ctx.holds(entry.right)
        is_kept_back = entry.unless is not None and ctx.holds(entry.unless)
        if entry.audience in ("all", ctx.audience) and is_theirs and not is_kept_back:
            yield entry


def navigation(ctx: Context) -> list[dict[str, Any]]:
    """The bar, as the page draws it."""
    entries = []
    for entry in _entries(ctx):
        label = (
            word(ctx, entry.label.removeprefix("word:")) if entry.label.startswith("word:") else gettext(entry.label)
        )
        address = url_for(entry.endpoint)
        entries.append(
            {
                "label": label[:1].upper() + label[1:],
                "url": address,
                "icon": entry.icon,
                "current": _is_current(entry.endpoint, address),
            }
        )
    return entries


def _is_current(endpoint: str, address: str) -> bool:
    """Whether the page stands under an entry of the bar: by its address, and for the home page by its feature."""
    if address == "/":
        return (request.endpoint or "").split(".")[0] == endpoint.split(".", maxsplit=1)[0]
    return request.path == address or request.path.startswith(address + "/")
