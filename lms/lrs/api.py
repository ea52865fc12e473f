"""The only door to the Learning Record Store for other features: sessions of the activities that they launch."""

from __future__ import annotations

from lms.lrs.data import Secret
from lms.lrs.sessions import end_session, open_session

__all__ = ["Secret", "end_session", "open_session"]
