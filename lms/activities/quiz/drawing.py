"""Which questions an attempt holds, and in which order they stand: the same for the same seed, so no table is needed.

Order comes from hashes, not from `random`: it stays the same in every version of Python, and when a page was kept for weeks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

GRADED, PRACTICE = "graded", "practice"
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question of an attempt. `offered` is what a matching or an ordering shows, in the order of the page.

    For an ordering: (item's key, text). For a matching: (place on the page, text), because a pair's key would tell the answer.
    """

    pool_key: str
    use: str
    question: Mapping[str, Any]
    offered: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The question's key."""
        return str(self.question["key"])


def seed_of(seed: str, attempt: int) -> str:
    """The seed of an attempt, from the seed of another one of the same person (`PlayState.seed`)."""
    return f"{seed.rpartition(':')[0]}:{attempt}"


def draw(body: Mapping[str, Any], seed: str) -> tuple[Drawn, ...]:
    """The questions of an attempt, pool by pool."""
    return tuple(
        Drawn(pool["key"], pool.get("use", GRADED), question, _offered(question, seed))
        for pool in body.get("pools", ())
        for question in _questions(pool, seed)
    )


def _questions(pool: Mapping[str, Any], seed: str) -> Sequence[Mapping[str, Any]]:
    questions: Sequence[Mapping[str, Any]] = pool["questions"]
    wanted = pool.get("draw")
    if wanted is None or wanted >= len(questions):
        return questions
    return _shuffled(questions, (question["key"] for question in questions), f"{seed}:{pool['key']}")[:wanted]


def _offered(question: Mapping[str, Any], seed: str) -> tuple[tuple[str, str], ...]:
    seed = f"{seed}:{question['key']}"
    if question["type"] == "ordering":
        items = [(item["key"], item["text"]) for item in question["items"]]
        return tuple(_never_right(_shuffled(items, (key for key, _text in items), seed), items))
    if question["type"] == "matching":
        right = [pair["right"] for pair in question["pairs"]]
        texts = list(dict.fromkeys([*right, *(wrong["text"] for wrong in question.get("distractors", ()))]))
        mixed = _never_right(_shuffled(texts, texts, seed), right)
        return tuple((str(place), text) for place, text in enumerate(mixed, 1))
    return ()


def _shuffled(things: Sequence[Thing], names: Iterable[str], seed: str) -> list[Thing]:
    ranks = [hashlib.sha256(f"{seed}:{name}".encode()).digest() for name in names]
    return [thing for _rank, _place, thing in sorted(zip(ranks, range(len(things)), things, strict=True), key=_by_rank)]


def _by_rank(entry: tuple[bytes, int, Any]) -> tuple[bytes, int]:
    return entry[0], entry[1]


def _never_right(mixed: list[Thing], right: Sequence[Thing]) -> list[Thing]:
    """Chance sometimes gives the answer away: then all move by one place."""
    return [*mixed[1:], mixed[0]] if len(mixed) > 1 and mixed[: len(right)] == list(right) else mixed
