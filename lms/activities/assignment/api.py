"""What works lend to others: keeping what comes with one, and reading one's own."""

from __future__ import annotations

from lms.activities.assignment.operations import keep_pieces
from lms.activities.assignment.works import own_work

__all__ = ["keep_pieces", "own_work"]
