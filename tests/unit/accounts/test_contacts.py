"""E-mails, numbers, names and identifiers as people type them."""

from __future__ import annotations

import pytest

from lms.accounts.contacts import WrongContact, clean_email, clean_phone, identifier_of, readable_phone
from lms.accounts.names import folded, shortened, sort_name_of
from lms.accounts.organisations import is_nda, is_siret


@pytest.mark.parametrize(
    "typed", ["06 12 34 56 78", "0612345678", "+33 6 12 34 56 78", "06.12.34.56.78", "0033612345678"]
)
def test_a_french_number_has_one_form(typed: str) -> None:
    assert clean_phone(typed) == "+33612345678"
    assert identifier_of(typed) == ("phone", "+33612345678")


def test_a_number_of_another_country_keeps_it() -> None:
    assert clean_phone("+221 77 123 45 67") == "+221771234567"
    assert readable_phone("+221771234567").startswith("+221")
    assert readable_phone("+33612345678") == "06 12 34 56 78"


@pytest.mark.parametrize("typed", ["abc", "12", "06 12", "1" * 39])
def test_what_is_no_number_is_refused_and_finds_nobody(typed: str) -> None:
    with pytest.raises(WrongContact):
        clean_phone(typed)
    assert identifier_of(typed) == ("phone", "")


@pytest.mark.parametrize(
    "typed", ["awa", "awa@", "@exemple.fr", "a b@exemple.fr", "awa@exemple", "x" * 300 + "@exemple.fr"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(WrongContact):
        clean_email(typed)


def test_an_address_is_kept_in_lower_case() -> None:
    assert clean_email(" Awa@Exemple.FR ") == "awa@exemple.fr"
    assert identifier_of("Awa@Exemple.FR ") == ("email", "awa@exemple.fr")
    assert clean_email("porteur@demo.test") == "porteur@demo.test"


def test_names_are_folded_to_sort_and_to_search() -> None:
    assert sort_name_of("Éloïse", "N'Diaye") == "n'diaye eloise"
    assert folded("  TRAORÉ  Moussa ") == "traore moussa"
    assert shortened("Awa", "Diallo") == "Awa D."
    assert shortened("Awa", "") == "Awa"


@pytest.mark.parametrize(
    ("text", "right"), [("73282932000074", True), ("73282932000075", False), ("35600000000048", True), ("7328", False)]
)
def test_a_siret_adds_up(text: str, *, right: bool) -> None:
    assert is_siret(text) is right


@pytest.mark.parametrize(
    ("text", "right"), [("11751234575", True), ("942A1234520", True), ("1175123457", False), ("AAAAAAAAAAA", False)]
)
def test_a_declaration_number_has_its_form(text: str, *, right: bool) -> None:
    assert is_nda(text) is right
