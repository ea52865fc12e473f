"""The edge of the web: headers, foreign origins, plain error pages, languages, health."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from lms.app import create_app
from lms.kernel import jobs
from lms.kernel.database import DatabaseBusy
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden


def test_pages_carry_a_strict_policy(client: FlaskClient) -> None:
    answer = client.get("/connexion")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_pages_hold_no_inline_style_or_script(client: FlaskClient) -> None:
    page = client.get("/connexion").text
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", page)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://ailleurs.test"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({}, 303),
    ],
)
def test_a_post_from_another_site_is_refused(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/langue", data={"language": "en"}, headers=headers).status_code == status


def test_the_language_is_kept_on_the_device(client: FlaskClient) -> None:
    assert 'lang="fr"' in client.get("/connexion", headers={"Accept-Language": "de"}).text
    client.post("/langue", data={"language": "en"})
    assert 'lang="en"' in client.get("/connexion").text


def test_one_is_never_sent_to_another_site(client: FlaskClient) -> None:
    for target in ("https://ailleurs.test/", "//ailleurs.test", "/\\ailleurs.test", "javascript:alert(1)"):
        answer = client.post("/langue", data={"language": "en", "next": target})
        assert answer.headers["Location"] == "/"


def test_a_missing_page_says_what_to_do(client: FlaskClient) -> None:
    answer = client.get("/nulle-part")
    assert answer.status_code == 404
    assert "Cette page n&#39;existe pas" in answer.text


@pytest.fixture
def own_app(platform: Platform) -> Flask:
    """An application that the test may change."""
    made = create_app(platform)
    jobs.on_wake(lambda: None)
    return made


@pytest.mark.parametrize(
    ("failure", "status", "said"),
    [
        (Forbidden("x"), 403, "Vous ne pouvez pas faire cela"),
        (DatabaseBusy(), 503, "Il y a beaucoup de monde"),
        (OperationalError("", {}, Exception("database or disk is full")), 507, "Le disque du serveur est plein"),
        (OSError(28, "No space left on device"), 507, "Le disque du serveur est plein"),
        (ZeroDivisionError(), 500, "Quelque chose s&#39;est cassé chez nous"),
    ],
)
def test_a_fault_is_a_page_in_plain_words(own_app: Flask, failure: Exception, status: int, said: str) -> None:
    def fail() -> None:
        raise failure

    fail.lms_rights = "public"  # type: ignore[attr-defined]
    own_app.add_url_rule("/casse", "casse", fail)
    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = own_app.test_client().get("/casse")
    assert answer.status_code == status
    assert said in answer.text


def test_a_request_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/connexion", data={"identifier": "x" * (21 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "trop lourd" in answer.text


def test_health_and_readiness(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_not_ready_before_the_first_start(client: FlaskClient, platform) -> None:
    from sqlalchemy import delete

    from lms.kernel.site import SiteRow

    with platform.database.writing() as session:
        session.execute(delete(SiteRow))
    platform.forget()
    assert client.get("/readyz").status_code == 503


def test_static_files_are_kept_for_a_year_and_nothing_else_is_served(client: FlaskClient) -> None:
    page = client.get("/connexion").text
    sheet = re.search(r'href="(/static/ui/style\.css\?v=\w+)"', page)
    assert sheet
    with client.get(sheet.group(1)) as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    for path in ("ui/README.md", "../settings.py", "ui/../../settings.py", "kernel/web.py"):
        assert client.get(f"/static/{path}").status_code == 404
