"""Contents beside statements: content types, parts, signatures (Data, 2.4.11, 2.6; Communication, 1.5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.test import TestResponse

from tests.contract.requirements.conftest import Speaker
from tests.contract.requirements.numbers import covers, each
from tests.contract.requirements.rules import attachment
from tests.factories.machines import new_id, statement

EDGE = "a-line-that-no-content-has"
PHOTO = b"\xff\xd8 a photograph \x00\r\n of a window"
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
Part = tuple[dict[str, str], bytes]


def naming(content: bytes, **changes: Any) -> dict[str, Any]:
    """What a statement says of a content that comes with it."""
    sha2 = hashlib.sha256(content).hexdigest()
    found = attachment(length=len(content), sha2=sha2, **changes)
    del found["fileUrl"]
    return found


def with_photo(**values: Any) -> dict[str, Any]:
    return statement(id=new_id(), attachments=[naming(PHOTO)], **values)


def first(said: Any, **headers: str) -> Part:
    return {"Content-Type": "application/json", **headers}, json.dumps(said).encode()


def part(content: bytes = PHOTO, **headers: str | None) -> Part:
    usual = {
        "Content-Type": "image/jpeg",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": hashlib.sha256(content).hexdigest(),
    }
    given = {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return {name: value for name, value in given.items() if value is not None}, content


def send(
    machine: Speaker, *parts: Part, kind: str = f'multipart/mixed; boundary="{EDGE}"', method: str = "POST"
) -> TestResponse:
    body = b"".join(f"--{EDGE}\r\n{lines(headers)}\r\n\r\n".encode() + content + b"\r\n" for headers, content in parts)
    return raw(machine, body + f"--{EDGE}--\r\n".encode(), kind, method, parts)


def raw(machine: Speaker, body: bytes, kind: str, method: str = "POST", parts: Iterable[Part] = ()) -> TestResponse:
    asked = {"statementId": json.loads(next(iter(parts))[1])["id"]} if method == "PUT" else {}
    return machine.send(method, "/statements", body, content_type=kind, query_string=asked)


def lines(headers: dict[str, str]) -> str:
    return "\r\n".join(f"{name}: {value}" for name, value in headers.items())


@covers("XAPI-00127")
def test_statements_come_as_json_or_as_multipart(engine_name: str, machine: Speaker) -> None:
    said = statement(attachments=[attachment()])
    body = json.dumps(said).encode()
    for kind in ("application/json", "application/json; charset=utf-8"):
        assert raw(machine, body, kind).status_code == 200
    for kind in ("text/plain", "application/xml", "application/octet-stream", "application/x-www-form-urlencoded", ""):
        assert raw(machine, body, kind).status_code == 400
    one = with_photo()
    assert send(machine, first(one), part()).status_code == 200
    form = f"multipart/form-data; boundary={EDGE}"
    assert send(machine, first(with_photo()), part(), kind=form).status_code == 400
    assert machine.post(with_photo()).status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT"])
@each(
    "wrong",
    {
        "XAPI-00128": (part(), part(b"what nobody names")),
        "XAPI-00129": (),
        "XAPI-00132": (part(X_Experience_API_Hash=None),),
        "XAPI-00132 XAPI-00129": (part(X_Experience_API_Hash="0" * 64),),
        "XAPI-00133": (first(statement()), part()),
        "XAPI-00135": (part(Content_Transfer_Encoding=None),),
        "XAPI-00135 XAPI-00010": (part(Content_Transfer_Encoding="base64"),),
    },
)
def test_each_content_has_its_part_and_each_part_its_headers(
    engine_name: str, machine: Speaker, wrong: tuple[Part, ...], method: str
) -> None:
    said = with_photo()
    assert send(machine, first(said), *wrong, method=method).status_code == 400
    assert machine.get(statementId=said["id"]).status_code == 404
    assert send(machine, first(said), part(), method=method).status_code in (200, 204)


@covers("XAPI-00134")
def test_the_first_part_is_the_statements(engine_name: str, machine: Speaker) -> None:
    said = with_photo()
    for kind in ("text/plain", "application/octet-stream"):
        assert send(machine, ({"Content-Type": kind}, first(said)[1]), part()).status_code == 400
    assert send(machine, part(), first(said)).status_code == 400
    assert send(machine, first([said, statement()]), part()).status_code == 200


@covers("XAPI-00130", "XAPI-00131")
def test_parts_have_a_boundary_and_the_header_names_it(engine_name: str, machine: Speaker) -> None:
    said = with_photo()
    for kind in ("multipart/mixed", "multipart/mixed; boundary=", "multipart/mixed; boundary=another"):
        assert send(machine, first(said), part(), kind=kind).status_code == 400
    whole = f'multipart/mixed; boundary="{EDGE}"'
    body = f"{lines(first(said)[0])}\r\n\r\n".encode() + first(said)[1] + b"\r\n"
    for wrong in (body, body + f"--{EDGE}--\r\n".encode(), b"", f"--{EDGE}\r\n".encode() + body):
        assert raw(machine, wrong, whole).status_code == 400
    assert send(machine, first(said), part()).status_code == 200
    assert send(machine, first(with_photo()), part(), kind=f"multipart/mixed; boundary={EDGE}").status_code == 200


@covers("XAPI-00137", "XAPI-00138")
def test_parts_need_no_header_that_was_taken_back(engine_name: str, machine: Speaker) -> None:
    assert send(machine, first(with_photo()), part(MIME_Version="1.0")).status_code == 200
    assert send(machine, first(with_photo()), part(Content_Type=None)).status_code == 200


@covers("XAPI-00161", "XAPI-00167")
def test_contents_come_back_where_they_are_asked_for(engine_name: str, machine: Speaker) -> None:
    where = {"id": f"http://example.org/{new_id()}"}
    said = with_photo(object=where)
    assert send(machine, first(said), part()).status_code == 200
    for asked in ({"statementId": said["id"]}, {"activity": where["id"]}):
        for more in ({}, {"attachments": "false"}):
            found = machine.get(**asked, **more)
            assert found.mimetype == "application/json"
            assert PHOTO not in found.data
        found = machine.get(**asked, attachments="true")
        assert found.mimetype == "multipart/mixed"
        edge = f"--{found.mimetype_params['boundary']}".encode()
        nothing, one, two, end = found.data.split(edge)
        assert (nothing, end.strip()) == (b"", b"--")
        assert said["id"].encode() in one
        head, _, content = two.partition(b"\r\n\r\n")
        assert content == PHOTO + b"\r\n"
        for line in (lines(part()[0])).split("\r\n"):
            assert line.encode() in head
    assert machine.get(attachments="yes").status_code == 400


# ---------------------------------------------------------------------------------------------------------- signatures


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def signed(said: dict[str, Any], *, algorithm: str = "RS256", secret: Any = None, **changes: Any) -> tuple[Part, Part]:
    """A statement and its signature, of what it says or of `payload`."""
    payload = changes.pop("payload", json.dumps(said).encode())
    token = changes.pop("token", None) or jwt.api_jws.encode(payload, secret or key(), algorithm=algorithm).encode()
    named = naming(token, **{"usageType": SIGNATURE, "contentType": "application/octet-stream", **changes})
    return first({**said, "attachments": [named]}), part(token, Content_Type="application/octet-stream")


@each(
    "wrong",
    {
        "XAPI-00115": [{"contentType": "text/plain"}, {"token": b"not a signature"}, {"token": b"e30.e30"}],
        "XAPI-00116": [
            {"payload": json.dumps(statement(verb={"id": "http://example.org/other"})).encode()},
            {"payload": b"{"},
            {"payload": b'"statement"'},
            {"payload": b"[]"},
        ],
        "XAPI-00117": [{"algorithm": "HS256", "secret": "s" * 40}, {"algorithm": "PS256"}],
    },
)
def test_a_signature_is_of_the_statement_by_an_algorithm_of_the_list(
    engine_name: str, machine: Speaker, wrong: list[dict[str, Any]]
) -> None:
    for algorithm in ("RS256", "RS384", "RS512"):
        assert send(machine, *signed(statement(id=new_id()), algorithm=algorithm)).status_code == 200
    for one in wrong:
        assert send(machine, *signed(statement(id=new_id()), **one)).status_code == 400, one
    elsewhere = naming(b"x", usageType=SIGNATURE, contentType="application/octet-stream")
    elsewhere["fileUrl"] = "http://example.org/signature"
    assert machine.post(statement(attachments=[elsewhere])).status_code == 400


@covers("V2-07")
def test_durations_are_compared_to_the_hundredth_of_a_second(engine_name: str, machine: Speaker) -> None:
    said = statement(id=new_id(), result={"duration": "PT36M0.125678S"})
    assert machine.post(said).status_code == 200
    kept = machine.get(statementId=said["id"]).json["result"]["duration"]
    assert kept in (said["result"]["duration"], "PT36M0.12S")
    for seconds, status in (("0.12S", 200), ("0.129S", 200), ("0.13S", 409)):
        assert machine.post({**said, "result": {"duration": f"PT36M{seconds}"}}).status_code == status
    again = statement(id=new_id(), result={"duration": "PT36M0.12S"})
    (headers, body), signature = signed(again)
    assert send(machine, (headers, body.replace(b"0.12S", b"0.1234S")), signature).status_code == 200
