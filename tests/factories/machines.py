"""Machines that speak to the Learning Record Store, and what they say."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.kernel.platform import Platform
from lms.lrs.clients import add_client


@dataclass
class Machine:
    """A client of the LRS."""

    client: FlaskClient
    key: str
    secret: str
    version: str = "1.0.3"
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """A request with the credentials and the version."""
        given = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {given}", "X-Experience-API-Version": self.version, **self.headers}
        headers |= options.pop("headers", {})
        if body is not None:
            options["data"] = body if isinstance(body, bytes) else json.dumps(body)
            options.setdefault("content_type", "application/json")
        return self.client.open(f"/xapi{path}", method=method, headers=headers, **options)

    def get(self, **asked: Any) -> TestResponse:
        """GET /statements."""
        return self.send("GET", "/statements", query_string=asked)

    def post(self, body: Any, **options: Any) -> TestResponse:
        """POST /statements."""
        return self.send("POST", "/statements", body, **options)

    def put(self, name: str, body: Any) -> TestResponse:
        """PUT /statements."""
        return self.send("PUT", "/statements", body, query_string={"statementId": name})

    def listed(self, **asked: Any) -> list[dict[str, Any]]:
        """The statements of a page."""
        answer = self.get(**asked)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json["statements"]  # type: ignore[index]
        return found


def make_machine(app: Flask, platform: Platform, organisation: int, name: str = "Moodle", **options: Any) -> Machine:
    """A new client with its credentials. `options`: those of `add_client`."""
    with platform.writing(organisation) as ctx:
        given = add_client(ctx, name, **options)
    return Machine(app.test_client(), given.key, given.secret)


def statement(**values: Any) -> dict[str, Any]:
    """A statement of someone elsewhere."""
    return {
        "actor": {"mbox": "mailto:awa@example.org", "objectType": "Agent"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"fr": "a terminé"}},
        "object": {"id": "http://example.org/unit/1", "definition": {"name": {"fr": "Unité 1"}}},
        **values,
    }


def new_id() -> str:
    """A UUID."""
    return str(uuid.uuid4())
