"""The tables over all the people of a bundle: rows go to the disk as people pass, only group counts stay in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from lms.kernel.sheets import Cell, csv_line
from lms.quality.attestation import reason
from lms.quality.data import Dossier, Enrolled
from lms.quality.objectives import ObjectiveResult, objective_results
from lms.quality.phrases import STATES, active_time, known_time, share, short_day

OBJECTIVE_HEADERS = (
    "numero", "personne", "version", "niveau", "module", "objectif", "activites_faites", "activites", "activites_evaluees",
    "resultat_moyen", "criteres_acquis", "criteres", "codes_acquis",
)  # fmt: skip
PERSON_HEADERS = (
    "numero", "personne", "pseudonyme", "inscription", "version", "entree", "sortie", "suivi_a_distance", "traces", "annulees",
)  # fmt: skip
VOIDED_HEADERS = ("numero", "trace", "annulee_par")


@dataclass
class ObjectiveCount:
    """One objective over the group."""

    version: int
    level: str
    module: str
    text: str
    people: int = 0
    finished: int = 0
    assessed: int = 0
    total: float = 0.0
    criteria: int = 0
    met: int = 0

    def add(self, one: ObjectiveResult) -> None:
        """Count one person."""
        self.people += 1
        self.finished += bool(one.activities) and one.done == len(one.activities)
        if one.mean is not None:
            self.assessed += 1
            self.total += one.mean
        self.criteria += len(one.criteria)
        self.met += len(one.met)

    @property
    def mean(self) -> str:
        """The mean result of the people assessed."""
        return share(self.total / self.assessed if self.assessed else None)


@dataclass
class CompetenceCount:
    """One competence over the group."""

    code: str
    title: str
    people: int = 0
    states: dict[str, int] = field(default_factory=dict)

    @property
    def acquired(self) -> int:
        """How many people have acquired it."""
        return self.states.get("acquired", 0)


class Tally(ExitStack):
    """Counts and rows of a bundle being written; its files vanish with it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._people = self._file(folder)
        self._tables = {name: self._table(folder, headers) for name, headers in _TABLES.items()}
        self._words: dict[str, int] = {}
        self.objectives: dict[tuple[int, str, str, str], ObjectiveCount] = {}
        self.competences: dict[str, CompetenceCount] = {}

    def add(self, one: Enrolled, dossier: Dossier, files: Iterable[str]) -> None:
        """Count a person, and write their rows."""
        self._words[dossier.follow_up.word] = self._words.get(dossier.follow_up.word, 0) + 1
        self._people.write(json.dumps(_row(one, dossier, list(files)), ensure_ascii=False).encode() + b"\n")
        self._write("people", _person(one, dossier))
        for result in objective_results(dossier):
            self._write("objectives", _objective(one, dossier, result))
            key = (dossier.course.version, result.level, result.module, result.text)
            self.objectives.setdefault(key, ObjectiveCount(*key)).add(result)
        for competence in dossier.acquired:
            count = self.competences.setdefault(competence.code, CompetenceCount(competence.code, competence.title))
            count.people += 1
            count.states[competence.state] = count.states.get(competence.state, 0) + 1

    def add_voided(self, one: Enrolled, statement_id: str, voided_by: str) -> None:
        """Note a statement that was voided: it stays in the traces, and counts for nothing."""
        self._write("voided", (one.number, statement_id, voided_by))

    def table(self, name: str) -> IO[bytes]:
        """A finished table, as CSV."""
        return self._tables[name]

    def people(self) -> Iterator[dict[str, Any]]:
        """The people's rows for the index, read back one by one."""
        self._people.seek(0)
        for line in self._people:
            yield json.loads(line)

    @property
    def words(self) -> list[tuple[str, int]]:
        """How many people stand under each word of the follow-up."""
        return sorted(self._words.items())

    def _file(self, folder: Path) -> IO[bytes]:
        return self.enter_context(TemporaryFile(dir=folder))

    def _table(self, folder: Path, headers: tuple[str, ...]) -> IO[bytes]:
        opened = self._file(folder)
        opened.write(b"\xef\xbb\xbf" + csv_line(headers))
        return opened

    def _write(self, name: str, cells: Iterable[Cell]) -> None:
        self._tables[name].write(csv_line(cells))


_TABLES = {"people": PERSON_HEADERS, "objectives": OBJECTIVE_HEADERS, "voided": VOIDED_HEADERS}


def _person(one: Enrolled, dossier: Dossier) -> tuple[Cell, ...]:
    ended = short_day(dossier.ended_at, dossier.zone) if dossier.ended_at else ""
    return (
        one.number, dossier.name, dossier.pseudonym, dossier.registration, dossier.course.version,
        short_day(dossier.entered_at, dossier.zone), ended, dossier.follow_up.word, dossier.statements, dossier.voided,
    )  # fmt: skip


def _objective(one: Enrolled, dossier: Dossier, result: ObjectiveResult) -> tuple[Cell, ...]:
    mean = "" if result.mean is None else f"{result.mean:.2f}".replace(".", ",")
    return (
        one.number, dossier.name, dossier.course.version, result.level, result.module, result.text, result.done,
        len(result.activities), len(result.scores), mean, len(result.met), len(result.criteria),
        " ".join(criterion.code for criterion in result.met),
    )  # fmt: skip


def _row(one: Enrolled, dossier: Dossier, files: list[str]) -> dict[str, Any]:
    seconds, unknown = known_time(dossier.remote)
    expected = [line for line in dossier.remote if not line.is_optional]
    return {
        "number": one.number,
        "name": dossier.name,
        "entered": short_day(dossier.entered_at, dossier.zone),
        "ended": short_day(dossier.ended_at, dossier.zone) if dossier.ended_at else "en cours",
        "word": dossier.follow_up.word,
        "remote_done": sum(line.is_done for line in expected),
        "remote_total": len(expected),
        "time": active_time(dossier.remote),
        "is_time_known": seconds is not None,
        "unknown": unknown,
        "sessions_done": sum(line.is_done for line in dossier.sessions),
        "sessions_total": sum(not line.is_optional for line in dossier.sessions),
        "acquired": sum(competence.is_acquired for competence in dossier.acquired),
        "competences": [
            f"{competence.code} : {STATES.get(competence.state, competence.state)} ({reason(competence)})"
            for competence in dossier.acquired
        ],
        "files": files,
        "statements": dossier.statements,
        "voided": dossier.voided,
    }
