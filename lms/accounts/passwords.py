"""Passwords: argon2 with its defaults, at most two at once, so that a rush of sign-ins does not fill the memory."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.kernel.i18n import mark

MIN_LENGTH, MAX_LENGTH = 10, 200
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$/oYqK9dShrb2XhChgV67bg$mO2zHbm/XUd+8u/tWnE+WAnkMdrdSdgiktDhuiTT/1I"
"""What a password is checked against when there is nobody: an unknown person takes as long as a known one."""

_hasher = PasswordHasher()
_two_at_once = BoundedSemaphore(2)


class WeakPassword(Exception):
    """A password that is too easy; the message is a French sentence."""


def hash_password(password: str) -> str:
    """The hash to store. Slow on purpose: never inside a write transaction."""
    with _two_at_once:
        return _hasher.hash(password[:MAX_LENGTH])


def is_password(password: str, stored: str | None) -> bool:
    """Whether this is the password; takes as long when there is none. Never inside a write transaction."""
    with _two_at_once:
        try:
            _hasher.verify(stored or NOBODY, password[:MAX_LENGTH])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def check_strength(password: str, *known: str) -> None:
    """Raise `WeakPassword` for what is too short or easy to guess; `known` are the person's own names and addresses."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(mark("Il faut au moins 10 caractères. Une petite phrase marche bien."))
    if len(password) > MAX_LENGTH:
        raise WeakPassword(mark("C'est trop long : 200 caractères au plus."))
    if len(set(password.casefold())) < 4:
        raise WeakPassword(mark("C'est trop simple : mélangez plus de lettres ou de chiffres."))
    if password.casefold() in {text.casefold() for text in known if text}:
        raise WeakPassword(mark("N'utilisez pas votre nom, votre e-mail ou votre numéro."))
