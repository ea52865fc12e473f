"""Every route names its right; nobody else gets in; what one may not know of looks like what does not exist."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lms.contract.types import Right, Role
from lms.kernel.web import PUBLIC, SIGNED_IN
from tests.factories.world import ROLES

PUBLIC_ROUTES = {
    "static",
    "web.healthz",
    "web.readyz",
    "web.choose_language",  # one reads the sign-in page in one's language
    "accounts.sign_in",
    "accounts.post_sign_in",
    "accounts.ask_link",
    "accounts.post_ask_link",
    "accounts.link",
    "accounts.post_link",
    "accounts.choose_organisation",  # after the proof, before the session
    "accounts.post_choose_organisation",
    "accounts.card",
    "accounts.post_card",
    "accounts.scanned_card",
    "accounts.invitation",
    "accounts.post_invitation",
    "accounts.terms_text",  # one may read what one will accept
    "texts.read",  # privacy and rules are for everyone to read, as the terms
    "offer.index",  # what an association offers is for anyone to read (référentiel, indicator 1)
    "offer.page",
    "organisation.logo_picture",  # a logo stands on public pages
    "news.news",  # after a path, people without account answer by a signed link
    "news.post_news",
    "news.thanks",
    "seal.index",  # a root is worth something when anyone can compare it
    "seal.roots",
    "lrs.about",  # xAPI 1.0.3, Communication, 2.8
}
"""Routes without a signed-in person. Adding one is a decision: say why beside it."""


def routes(app: Flask) -> Iterator[tuple[Rule, object]]:
    for rule in app.url_map.iter_rules():
        yield rule, getattr(app.view_functions[rule.endpoint], "lms_rights", None)


def fill(rule: Rule) -> str:
    """An address of this route with keys that name nothing."""
    values = dict.fromkeys(rule.arguments, "zzzzzzzzzz")
    for name, converter in rule._converters.items():
        if type(converter).__name__ == "IntegerConverter":
            values[name] = 1
    return rule.build(values)[1]


def test_every_route_names_its_right(app: Flask) -> None:
    silent = [rule.endpoint for rule, rights in routes(app) if rights is None]
    assert not silent


def test_the_list_of_public_routes_is_known(app: Flask) -> None:
    public = {rule.endpoint for rule, rights in routes(app) if rights == PUBLIC}
    assert public == PUBLIC_ROUTES


def test_nobody_gets_in_without_signing_in(app: Flask, client, world) -> None:
    for rule, rights in routes(app):
        if rights in (PUBLIC, "basic credentials"):
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = client.open(fill(rule), method=method)
            assert answer.status_code in (303, 401), f"{method} {rule.rule}: {answer.status_code}"
            if answer.status_code == 303:
                assert "/connexion" in answer.headers["Location"], rule.rule


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_without_the_right_is_told_nothing(app: Flask, signed_in_as, role: str) -> None:
    """Routes × roles: without the right on anything, the answer is that of a page that does not exist."""
    client = signed_in_as(role)
    held = Role(ROLES[role][0])
    reference = client.get("/nulle-part")
    for rule, rights in routes(app):
        if not isinstance(rights, tuple) or any(held in right.roles for right in rights):
            continue
        assert all(isinstance(right, Right) for right in rights)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = client.open(fill(rule), method=method)
            assert answer.status_code == 404, f"{role} {method} {rule.rule}: {answer.status_code}"
            assert answer.data == reference.data, f"{role} {method} {rule.rule} tells more than a missing page"


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_key_that_names_nothing_is_not_found(app: Flask, signed_in_as, role: str) -> None:
    client = signed_in_as(role)
    held = Role(ROLES[role][0])
    for rule, rights in routes(app):
        if "GET" not in rule.methods or not rule.arguments or rights == PUBLIC:
            continue
        if rights == SIGNED_IN or (isinstance(rights, tuple) and any(held in right.roles for right in rights)):
            answer = client.get(fill(rule))
            assert answer.status_code in (404, 303), f"{role} {rule.rule}: {answer.status_code}"
