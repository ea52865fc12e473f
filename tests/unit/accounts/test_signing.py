"""Tokens, card codes, passwords and counted attempts."""

from __future__ import annotations

import math

import pytest
from argon2 import PasswordHasher

from lms.accounts.attempts import PER_ADDRESS, PER_IDENTIFIER, Attempts, TooManyAttempts, neighbourhood
from lms.accounts.passwords import NOBODY, WeakPassword, check_strength, hash_password, is_password
from lms.accounts.signing import CARD_ALPHABET, CARD_LENGTH, LINK, ROSTER, NotOurs, Signer, grouped, typed_code

SIGNER = Signer("s" * 40)


def test_a_token_opens_only_for_its_purpose_and_with_our_key() -> None:
    token = SIGNER.token(LINK, "abc")
    assert SIGNER.read(LINK, token) == "abc"
    for reader, purpose, text in (
        (SIGNER, ROSTER, token),
        (Signer("t" * 40), LINK, token),
        (SIGNER, LINK, token + "x"),
        (SIGNER, LINK, ""),
    ):
        with pytest.raises(NotOurs):
            reader.read(purpose, text)


def test_a_dated_token_grows_old() -> None:
    token = SIGNER.dated_token(ROSTER, [1, "é"])
    assert SIGNER.read_dated(ROSTER, token, seconds=60) == [1, "é"]
    with pytest.raises(NotOurs):
        SIGNER.read_dated(ROSTER, token, seconds=-1)


def test_a_card_code_cannot_be_guessed_and_is_never_stored() -> None:
    assert CARD_LENGTH * math.log2(len(CARD_ALPHABET)) >= 58
    assert not set("01OIL") & set(CARD_ALPHABET)
    codes = {SIGNER.card_code(f"intent {number}", "uuid") for number in range(500)}
    assert len(codes) == 500
    code = codes.pop()
    assert len(code) == CARD_LENGTH
    assert code not in SIGNER.card_hash(code)
    assert Signer("t" * 40).card_hash(code) != SIGNER.card_hash(code)


def test_a_code_is_read_however_it_is_typed() -> None:
    code = SIGNER.card_code("intent", "uuid")
    assert typed_code(grouped(code).lower().replace("-", " ")) == code
    assert typed_code(f" {grouped(code)} ") == code


def test_a_password_is_known_again_and_nobody_has_none() -> None:
    stored = hash_password("une petite phrase")
    assert is_password("une petite phrase", stored)
    assert not is_password("une autre phrase", stored)
    assert not is_password("", None)
    assert not is_password("tremplin", None)
    assert not is_password("x", "broken")


def test_an_unknown_person_costs_as_much_as_a_known_one() -> None:
    assert not PasswordHasher().check_needs_rehash(NOBODY)


@pytest.mark.parametrize("weak", ["court", "aaaaaaaaaaaa", "x" * 201, "awa@exemple.fr"])
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(weak, "Awa@exemple.fr")
    check_strength("une petite phrase", "awa@exemple.fr")


def test_attempts_are_counted_until_one_must_wait() -> None:
    attempts = Attempts()
    for _ in range(PER_IDENTIFIER.amount):
        attempts.check((PER_IDENTIFIER, "a"))
        attempts.count((PER_IDENTIFIER, "a"))
    with pytest.raises(TooManyAttempts):
        attempts.check((PER_ADDRESS, "b"), (PER_IDENTIFIER, "a"))
    attempts.check((PER_IDENTIFIER, "b"))


def test_one_subscriber_is_one_neighbourhood() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff")
    assert neighbourhood("2001:db8:0:1::1") != neighbourhood("2001:db8::1")
    assert neighbourhood("192.0.2.1") == "192.0.2.1"
    assert neighbourhood(None) == neighbourhood("?") == "?"
