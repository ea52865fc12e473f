"""Word and LibreOffice files, read into trees. They were looked at before (`lms.kernel.media`): no macro, no bomb."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring

import mammoth

from lms.authoring.trees import Document, Node, read_html

MAX_PICTURES = 200
MAX_XML = 60_000_000
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
_ODF = {name: f"{{{_OFFICE}{name}:1.0}}" for name in ("office", "text", "table", "drawing", "style")}
_FO, _SVG, _LINK = (
    f"{{{_OFFICE}xsl-fo-compatible:1.0}}",
    f"{{{_OFFICE}svg-compatible:1.0}}",
    "{http://www.w3.org/1999/xlink}",
)
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Titre'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
_UNKNOWN = re.compile(r"unrecognised element was ignored: (.*)")


class UnreadableDocument(Exception):
    """The file is not what its name says, or is damaged."""


def read_docx(source: bytes) -> Document:
    """A Word file."""
    pictures: dict[str, bytes] = {}

    def keep(image: mammoth.images.Image) -> dict[str, str]:
        name = f"image:{len(pictures) + 1}"
        if len(pictures) < MAX_PICTURES:
            with image.open() as picture:
                pictures[name] = picture.read()
        return {"src": name}

    try:
        made = mammoth.convert_to_html(
            io.BytesIO(source), convert_image=mammoth.images.img_element(keep), style_map=_STYLES
        )
    except Exception as wrong:  # whatever its parser meets in a damaged file
        raise UnreadableDocument from wrong
    document = read_html(made.value)
    document.pictures = pictures
    document.lost.update(_docx_lost(source, [message.message for message in made.messages]))
    return document


def _docx_lost(source: bytes, messages: list[str]) -> Counter[str]:
    lost: Counter[str] = Counter()
    for message in messages:
        found = _UNKNOWN.search(message)
        if found:
            lost["formula" if "oMath" in found[1] else "object"] += 1
    with zipfile.ZipFile(io.BytesIO(source)) as packed:
        names = packed.namelist()
        lost["comment"] += "word/comments.xml" in names
        lost["chart"] += sum(name.startswith("word/charts/chart") for name in names)
        lost["margin"] += sum(bool(re.fullmatch(r"word/(header|footer)\d*\.xml", name)) for name in names) > 0
    return +lost


def read_odt(source: bytes) -> Document:
    """A LibreOffice text."""
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as packed:
            xml = packed.read("content.xml")
            if len(xml) > MAX_XML or b"<!DOCTYPE" in xml[:2000] or b"<!ENTITY" in xml[:20000]:
                raise UnreadableDocument
            root = fromstring(xml)  # noqa: S314 - entities are refused above
            reader = _Odt(root, packed)
            body = root.find(f"{_ODF['office']}body/{_ODF['office']}text")
            if body is None:
                raise UnreadableDocument
            tree = Node("body", {}, list(reader.inside(body)))
    except (KeyError, ParseError, zipfile.BadZipFile, UnicodeDecodeError) as wrong:
        raise UnreadableDocument from wrong
    return Document(tree, reader.pictures, +reader.lost)


class _Odt:
    """One walk over a text of LibreOffice."""

    def __init__(self, root: Element, packed: zipfile.ZipFile) -> None:
        self.packed = packed
        self.pictures: dict[str, bytes] = {}
        self.lost: Counter[str] = Counter()
        self.marks = {
            str(style.get(f"{_ODF['style']}name")): _marks(style) for style in root.iter(f"{_ODF['style']}style")
        }
        self.ordered = {
            str(style.get(f"{_ODF['style']}name"))
            for style in root.iter(f"{_ODF['text']}list-style")
            if style.find(f"{_ODF['text']}list-level-style-number") is not None
        }

    def inside(self, element: Element) -> Iterator[Node | str]:
        """What an element holds, as nodes and words."""
        if element.text:
            yield element.text
        for child in element:
            yield from self._one(child)
            if child.tail:
                yield child.tail

    def _one(self, element: Element) -> Iterator[Node | str]:
        kind = element.tag.rpartition("}")[2]
        if kind == "h":
            level = element.get(f"{_ODF['text']}outline-level", "1")
            yield Node(f"h{min(int(level) if level.isdigit() else 1, 6)}", {}, list(self.inside(element)))
        elif kind == "list":
            ordered = element.get(f"{_ODF['text']}style-name") in self.ordered
            yield Node("ol" if ordered else "ul", {}, list(self.inside(element)))
        elif kind in _NAMES:
            yield Node(_NAMES[kind], self._spans(element), list(self.inside(element)))
        elif kind == "span":
            yield self._marked(element)
        elif kind == "a":
            yield Node("a", {"href": element.get(f"{_LINK}href", "")}, list(self.inside(element)))
        elif kind in ("s", "tab"):
            yield " "
        elif kind == "frame":
            yield from self._frame(element)
        elif kind in _GONE:
            self.lost[_GONE[kind]] += 1
        elif kind not in _SILENT:
            yield from self.inside(element)

    def _spans(self, element: Element) -> dict[str, str]:
        return {
            name: element.get(f"{_ODF['table']}number-{plural}-spanned", "1")
            for name, plural in (("colspan", "columns"), ("rowspan", "rows"))
        }

    def _marked(self, element: Element) -> Node:
        node = Node("span", {}, list(self.inside(element)))
        for mark in self.marks.get(element.get(f"{_ODF['text']}style-name", ""), ()):
            node = Node(mark, {}, [node])
        return node

    def _frame(self, element: Element) -> Iterator[Node | str]:
        """A picture with its description, or a box of text."""
        image = element.find(f"{_ODF['drawing']}image")
        box = element.find(f"{_ODF['drawing']}text-box")
        if image is not None:
            said = [element.findtext(f"{_SVG}{name}", "") for name in ("desc", "title")]
            name = f"image:{len(self.pictures) + 1}"
            try:
                self.pictures[name] = self.packed.read(image.get(f"{_LINK}href", "").removeprefix("./"))
            except KeyError:
                self.lost["picture"] += 1
                return
            yield Node("img", {"src": name, "alt": next(filter(None, said), "")})
        elif box is not None:
            yield from self.inside(box)
        else:
            self.lost["object"] += 1


def _marks(style: Element) -> tuple[str, ...]:
    found = style.find(f"{_ODF['style']}text-properties")
    if found is None:
        return ()
    bold = found.get(f"{_FO}font-weight") == "bold"
    italic = found.get(f"{_FO}font-style") == "italic"
    return (*(("strong",) if bold else ()), *(("em",) if italic else ()))


_NAMES = {
    "p": "p",
    "list-item": "li",
    "table": "table",
    "table-row": "tr",
    "table-cell": "td",
    "table-header-rows": "thead",
    "line-break": "br",
}
_GONE = {"note": "note", "annotation": "comment", "object": "object", "tracked-changes": "change"}
_SILENT = frozenset(
    {"sequence-decls", "forms", "variable-decls", "user-field-decls", "soft-page-break", "annotation-end", "covered-table-cell"}
)  # fmt: skip
