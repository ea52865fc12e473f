"""A browser that is signed in as someone of the world, without going through the sign-in page."""

from __future__ import annotations

import html
import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts.api import accept_terms
from lms.kernel.platform import Platform
from tests.factories.world import World


def signed_in(app: Flask, platform: Platform, world: World, who: str) -> FlaskClient:
    """A client with the cookie of someone, who has accepted the terms in force."""
    with platform.writing(world.organisations[who], world.members[who]) as ctx:
        accept_terms(ctx)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{world.organisations[who]}:{world.members[who]}:1"
        cookie["_fresh"] = True
    return client


def words_of(page: TestResponse) -> str:
    """What people read in the main part of a page."""
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    inline = re.sub(r"</?(?:a|b|bdi|span|small|em)\b[^>]*>", "", main)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inline)))
