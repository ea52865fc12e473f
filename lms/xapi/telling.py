"""Statements in words: the verb and the name of the activity, in the reader's language."""

from __future__ import annotations

from typing import Any

import msgspec

from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.xapi.data import Trace


class _Described(msgspec.Struct):
    display: dict[str, str] = {}


class _Named(msgspec.Struct):
    name: dict[str, str] = {}


class _Thing(msgspec.Struct):
    id: str = ""
    definition: _Named = msgspec.field(default_factory=_Named)


class _Words(msgspec.Struct):
    verb: _Described
    object: _Thing


_PRUNED = b'{"verb":{},"object":{}}'
_words = msgspec.json.Decoder(_Words).decode


def trace_of(ctx: Context, row: Any) -> Trace:
    """A row with the columns of a statement, in words."""
    words = _words(row.raw or _PRUNED)
    known = ctx.registry.verbs.get(row.verb)
    display = known.display if known is not None else words.verb.display
    return Trace(
        statement_id=row.statement_id,
        verb=in_language(display, ctx.language) or row.verb.rpartition("/")[2],
        activity=row.activity,
        name=in_language(words.object.definition.name, ctx.language) or row.activity,
        occurred_at=row.occurred_at,
        source=row.source,
        scaled=row.scaled,
        success=row.success,
        seconds=row.seconds,
        voided_by=row.voided_by,
    )


def told_to_person(ctx: Context, verb: str, name: str, scaled: float | None = None) -> str:
    """A statement as a sentence to its person: "Vous avez réussi « Mes forces » avec 80 %"."""
    known = ctx.registry.verbs.get(verb)
    words = {"verb": known.to_person(ctx.language) if known else verb.rpartition("/")[2], "name": name}
    if scaled is None:
        return gettext("Vous %(verb)s « %(name)s »") % words
    return gettext("Vous %(verb)s « %(name)s » avec %(score)s %%") % {**words, "score": round(100 * scaled)}


def in_language(words: dict[str, str], language: str) -> str:
    """A language map in one language, else in French, else in whatever it has."""
    for tag in (language, "fr", "en", *words):
        found = next((text for known, text in words.items() if known.split("-")[0] == tag.split("-")[0]), "")
        if found:
            return found
    return ""
