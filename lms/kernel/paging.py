"""Lists are paged: one page of lines, and how many there are in all. Its addresses: `lms.kernel.web.pager`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

PAGE = 50
Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Listed(Generic[Line]):
    """One page of a list, with how many lines there are in all, and how many a page takes."""

    lines: Sequence[Line]
    total: int
    number: int
    size: int = PAGE

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.size))
