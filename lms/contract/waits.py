"""What waits for who accompanies: the lines of "Ce soir", which any feature may add to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that waits for the person who looks: a line of "Ce soir"."""

    key: str
    """Names it for ever, so that it can be put off: "answer:4kq7…"."""
    title: str
    """What waits, in the reader's language: "Aïssatou attend une réponse"."""
    since: datetime
    harm: float
    """What one more day costs the person who waits, in points: 0 nothing, 1 an answer, 3 someone who may leave."""
    minutes: int
    """How long it takes, estimated."""
    url: str
    detail: str = ""
    membership_id: int | None = None
    """Whose it is, when it is about someone."""


@dataclass(frozen=True, slots=True)
class WaitKind:
    """A kind of thing that waits. `waits(ctx)` returns what the actor may act on, in two queries at the most.

    `render(ctx, wait)` returns safe HTML to do it in place (a form that posts to the feature's own address), or "". Its form
    carries `next`, the address of the list, and its view ends with `go_back`. What is heavy to draw (`is_heavy`: a whole work
    with its photos) is drawn for one line at a time, the one that is opened.
    """

    name: str
    title: str
    icon: str
    waits: Callable[..., Sequence[Wait]]
    render: Callable[..., str] | None = None
    is_heavy: bool = False
