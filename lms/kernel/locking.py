"""Sensitive texts are kept locked: with keys apart from the secret key and from the database (`LMS_NARRATIVE_KEYS`).

Who reads one writes down that they do, and commits that, before it is unlocked: the caller sees to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class CannotUnlock(Exception):
    """None of the keys opens it: the one that locked it is missing from the setting."""


class Locker:
    """Locks with the first key, unlocks with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def lock(self, text: str) -> str:
        """The text as nobody reads it without a key; said twice, it looks different."""
        return self._fernet.encrypt(text.encode()).decode()

    def unlock(self, locked: str) -> str:
        """The text again, or `CannotUnlock`."""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken as wrong:
            raise CannotUnlock from wrong
