"""The only door to public pages for other features."""

from __future__ import annotations

from collections.abc import Mapping

from lms.accounts.api import organisation_details
from lms.courses.api import CourseInfo, structure
from lms.kernel.context import Context
from lms.offer.fields import missing, proposed
from lms.offer.models import OfferPage
from lms.offer.operations import publish_offer, write_offer
from lms.offer.queries import page_of

__all__ = ["missing", "put_online"]


def put_online(ctx: Context, *, course: CourseInfo, fields: Mapping[str, str]) -> OfferPage:
    """Write a page over what the course and the organisation already say, and put it online. As `write_offer` refuses."""
    known = proposed(structure(ctx, course.version_id), organisation_details(ctx))
    before = page_of(ctx, course.id)
    seen = before.changed_at.isoformat() if before is not None else ""
    page = write_offer(ctx, course=course, fields={**known, **fields}, seen=seen)
    publish_offer(ctx, course=course)
    return page
