"""Lists of people as spreadsheets save them, and as they should not be."""

from __future__ import annotations

import pytest

from lms.accounts.roster import MAX_BYTES, UnreadableRoster, read_roster
from lms.contract.types import Role

ROLES = frozenset({Role.LEARNER, Role.COMPANY_HEAD, Role.TRAINER})
TEXT = "Prénom;Nom;E-mail;Téléphone;Rôle\nÉloïse;Traoré;eloise@exemple.fr;06 12 34 56 78;Porteur\nAwa;Diallo;;;\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_encoding_and_delimiter_of_spreadsheets_is_read(encoding: str, delimiter: str) -> None:
    lines = read_roster(TEXT.replace(";", delimiter).encode(encoding), roles=ROLES)
    assert [(line.given_name, line.family_name, line.email, line.phone, line.role, line.errors) for line in lines] == [
        ("Éloïse", "Traoré", "eloise@exemple.fr", "+33612345678", "learner", ()),
        ("Awa", "Diallo", "", "", "learner", ()),
    ]


def test_english_headers_and_windows_line_ends_are_read() -> None:
    lines = read_roster(b"First name,Last name,Email,Role\r\nAda,King,ada@example.org,trainer\r\n", roles=ROLES)
    assert lines[0].role == "trainer"
    assert lines[0].number == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (";Diallo;;;", "Le prénom manque."),
        ("Awa;Diallo;awa@;;", "Cet e-mail n'a pas la bonne forme"),
        ("Awa;Diallo;;12;", "nombre de chiffres"),
        ("Awa;Diallo;;;roi", "Ce rôle n'existe pas"),
        ("Awa;Diallo;a@exemple.fr;;administrateur", "Vous ne pouvez pas donner ce rôle."),
        ("Awa;Diallo;;;formateur", "Pour ce rôle, il faut un e-mail."),
        ("A" * 101 + ";Diallo;;;", "trop long"),
    ],
)
def test_each_line_says_what_is_wrong_with_it(line: str, said: str) -> None:
    found = read_roster(f"prénom;nom;e-mail;téléphone;rôle\n{line}\n".encode(), roles=ROLES)
    assert any(said in error for error in found[0].errors), found


def test_the_same_address_twice_is_said() -> None:
    text = "prénom;e-mail\nAwa;awa@exemple.fr\nMoussa;AWA@exemple.fr\n"
    first, second = read_roster(text.encode(), roles=ROLES)
    assert not first.errors
    assert "déjà plus haut" in second.errors[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nommer les colonnes"),
        (b"\n\n", "nommer les colonnes"),
        (b"nom;e-mail\nDiallo;a@exemple.fr\n", "prénom"),
        ("prénom\n".encode(), "Il n'y a personne"),
        (b"PK\x03\x04rest", "pas un fichier CSV"),
        (b"\xd0\xcf\x11\xe0rest", "pas un fichier CSV"),
        (b"pr\x01nom;\x02\x03\nx;y\n", "pas lisible"),
        (bytes(range(256)), "pas lisible"),
        (b"x" * (MAX_BYTES + 1), "trop gros"),
        ("prénom\n".encode() + b"Awa\n" * 2001, "trop de lignes"),
        ("prénom\n".encode() + b'"' + b"x" * 200_000 + b'"\n', "pas un tableau"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableRoster, match=said):
        read_roster(data, roles=ROLES)


def test_columns_may_come_in_any_order_and_be_missing() -> None:
    lines = read_roster("Téléphone ;PRENOM\n06 12 34 56 78;Awa\n;Moussa\nx".encode(), roles=ROLES)
    assert lines[0].phone == "+33612345678"
    assert lines[1].given_name == "Moussa"
    assert lines[2].errors
