"""Long work is its owner's: nobody else sees it, cancels it or fetches what it made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.contract.types import JobKind
from lms.kernel import jobs
from lms.kernel.files import keep_file
from lms.kernel.platform import Platform
from tests.factories.world import World

SignIn = Callable[[str], FlaskClient]
OTHERS = ("trainer", "learner", "other_manager")


def make_file(platform: Platform, job: jobs.RunningJob) -> None:
    """Work that makes a file."""
    job.save(done=1, total=2)
    with platform.writing(job.organisation_id) as ctx:
        file = keep_file(ctx, platform.settings.data_dir, name="résultat.txt", chunks=["voilà".encode()])
        job.finish(ctx, file_id=file.id)
    job.save(done=2, total=2)


def fail(platform: Platform, job: jobs.RunningJob) -> None:
    """Work that fails."""
    raise ValueError


@pytest.fixture(autouse=True)
def no_queue(app: Flask) -> None:
    """Tests run the jobs themselves: nothing is put in the queue, whose connection would stay open."""
    jobs.on_wake(lambda: None)


@pytest.fixture
def kinds(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two kinds of work."""
    made = {"essai.file": make_file, "essai.fail": fail}
    kinds = {name: JobKind(name, f"Travail {name}", run) for name, run in made.items()}
    both = MappingProxyType({**platform.registry.job_kinds, **kinds})
    monkeypatch.setattr(platform, "registry", replace(platform.registry, job_kinds=both))
    return


@pytest.fixture
def started(platform: Platform, world: World, kinds: None) -> Callable[..., str]:
    """Start work as the manager; returns its key."""

    def start(kind: str = "essai.file", **arguments: Any) -> str:
        with platform.writing(world.organisation, world.members["manager"]) as ctx:
            return jobs.start_job(ctx, kind, arguments).key

    return start


def test_the_owner_sees_it_wait_then_done_then_fetches_the_file(
    engine_name: str, platform: Platform, signed_in_as: SignIn, started: Callable[..., str]
) -> None:
    client, key = signed_in_as("manager"), started()
    page = client.get(f"/travaux/{key}").text
    assert "attend son tour" in page
    assert f'data-poll-url="/travaux/{key}/etat"' in page
    assert client.get(f"/travaux/{key}/resultat").status_code == 404
    jobs.sweep(platform)
    page = client.get(f"/travaux/{key}").text
    assert "terminé" in page
    assert f"/travaux/{key}/resultat" in page
    assert "data-poll-url" not in page
    answer = client.get(f"/travaux/{key}/resultat", buffered=True)
    assert answer.data.decode() == "voilà"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_asking_again_costs_nothing_while_nothing_moves(
    engine_name: str, platform: Platform, signed_in_as: SignIn, started: Callable[..., str]
) -> None:
    client, key = signed_in_as("manager"), started()
    first = client.get(f"/travaux/{key}/etat")
    assert 'id="job"' in first.text
    assert "<html" not in first.text
    tag = {"If-None-Match": first.headers["ETag"]}
    again = client.get(f"/travaux/{key}/etat", headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    jobs.sweep(platform)
    assert "terminé" in client.get(f"/travaux/{key}/etat", headers=tag).text


def test_nobody_else_sees_cancels_or_fetches_it(
    engine_name: str, platform: Platform, signed_in_as: SignIn, started: Callable[..., str]
) -> None:
    key = started()
    for who in OTHERS:
        client = signed_in_as(who)
        assert client.get(f"/travaux/{key}").status_code == 404
        assert client.get(f"/travaux/{key}/etat").status_code == 404
        assert client.post(f"/travaux/{key}/annuler").status_code == 404
    jobs.sweep(platform)
    assert "terminé" in signed_in_as("manager").get(f"/travaux/{key}").text
    for who in OTHERS:
        assert signed_in_as(who).get(f"/travaux/{key}/resultat").status_code == 404


def test_the_owner_cancels_it(
    engine_name: str, platform: Platform, signed_in_as: SignIn, started: Callable[..., str]
) -> None:
    client, key = signed_in_as("manager"), started()
    assert client.post(f"/travaux/{key}/annuler").status_code == 303
    jobs.sweep(platform)
    page = client.get(f"/travaux/{key}").text
    assert "annulé" in page
    assert "Rien n&#39;a été gardé." in page


def test_a_failure_is_said_in_plain_words(
    engine_name: str, platform: Platform, signed_in_as: SignIn, started: Callable[..., str]
) -> None:
    client, key = signed_in_as("manager"), started("essai.fail")
    jobs.sweep(platform)
    page = client.get(f"/travaux/{key}").text
    assert "arrêté par une erreur" in page
    assert "ValueError" not in page


def test_a_result_expires(
    engine_name: str, platform: Platform, signed_in_as: SignIn, started: Callable[..., str], clock: Any
) -> None:
    client, key = signed_in_as("manager"), started()
    jobs.sweep(platform)
    clock.now += jobs.RESULT_LIVES + timedelta(minutes=1)
    assert client.get(f"/travaux/{key}/resultat").status_code == 404
    assert f"/travaux/{key}/resultat" not in client.get(f"/travaux/{key}").text


@pytest.mark.parametrize("page", ["https://ailleurs.test/", "//ailleurs.test", "javascript:alert(1)"])
def test_work_never_leads_to_another_site(
    engine_name: str, signed_in_as: SignIn, started: Callable[..., str], page: str
) -> None:
    assert page not in signed_in_as("manager").get(f"/travaux/{started(page=page)}").text


def test_leaders_see_what_the_platform_could_not_do_and_have_it_tried_again(
    engine_name: str, platform: Platform, world: World, signed_in_as: SignIn, kinds: None
) -> None:
    with platform.writing(world.organisation) as ctx:
        jobs.start_job(ctx, "essai.fail", {})
    client = signed_in_as("manager")
    assert "Rien n’est en échec" in client.get("/travaux").text
    jobs.sweep(platform)
    page = client.get("/travaux").text
    assert "Travail essai.fail" in page
    assert "ValueError" in page
    assert 'href="/travaux"' in client.get("/organisme").text
    assert signed_in_as("trainer").get("/travaux").status_code == 404
    assert signed_in_as("trainer").post("/travaux/relancer").status_code == 404
    assert "Travail essai.fail" not in signed_in_as("other_manager").get("/travaux").text
    answer = client.post("/travaux/relancer", follow_redirects=True)
    assert "C&#39;est relancé" in answer.text
    assert "Travail essai.fail" not in answer.text
