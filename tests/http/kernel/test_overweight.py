"""Files that are too heavy for one sending: a page that says what to do, and the words that came with them."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import waitress

WORDS = "Mon étal est prêt, voici les photos."
BORDER = "limite"
FORM = f"multipart/form-data; boundary={BORDER}"


def part(name: str, value: str = "", file: str = "") -> bytes:
    """A field of a form; with a file, what stands before its bytes."""
    named = f'name="{name}"' + (f'; filename="{file}"\r\nContent-Type: image/jpeg' if file else "")
    return f"--{BORDER}\r\nContent-Disposition: form-data; {named}\r\n\r\n{value}".encode()


def photos(*names: str) -> bytes:
    return b"".join(part("media", file=name) + b"\0" * 22_000_000 + b"\r\n" for name in names)


def posted(client: Any, address: str, *parts: bytes) -> Any:
    body = b"".join(parts) + f"--{BORDER}--\r\n".encode()
    return client.post(address, data=body, content_type=FORM)


@pytest.mark.parametrize("who", ["", "learner"])
def test_words_come_back_with_a_way_to_send_them(engine_name: Any, client: Any, signed_in_as: Any, who: str) -> None:
    browser = signed_in_as(who) if who else client
    fields = part("text", f"{WORDS}\r\n") + part("intent", f"{'i' * 36}\r\n")
    answer = posted(browser, "/parcours/abcdefghij/klmnopqrst/travail?x=1", fields, photos("a.jpg", "b.jpg"))
    page = unescape(answer.text)
    assert answer.status_code == 413
    assert "44 Mo" in page
    assert "20 Mo à la fois" in page
    assert "une par une" in page
    assert WORDS in page
    assert f'name="intent" value="{"i" * 36}"' in page
    assert 'action="/parcours/abcdefghij/klmnopqrst/travail?x=1"' in page
    assert len(re.findall(r'type="file" name="media"', page)) == 1


def test_what_is_typed_is_shown_as_text_and_never_as_a_page(engine_name: Any, client: Any) -> None:
    fields = part("text", "<script>alert(1)</script> et puis\r\n")
    page = posted(client, "/messages/x", fields, photos("<b>.jpg")).text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<b>" not in page


def test_a_machine_gets_json(engine_name: Any, client: Any) -> None:
    answer = client.post("/outbox", data=b"x" * 22_000_000, content_type="application/json")
    assert answer.status_code == 413
    assert answer.mimetype == "application/json"


@pytest.fixture
def port(app: Any) -> Iterator[int]:
    """The application behind its real server."""
    server: Any = waitress.create_server(app, host="127.0.0.1", port=0, threads=2)

    def serve() -> None:
        try:
            server.run()
        except OSError:  # closing the server pulls its socket from under its loop
            return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.effective_port
    server.asyncore.close_all(server._map)
    thread.join(10)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("megabytes", [30, 200])
def test_the_server_reads_it_all_and_answers_with_the_page(engine_name: Any, port: int, megabytes: int) -> None:
    """A browser shows nothing of an answer that comes while it is still sending."""
    before, after = part("text", f"{WORDS}\r\n") + part("media", file="a.jpg"), f"\r\n--{BORDER}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", "/messages/x")
    connection.putheader("Content-Type", FORM)
    connection.putheader("Content-Length", str(len(before) + megabytes * 1_000_000 + len(after)))
    connection.endheaders()
    connection.send(before)
    for _one in range(megabytes):
        connection.send(b"\0" * 1_000_000)
    connection.send(after)
    answer = connection.getresponse()
    page = unescape(answer.read().decode())
    connection.close()
    assert answer.status == 413
    assert f"{megabytes} Mo" in page
    assert WORDS in page
