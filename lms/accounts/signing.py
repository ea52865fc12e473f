"""What proves a link or a card: signatures and keyed hashes, from the site's secret key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

CARD_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CARD_LENGTH = 12
LINK, INVITATION, ROSTER, PERSON = "accounts.link", "accounts.invitation", "accounts.roster", "accounts.person"


class NotOurs(Exception):
    """A token that we did not sign, or that is too old."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and reads tokens; each purpose has a key of its own, derived from the secret key."""

    secret_key: str = field(repr=False)

    def token(self, purpose: str, value: Any) -> str:
        """A token that says a value and cannot be made by others."""
        return URLSafeSerializer(self.secret_key, salt=purpose).dumps(value)

    def read(self, purpose: str, token: str) -> Any:
        """The value of a token, or `NotOurs`."""
        try:
            return URLSafeSerializer(self.secret_key, salt=purpose).loads(token)
        except BadSignature as wrong:
            raise NotOurs from wrong

    def dated_token(self, purpose: str, value: Any) -> str:
        """A token that also says when it was made."""
        return str(URLSafeTimedSerializer(self.secret_key, salt=purpose).dumps(value))

    def read_dated(self, purpose: str, token: str, *, seconds: int) -> Any:
        """The value of a dated token made less than so many seconds ago, or `NotOurs`."""
        try:
            return URLSafeTimedSerializer(self.secret_key, salt=purpose).loads(token, max_age=seconds)
        except BadSignature as wrong:
            raise NotOurs from wrong

    def card_code(self, intent: str, uuid: str) -> str:
        """The code of a card, 59 bits: the same for the same form, so that a form sent twice prints one card."""
        number = int.from_bytes(self._keyed("card code", f"{intent} {uuid}").digest())
        letters = ""
        for _ in range(CARD_LENGTH):
            number, rest = divmod(number, len(CARD_ALPHABET))
            letters += CARD_ALPHABET[rest]
        return letters

    def card_hash(self, code: str) -> str:
        """What is stored of a code."""
        return self._keyed("card", code).hexdigest()

    def contact_code(self, change_id: int, value: str) -> str:
        """The six digits that prove that someone reads what is sent to an address."""
        number = int.from_bytes(self._keyed("contact code", f"{change_id} {value}").digest())
        return f"{number % 1_000_000:06d}"

    def is_contact_code(self, typed: str, change_id: int, value: str) -> bool:
        """Whether this is that code, however its digits were separated."""
        digits = "".join(letter for letter in typed[:40] if letter in "0123456789")
        return hmac.compare_digest(digits, self.contact_code(change_id, value))

    def _keyed(self, purpose: str, text: str) -> hmac.HMAC:
        key = hashlib.sha256(f"accounts.{purpose} {self.secret_key}".encode()).digest()
        return hmac.new(key, text.encode(), hashlib.sha256)


def grouped(code: str) -> str:
    """A code as it is printed: ABCD-EFGH-JKMN."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def typed_code(text: str) -> str:
    """A code as someone typed it, without its separators."""
    return "".join(letter for letter in text.upper()[:60] if letter in CARD_ALPHABET)
