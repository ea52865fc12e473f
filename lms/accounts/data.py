"""What other features may see of people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonInfo:
    """Someone in the organisation, as other features may show them."""

    membership_id: int
    key: str
    uuid: str
    name: str
    sort_name: str
