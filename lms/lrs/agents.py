"""Who an agent is: the person as far as the ledger knows (xAPI 1.0.3, Communication, 2.4)."""

from __future__ import annotations

import json
from typing import Any

from lms.kernel.context import Context
from lms.lrs.checking import IDENTIFIERS
from lms.xapi.api import Filter, matching_statements

LATEST = 20
"""So many statements are looked at for names."""


def person_of(ctx: Context, identifier: str, asked: str, *, authority: str | None = None) -> dict[str, Any]:
    """A Person object: the identifier that was asked for, and the names under which it acted lately.

    `authority`: only as this machine named it.
    """
    agent = json.loads(asked)
    found: dict[str, Any] = {"objectType": "Person"}
    names = [agent["name"]] if agent.get("name") else []
    statements, _more = matching_statements(ctx, Filter(agent=identifier, authority=authority, limit=LATEST))
    for one in statements:
        said = json.loads(one.raw)
        names += [
            who["name"]
            for who in (said["actor"], said["object"])
            if who.get("name") and any(name in agent and who.get(name) == agent[name] for name in IDENTIFIERS)
        ]
    if names:
        found["name"] = sorted(set(names))
    for name in IDENTIFIERS:
        if name in agent:
            found[name] = [agent[name]]
    return found
