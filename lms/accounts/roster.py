"""A list of people as a spreadsheet saves it: read, checked line by line, nothing written."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from io import StringIO
from typing import Any

from lms.accounts.contacts import WrongContact, clean_email, clean_phone
from lms.accounts.names import folded
from lms.accounts.roles import role_from_text
from lms.contract.types import Role
from lms.kernel.i18n import mark

MAX_BYTES = 2 * 1024 * 1024
MAX_LINES = 2000
_HEADERS = {
    "given_name": ("prenom", "prenoms", "given name", "first name", "firstname", "given_name"),
    "family_name": ("nom", "nom de famille", "family name", "last name", "lastname", "surname", "family_name"),
    "email": ("e-mail", "email", "mail", "courriel", "adresse e-mail", "adresse mail", "e-mail address"),
    "phone": ("telephone", "tel", "portable", "mobile", "numero", "numero de telephone", "phone", "phone number"),
    "role": ("role", "fonction"),
}


class UnreadableRoster(Exception):
    """The file as a whole cannot be read; the message is a French sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One person of the file, cleaned; `errors` are French sentences, empty when the line is right."""

    number: int
    given_name: str
    family_name: str = ""
    email: str = ""
    phone: str = ""
    role: str = Role.LEARNER
    errors: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """The line without its errors, to be signed and sent back."""
        values = asdict(self)
        del values["errors"]
        return values


@dataclass(slots=True)
class _Seen:
    """Addresses met so far: one twice is two people with one way in."""

    emails: dict[str, int] = field(default_factory=dict)


def read_roster(data: bytes, *, roles: frozenset[Role]) -> list[RosterLine]:
    """The people of a file; `roles` are those that the reader may give. Raises `UnreadableRoster`."""
    if len(data) > MAX_BYTES:
        raise UnreadableRoster(mark("Ce fichier est trop gros : 2 Mo au plus. Coupez-le en plusieurs."))
    rows = _rows(_decoded(data))
    columns = _columns(rows[0][1] if rows else [])
    if len(rows) - 1 > MAX_LINES:
        raise UnreadableRoster(mark("Il y a trop de lignes : 2 000 au plus. Coupez le fichier en plusieurs."))
    if len(rows) < 2:
        raise UnreadableRoster(mark("Il n'y a personne dans ce fichier : écrivez une personne par ligne."))
    seen = _Seen()
    return [_line(number, _cells(row, columns), roles, seen) for number, row in rows[1:]]


def _decoded(data: bytes) -> str:
    if data.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise UnreadableRoster(
            mark("Ce n'est pas un fichier CSV. Dans votre tableur, choisissez « Enregistrer sous », puis « CSV ».")
        )
    for text in _decodings(data):
        if not any(ord(letter) < 32 and letter not in "\t\r\n" for letter in text):
            return text
    raise UnreadableRoster(
        mark("Ce fichier n'est pas lisible comme du texte. Enregistrez-le en « CSV UTF-8 » et essayez encore.")
    )


def _decodings(data: bytes) -> Iterator[str]:
    """The encodings that spreadsheets write, the surest first."""
    encodings = ["utf-8-sig", "cp1252"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif data[1:2] == b"\x00":
        encodings = ["utf-16-le"]
    elif data[:1] == b"\x00":
        encodings = ["utf-16-be"]
    for encoding in encodings:
        try:
            yield data.decode(encoding)
        except UnicodeDecodeError:
            continue


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The lines that hold something, with the number that a spreadsheet shows."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        read = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as wrong:
        raise UnreadableRoster(
            mark("Ce fichier n'est pas un tableau. Enregistrez-le en « CSV UTF-8 » et essayez encore.")
        ) from wrong
    return [(number, row) for number, row in enumerate(read, 1) if any(cell.strip() for cell in row)]


def _columns(header: list[str]) -> dict[str, int]:
    names = [folded(cell.replace("’", "'").strip(" *:")) for cell in header]
    found = {
        column: next(index for index, name in enumerate(names) if name in known)
        for column, known in _HEADERS.items()
        if any(name in known for name in names)
    }
    if "given_name" not in found:
        raise UnreadableRoster(
            mark(
                "La première ligne doit nommer les colonnes : prénom, nom, e-mail, téléphone, rôle. La colonne « prénom » manque."
            )
        )
    return found


def _cells(row: list[str], columns: dict[str, int]) -> dict[str, str]:
    return {column: " ".join(row[index].split()) if index < len(row) else "" for column, index in columns.items()}


def _line(number: int, cells: dict[str, str], roles: frozenset[Role], seen: _Seen) -> RosterLine:
    errors: list[str] = []
    if not cells["given_name"]:
        errors.append(mark("Le prénom manque."))
    if len(cells["given_name"]) > 100 or len(cells.get("family_name", "")) > 100:
        errors.append(mark("Le nom est trop long : 100 lettres au plus."))
    email = phone = ""
    try:
        email = clean_email(cells.get("email", ""))
    except WrongContact as wrong:
        errors.append(str(wrong))
    try:
        phone = clean_phone(cells.get("phone", ""))
    except WrongContact as wrong:
        errors.append(str(wrong))
    role = role_from_text(cells["role"]) if cells.get("role") else Role.LEARNER
    if role is None:
        errors.append(mark("Ce rôle n'existe pas. Exemples : porteur, formateur, accompagnateur."))
    elif role not in roles:
        errors.append(mark("Vous ne pouvez pas donner ce rôle."))
    if email and seen.emails.setdefault(email, number) != number:
        errors.append(mark("Cet e-mail est déjà plus haut dans le fichier."))
    if role not in (None, Role.LEARNER, Role.COMPANY_HEAD) and not email:
        errors.append(mark("Pour ce rôle, il faut un e-mail."))
    return RosterLine(
        number,
        cells["given_name"][:100],
        cells.get("family_name", "")[:100],
        email or cells.get("email", "")[:254],
        phone or cells.get("phone", "")[:40],
        (role or Role.LEARNER).value,
        tuple(errors),
    )
