"""Rules of statements as data: changes to a good statement that are accepted, and changes that are refused."""

from __future__ import annotations

import copy
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.requirements.conftest import Speaker
from tests.factories.machines import new_id, statement

GONE = object()
"""A property that is left out."""
FRESH = object()
"""An id that nobody has."""
TARGET = "5c31f1ae-6a0c-4b1e-9a8d-0a7c58a1e1d2"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"

Changes = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """What a statement may be (`right`) and may not be (`wrong`): path → value, a path being names with dots.

    `nests`: the same holds for a statement inside another. `only`: the family of versions that has this rule.
    """

    wrong: tuple[Changes, ...]
    right: tuple[Changes, ...] = ({},)
    nests: bool = True
    only: str = ""


def rule(*wrong: Changes, right: Any = ({},), nests: bool = True, only: str = "") -> Rule:
    """As `Rule`, its wrong ones first."""
    return Rule(wrong, tuple(right), nests, only)


def said(changes: Changes) -> dict[str, Any]:
    """A good statement with these changes."""
    found = statement()
    for path, value in changes.items():
        *way, last = path.split(".")
        inside: Any = found
        for name in way:
            inside = inside.setdefault(name, {})
        if value is GONE:
            inside.pop(last, None)
        else:
            inside[last] = new_id() if value is FRESH else copy.deepcopy(value)
    return found


def inside_another(inner: Mapping[str, Any]) -> dict[str, Any]:
    """A statement whose object is that one."""
    return statement(object={"objectType": "SubStatement", **inner})


def check(machine: Speaker, one: Rule, *, nested: bool = False) -> None:
    """Send both sides. A refusal names the property that is wrong."""
    if one.only and not machine.version.startswith(one.only):
        one = Rule((), one.right or ({},), one.nests)
    wrapped = inside_another if nested else dict
    answer = machine.post([wrapped(said(changes)) for changes in one.right])
    assert answer.status_code == 200, answer.text
    for changes in one.wrong:
        answer = machine.post(wrapped(said(changes)))
        assert answer.status_code == 400, changes
        path = next(reversed(changes))
        assert any(name in answer.json["error"] for name in path.split(".")), (changes, answer.text)


def agent(name: str | None = None) -> dict[str, Any]:
    """Someone whom nobody else speaks of."""
    return {"objectType": "Agent", "mbox": f"mailto:{name or uuid.uuid4().hex}@example.org"}


def group(*members: Mapping[str, Any]) -> dict[str, Any]:
    """A group without a name of its own."""
    return {"objectType": "Group", "member": list(members or (agent(), agent()))}


def attachment(**changes: Any) -> dict[str, Any]:
    """What a statement says of a content that lies elsewhere."""
    found = {
        "usageType": "http://example.org/usage/photo",
        "display": {"fr": "La vitrine"},
        "contentType": "image/jpeg",
        "length": 4_812,
        "sha2": hashlib.sha256(b"vitrine").hexdigest(),
        "fileUrl": "http://example.org/vitrine.jpg",
        **changes,
    }
    return {name: value for name, value in found.items() if value is not GONE}


def question(kind: str | None, **parts: Any) -> dict[str, Any]:
    """An activity that asks something."""
    return {"id": "http://example.org/question", "definition": {"interactionType": kind, **parts}}


def voiding(target: str, **values: Any) -> dict[str, Any]:
    """A statement that takes another back."""
    return statement(verb={"id": VOIDED}, object={"objectType": "StatementRef", "id": target}, **values)
