"""What the editor's pages show, gathered: one activity with its form, a page of the course, and what is known around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.accounts.api import members
from lms.authoring.fields import ROOT, Box, Known, Sent, drawn, in_words, read
from lms.authoring.heads import ACTIVITY, head_of, head_values
from lms.authoring.rows import NoSuchRow, Part, part_named
from lms.contract.forms import FormField, Kind
from lms.contract.types import ActivityType
from lms.courses.api import writing
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.rights import NotFound

HEAD = "h"
"""The fields that every activity has begin so; the type's own with `fields.ROOT`."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An activity in front of its author."""

    written: writing.WrittenActivity
    kind: ActivityType
    form: tuple[FormField, ...]
    head: tuple[Box, ...]
    body: tuple[Box, ...]
    shows_text: bool
    """Its main field is Markdown: the result stands beside."""


def form_of(kind: Any) -> tuple[FormField, ...]:
    """The form that a type lends; nothing for one that lends none."""
    return tuple(getattr(kind, "form", ()))


def activities_of(ctx: Context, draft: writing.DraftInfo) -> list[tuple[str, str]]:
    """(key, title) of every activity, in order."""
    return [(line.key, line.title) for module in writing.written_plan(ctx, draft) for line in module.activities]


def known_around(ctx: Context, draft: writing.DraftInfo, written: writing.WrittenActivity) -> Known:
    """What the fields of an activity may choose among."""
    others = [one for one in activities_of(ctx, draft) if one[0] != written.key]
    files = writing.module_files(ctx, draft, module_key=written.module_key)
    return Known(activities=others, files=files, body=written.body)


def sheet(ctx: Context, draft: writing.DraftInfo, *, key: str, typed: Sent | None = None) -> Sheet:
    """An activity with its form; `typed`: what its author has typed and could not be saved."""
    written = writing.written_activity(ctx, draft, key=key)
    kind = ctx.registry.activity_types.get(written.type)
    if kind is None:
        raise NotFound
    form, known = form_of(kind), known_around(ctx, draft, written)
    head = head_values(written) if typed is None else read(ACTIVITY, typed, head_values(written), HEAD)
    body = written.body if typed is None else read(form, typed, written.body)
    return Sheet(
        written,
        kind,
        form,
        drawn(ACTIVITY, head, known, HEAD),
        drawn(form, body, known),
        shows_text=any(one.kind is Kind.MARKDOWN for one in form),
    )


def sent_activity(ctx: Context, written: writing.WrittenActivity, sent: Sent) -> tuple[dict[str, Any], dict[str, Any]]:
    """(head, body) as a browser has sent them."""
    form = form_of(ctx.registry.activity_types[written.type])
    return head_of(read(ACTIVITY, sent, head_values(written), HEAD)), read(form, sent, written.body)


def part_of(ctx: Context, written: writing.WrittenActivity, part_key: str) -> Part:
    """A row of an activity that has a page of its own, or `NotFound`."""
    try:
        return part_named(form_of(ctx.registry.activity_types[written.type]), written.body, part_key)
    except NoSuchRow:
        raise NotFound from None


def part_boxes(ctx: Context, draft: writing.DraftInfo, written: writing.WrittenActivity, part: Part) -> tuple[Box, ...]:
    """The fields of such a row."""
    return drawn(part.field.fields, part.row, known_around(ctx, draft, written), ROOT)


def problems_in_words(problems: Sequence[str], kind: Any) -> list[str]:
    """What a type says, with the words of its form."""
    return [in_words(text[:1].upper() + text[1:], form_of(kind)) for text in problems]


def unfit_in_words(problems: Mapping[str, str], fields: Sequence[FormField], prefix: str) -> list[tuple[str, str]]:
    """(id of the field, sentence) of what could not be kept."""
    labels = {one.name: gettext(one.label) for one in fields}
    return [
        (f"{prefix}.{name}", f"{labels.get(name, name)} : {text.rpartition(' : ')[2]}")
        for name, text in problems.items()
    ]


def who_wrote(ctx: Context, written: writing.WrittenActivity) -> str:
    """The name of who saved last."""
    if written.edited_by_id is None:
        return ""
    found = members(ctx, [written.edited_by_id]).get(written.edited_by_id)
    return found.name if found else ""


def kinds_to_add(ctx: Context) -> list[tuple[str, str]]:
    """(name, title) of the types that lend a form."""
    return sorted(
        ((name, gettext(kind.title)) for name, kind in ctx.registry.activity_types.items() if form_of(kind)),
        key=lambda one: one[1],
    )
