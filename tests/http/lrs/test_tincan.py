"""A client that others use, against a server that listens: PyPI's `tincan` writes and reads."""

from __future__ import annotations

import contextlib
import threading
import uuid
from typing import Any

import pytest
import tincan
from flask import Flask
from waitress.server import create_server

from tests.factories.machines import Machine


@pytest.fixture
def endpoint(app: Flask) -> Any:
    """The application on a port of the loopback, for the time of a test."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)

    def serve() -> None:
        with contextlib.suppress(OSError):  # closing the server from here pulls its socket from under its loop
            server.run()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}/xapi/"
    server.close()
    thread.join(10)


@pytest.fixture
def lrs(endpoint: Any, machine: Machine) -> Any:
    return tincan.RemoteLRS(endpoint=endpoint, version="1.0.3", username=machine.key, password=machine.secret)


def said(number: Any = 1) -> Any:
    return tincan.Statement(
        id=str(uuid.uuid4()),
        actor=tincan.Agent(name="Awa", mbox="mailto:awa@example.org"),
        verb=tincan.Verb(
            id="http://adlnet.gov/expapi/verbs/completed", display=tincan.LanguageMap({"fr": "a terminé"})
        ),
        object=tincan.Activity(
            id=f"http://example.org/unit/{number}",
            definition=tincan.ActivityDefinition(name=tincan.LanguageMap({"fr": f"Unité {number}"})),
        ),
        result=tincan.Result(score=tincan.Score(scaled=0.5), success=True, duration="PT90S"),
        context=tincan.Context(registration=str(uuid.uuid4()), language="fr"),
    )


def test_tincan_saves_a_statement_and_gets_it_back(engine_name: str, lrs: Any) -> None:
    sent = said()
    answer = lrs.save_statement(sent)
    assert answer.success, answer.data
    found = lrs.retrieve_statement(sent.id)
    assert found.success, found.data
    assert str(found.content.id) == str(sent.id)
    assert found.content.actor.mbox == sent.actor.mbox
    assert found.content.result.score.scaled == 0.5
    assert found.content.object.definition.name["fr"] == "Unité 1"
    assert found.content.stored is not None


def test_tincan_saves_several_and_follows_more(engine_name: str, lrs: Any) -> None:
    answer = lrs.save_statements([said(number) for number in range(7)])
    assert answer.success, answer.data
    page = lrs.query_statements({"limit": 3, "verb": tincan.Verb(id="http://adlnet.gov/expapi/verbs/completed")})
    assert page.success, page.data
    seen = {str(one.id) for one in page.content.statements}
    while page.content.more:
        page = lrs.more_statements(page.content)
        assert page.success, page.data
        seen |= {str(one.id) for one in page.content.statements}
    assert len(seen) == 7


def test_tincan_voids_and_finds_what_was_voided(engine_name: str, lrs: Any) -> None:
    sent = said()
    lrs.save_statement(sent)
    word = tincan.Statement(
        actor=sent.actor,
        verb=tincan.Verb(id="http://adlnet.gov/expapi/verbs/voided"),
        object=tincan.StatementRef(id=sent.id),
    )
    assert lrs.save_statement(word).success
    assert not lrs.retrieve_statement(sent.id).success
    assert lrs.retrieve_voided_statement(sent.id).success
