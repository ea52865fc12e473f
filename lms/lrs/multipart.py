"""Bodies of several parts: statements, then the contents that they name (xAPI 1.0.3, Communication, 1.5.2; RFC 2046)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks


from lms.xapi.api import Unacceptable

MOST_PARTS = 200
HASH = "x-experience-api-hash"


@dataclass(slots=True)
class Part:
    """One part: its headers by their names in small letters, and its bytes."""

    headers: dict[str, str] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)

    @property
    def media_type(self) -> str:
        """Its type without parameters, in small letters; "" when it says none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def read_parts(body: bytes, content_type: str) -> list[Part]:
    """The parts of a body, or `Unacceptable` when it is not whole."""
    boundary = _boundary(content_type)
    reader = _Reader()
    try:
        parser = MultipartParser(boundary.encode("ascii"), reader.callbacks())
        parser.write(body)
        parser.finalize()
    except (MultipartParseError, UnicodeError) as wrong:
        raise Unacceptable(f"body: the parts cannot be read ({wrong})") from None
    if not reader.ended:
        raise Unacceptable("body: ends before its last boundary")
    return reader.parts


def written(parts: Iterable[tuple[dict[str, str], bytes]]) -> tuple[str, Iterator[bytes]]:
    """(Content-Type, chunks) of a body with these parts."""
    boundary = secrets.token_hex(16)

    def chunks() -> Iterator[bytes]:
        for headers, content in parts:
            lines = [f"--{boundary}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
            yield "\r\n".join(lines).encode()
            yield content
            yield b"\r\n"
        yield f"--{boundary}--\r\n".encode()

    return f'multipart/mixed; boundary="{boundary}"', chunks()


def _boundary(content_type: str) -> str:
    message = Message()
    message["content-type"] = content_type
    found = message.get_param("boundary")
    if not isinstance(found, str) or not 1 <= len(found) <= 70 or not found.isascii():
        raise Unacceptable("Content-Type: multipart/mixed needs a boundary of 1 to 70 characters")
    return found


class _Reader:
    """Gathers what the parser tells."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._name, self._value = bytearray(), bytearray()

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header,
            "on_part_data": lambda data, start, end: self.parts[-1].content.extend(data[start:end]),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) == MOST_PARTS:
            raise MultipartParseError(f"more than {MOST_PARTS} parts")
        self.parts.append(Part())

    def _header(self) -> None:
        self.parts[-1].headers[self._name.decode("latin-1").lower()] = self._value.decode("latin-1").strip()
        self._name.clear()
        self._value.clear()

    def _end(self) -> None:
        self.ended = True
