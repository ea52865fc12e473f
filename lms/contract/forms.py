"""How a type of activity lends its editing form: the fields of its content, as data.

The editor (`lms.authoring`) draws the form, reads what comes back and keeps it; the type's own `problems` say what is wrong.
A third party's type is edited in the browser as soon as it says `form` (docs/plugin.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a field holds, and so how it is drawn and read."""

    LINE = "line"
    """A text of one line."""
    TEXT = "text"
    """A text of several lines, shown as it stands."""
    MARKDOWN = "markdown"
    """A text with headings, lists, pictures: shown beside as the person will read it."""
    WHOLE = "whole"
    """A whole number."""
    NUMBER = "number"
    """A number, with decimals."""
    SHARE = "share"
    """A number from 0 to 1, written by people as a percentage."""
    YES = "yes"
    """True or absent: a box to tick."""
    TRUTH = "truth"
    """True or false: one of two answers."""
    CHOICE = "choice"
    """One of `choices`."""
    SEVERAL = "several"
    """Some of `choices`, in their order."""
    LINES = "lines"
    """A list of short texts, one a line."""
    FILE = "file"
    """The path of a file of the module (`files/name.pdf`), of one of the `media` types."""
    ACTIVITY = "activity"
    """The key of an activity of the course."""
    ACTIVITIES = "activities"
    """A list of keys of activities of the course."""
    SIBLING = "sibling"
    """The key of a row of another list of this content: `of` names the list."""
    ROWS = "rows"
    """A list of rows; each has `fields`."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a type's content. Texts are French, marked for translation."""

    name: str
    """The field of the content file."""
    label: str
    kind: Kind = Kind.LINE
    hint: str = ""
    needed: bool = False
    """Without it the activity cannot be published: said beside the label. `problems` decides."""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, words)."""
    when: tuple[str, ...] = ()
    """("type", "single", "multiple"): only where the field `type` beside it holds one of these."""
    default: Any = None
    """What an absent field means: shown, and not written."""
    unit: str = ""
    least: float | None = None
    most: float | None = None
    media: tuple[str, ...] = ()
    """Beginnings of media types: ("image/",)."""
    of: str = ""
    inside: tuple[str, ...] = ()
    """("question", "choices"): for a sibling, not the rows of the list `of`, but those of the list `choices` within the row
    that the field `question` beside it names."""
    fields: tuple[FormField, ...] = ()
    adds: str = ""
    """On the button that adds a row: "Ajouter une question"."""
    titled: str = ""
    """The field of a row that names it in lists."""
    keyed: bool = False
    """Each row has a random `key` of its own, made once."""
    apart: bool = False
    """Each row has a page of its own (it must be `keyed`): for rows that are long."""
