"""What questionnaires lend to others: what answers are, and what they propose."""

from __future__ import annotations

from lms.activities.questionnaire.answering import checked, proposals_of

__all__ = ["checked", "proposals_of"]
