"""Secrets of machines: made here, random, of 256 bits, and kept as a hash.

Nobody guesses such a secret, so it needs no slow hash: SHA-256 is as far out of reach as the secret itself. Credentials that
are older than this rule are kept as argon2; they go on until they are rotated.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_FAST = "sha256:"
_hasher = PasswordHasher()
_two_at_once = BoundedSemaphore(2)


def new_key(start: str = "") -> str:
    """A name for credentials: 24 random hexadecimal digits after `start`."""
    return start + secrets.token_hex(12)


def new_secret() -> str:
    """A secret: 43 characters, 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return _FAST + hashlib.sha256(secret.encode()).hexdigest()


def is_hashed_slowly(stored: str) -> bool:
    """Whether checking it takes 64 MiB and 50 ms: credentials of before."""
    return not stored.startswith(_FAST)


def is_secret(digest: str, stored: str) -> bool:
    """Whether a secret whose `hash_of` is given is the one kept, in a time that tells nothing."""
    return hmac.compare_digest(digest.encode(), stored.encode())


def is_old_secret(secret: str, stored: str) -> bool:
    """The same of a secret that is kept slowly; never inside a write transaction."""
    with _two_at_once:
        try:
            return _hasher.verify(stored, secret)
        except (VerificationError, InvalidHashError):
            return False
