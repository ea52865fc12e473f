"""What the quiz lends to others: the questions of an attempt."""

from __future__ import annotations

from lms.activities.quiz.drawing import Drawn, draw

__all__ = ["Drawn", "draw"]
