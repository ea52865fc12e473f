"""What the buttons of an activity's form do: all that was typed is saved, with a row made, moved, taken out or put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lms.authoring.fields import Sent, read, title_of
from lms.authoring.pages import form_of, part_of, sent_activity
from lms.authoring.rows import Dropped, NoSuchRow, Part, act_on, dropped, put_row, replace_row
from lms.contract.forms import FormField
from lms.courses.api import writing
from lms.kernel.context import Context

GONE, BACK, ALREADY, NO_PLACE = "gone", "back", "already", "no place"


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved: the new token, the key of a row to open, and what to say of a row (`GONE`, `BACK`, …)."""

    token: str
    opened: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    values: dict[str, Any]
    opened: str = ""
    gone: Dropped | None = None


def save_sheet(ctx: Context, draft: writing.DraftInfo, *, key: str, sent: Sent) -> Saved:
    """Save an activity's form, and do what its button asks. Raises `ChangedMeanwhile`, `Unfit`."""
    written = writing.written_activity(ctx, draft, key=key)
    head, body = sent_activity(ctx, written, sent)
    form, act, token = form_of(ctx.registry.activity_types[written.type]), sent.get("act", ""), sent.get("token", "")
    made = _acted(form, body, act)
    return _kept(
        ctx, draft, key, form, act, made,
        lambda whole: writing.save_activity(ctx, draft, key=key, token=token, head=head, body=whole),
    )  # fmt: skip


def save_part(ctx: Context, draft: writing.DraftInfo, *, key: str, part_key: str, sent: Sent) -> Saved:
    """Save a row that has a page of its own, and do what its button asks. Raises `ChangedMeanwhile`."""
    written = writing.written_activity(ctx, draft, key=key)
    part = part_of(ctx, written, part_key)
    form, act, token = form_of(ctx.registry.activity_types[written.type]), sent.get("act", ""), sent.get("token", "")
    made = _acted(part.field.fields, read(part.field.fields, sent, part.row), act)
    gone = _within(part, made.gone) if made.gone else None
    return _kept(
        ctx, draft, key, form, act, replace(made, values=replace_row(part, made.values), gone=gone),
        lambda whole: writing.save_body(ctx, draft, key=key, token=token, body=whole),
    )  # fmt: skip


def _acted(fields: Sequence[FormField], values: Mapping[str, Any], act: str) -> _Made:
    """The values after a button has done its work; one that speaks of a row that has gone meets someone else's work."""
    verb = act.partition(" ")[0]
    if " " not in act or verb == BACK:
        return _Made(dict(values))
    try:
        gone = dropped(fields, values, act) if verb == "drop" else None
        return _Made(*act_on(fields, values, act), gone)
    except NoSuchRow:
        raise writing.ChangedMeanwhile from None


def _within(part: Part, gone: Dropped) -> Dropped:
    place = next((number for number, row in enumerate(part.rows) if row.get("key") == part.row.get("key")), 0)
    title = f"{title_of(part.field, part.row, place)} › {gone.title}"
    return Dropped((*part.steps, *gone.steps), gone.row, title)


def _kept(
    ctx: Context,
    draft: writing.DraftInfo,
    key: str,
    form: Sequence[FormField],
    act: str,
    made: _Made,
    save: Callable[[Mapping[str, Any]], str],
) -> Saved:
    verb, _, which = act.partition(" ")
    if verb == BACK:
        return _put_back(ctx, draft, key, form, which, made, save)
    token = save(made.values)
    if made.gone is None:
        return Saved(token, made.opened)
    gone = made.gone
    writing.keep_row(ctx, draft, key=key, steps=gone.steps, row=gone.row, title=gone.title)
    return Saved(token, said=GONE)


def _put_back(
    ctx: Context,
    draft: writing.DraftInfo,
    key: str,
    form: Sequence[FormField],
    which: str,
    made: _Made,
    save: Callable[[Mapping[str, Any]], str],
) -> Saved:
    """The row again where it was; what was typed is saved even when its place has gone."""
    found = next((one for one in writing.removed_rows(ctx, draft, key=key) if one.key == which), None)
    if found is None:
        return Saved(save(made.values), said=ALREADY)
    try:
        whole = put_row(form, made.values, found.steps, found.row)
    except NoSuchRow:
        return Saved(save(made.values), said=NO_PLACE)
    token = save(whole)
    writing.forget_row(ctx, draft, removed_key=which)
    return Saved(token, said=BACK)
