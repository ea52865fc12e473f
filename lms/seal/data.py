"""Frozen values of the seal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lms.kernel.i18n import mark

NO_CLOSING = bytes(32)


@dataclass(frozen=True, slots=True)
class Link:
    """One link of an organisation's chain: a batch of sealed statements, or (`closing`) what took the place of pruned ones."""

    number: int
    first_row: int
    last_row: int
    count: int
    sealed_at: datetime
    previous: bytes
    merkle: bytes
    """Of the statements' leaves: of the bytes that are returned."""
    facts: bytes
    """Of the columns beside them, which folds and filters read."""
    closing: bytes
    root: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """What a piece keeps of one statement."""

    row_id: int
    name: bytes
    """The statement's id, 16 bytes."""
    leaf: bytes
    facts: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a verification found: `kind` is a key of `ALARMS` or of `NOTES`."""

    kind: str
    statement_id: str = ""
    number: int = 0
    """The link of the chain; 0: not sealed yet."""
    detail: str = ""

    @property
    def is_alarm(self) -> bool:
        """Whether someone has to look."""
        return self.kind in ALARMS


ALARMS: Mapping[str, str] = {
    "changed": mark("texte changé"),
    "columns": mark("colonnes changées à côté du texte"),
    "removed": mark("acte retiré"),
    "inserted": mark("acte glissé parmi les actes scellés"),
    "moved": mark("acte déplacé"),
    "erased_without_event": mark("acte effacé sans demande d’effacement"),
    "pruned_without_closing": mark("texte retiré sans état de clôture"),
    "hidden": mark("acte marqué comme annulé sans que personne ne l’ait annulé"),
    "shown_again": mark("annulation retirée"),
    "link_missing": mark("il manque un maillon de la chaîne"),
    "link_changed": mark("maillon de la chaîne changé"),
    "list_changed": mark("liste des actes d’un maillon changée"),
    "closing_changed": mark("état de clôture changé ou retiré"),
    "unknown_root": mark("l’empreinte donnée n’est pas dans la chaîne"),
}
"""What should not be, in words."""
NOTES: Mapping[str, str] = {
    "erased": mark("acte effacé à la demande de la personne"),
    "pruned": mark("actes remplacés par un état de clôture"),
}
"""What is in order, and is said."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification says in the end."""

    links: int = 0
    sealed: int = 0
    unsealed: int = 0
    root: str = ""
    """The latest one, as 64 hexadecimal figures; "" before the first."""
    sealed_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    """Of findings, by kind."""

    @property
    def alarms(self) -> int:
        """How many things should not be."""
        return sum(count for kind, count in self.counts.items() if kind in ALARMS)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which statements are pruned: of a verb (IRI), of a course (key), stored before a moment; at least one of them is given."""

    verb: str = ""
    course: str = ""
    before: datetime | None = None

    def told(self) -> dict[str, Any]:
        """As a closing snapshot keeps it."""
        return {
            "verb": self.verb,
            "course": self.course,
            "before": self.before.isoformat() if self.before else "",
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rule would prune: how many statements, and how many keys of each figure stand on them."""

    statements: int
    figures: Mapping[str, int]
