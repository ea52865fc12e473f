"""How ids and codes that events carry are told to people: the trail and the page of roles name things by it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.contract.types import Scope


@dataclass(frozen=True, slots=True)
class NamedThing:
    """What a page calls a thing, and where it stands: an endpoint with the key of its address, or nothing."""

    text: str
    endpoint: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Naming:
    """One kind of id or code, for events whose fields bear one of these names.

    `names(ctx, values)` returns what the actor may see of them, in two queries at the most; what it leaves out is told as
    `unknown`, a French phrase ("un groupe"). The fields of one kind hold the same kind of id.
    """

    fields: tuple[str, ...]
    unknown: str
    names: Callable[[Any, Collection[Any]], Mapping[Any, NamedThing]]
    whose: Callable[[Any, Collection[int]], Sequence[int]] | None = None
    """`whose(ctx, membership_ids)`: the ids of this kind that are about these people, so that a person's trail is found."""
    find: Callable[[Any, str], Sequence[int]] | None = None
    """`find(ctx, text)`: the ids that a key names, or a piece of a name, among what the actor may see: 50 at the most."""
    scope: Scope | None = None
    """The scope whose ids these are, where roles are given on such things."""
    choices: Callable[[Any], Sequence[tuple[str, str]]] | None = None
    """`choices(ctx)`: (key, name) of the things on which the actor may give a role: 200 at the most."""
