"""How often one may try: counted in this process's memory, per identifier and per address."""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

PER_IDENTIFIER = parse("8 per 15 minutes")
"""Wrong passwords for one e-mail or number."""
PER_ADDRESS = parse("60 per 15 minutes")
"""Wrong tries from one address: a whole group sits behind the association's."""
LINKS_PER_IDENTIFIER = parse("3 per 15 minutes")
LINKS_PER_ADDRESS = parse("30 per 15 minutes")


class TooManyAttempts(Exception):
    """One must wait."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Counts failures; who succeeds is not counted, so that a group may sign in at once."""

    _limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    def check(self, *counted: tuple[RateLimitItem, str]) -> None:
        """Raise `TooManyAttempts` when one of these is used up."""
        if not all(self._limiter.test(limit, _anonymous(text)) for limit, text in counted):
            raise TooManyAttempts

    def count(self, *counted: tuple[RateLimitItem, str]) -> None:
        """Count one more."""
        for limit, text in counted:
            self._limiter.hit(limit, _anonymous(text))

    def seconds_to_wait(self, *counted: tuple[RateLimitItem, str]) -> int:
        """How long until none of these is used up, in whole seconds; 0: one may try."""
        full = [one for one in counted if not self._limiter.test(one[0], _anonymous(one[1]))]
        ends = [self._limiter.get_window_stats(limit, _anonymous(text)).reset_time for limit, text in full]
        return max(1, math.ceil(max(ends) - time.time())) if ends else 0

    def spend(self, limit: RateLimitItem, text: str) -> bool:
        """Count one more, and say whether it was still allowed."""
        return self._limiter.hit(limit, _anonymous(text))


def neighbourhood(address: str | None) -> str:
    """An address, or for IPv6 the /64 that one subscriber holds."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "?"
    return str(ip_network(f"{found}/64", strict=False)) if isinstance(found, IPv6Address) else str(found)


def _anonymous(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
