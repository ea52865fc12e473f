"""A document as a tree of plain nodes, whatever file it came from; and HTML as people paste it, read into one. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "wbr"})
SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "iframe"})
LOST = {"math": "formula", "object": "object", "iframe": "object", "svg": "drawing", "video": "video", "audio": "sound"}
"""Tags that are not kept → what to say was lost."""
MAX_DEPTH = 60
_HEADING_CLASS = re.compile(r"(?:mso)?(?:heading|titre)\s*([1-6])", re.IGNORECASE)


@dataclass
class Node:
    """A tag with its attributes and what is inside: nodes and texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Node | str] = field(default_factory=list)

    def nodes(self) -> Iterator[Node]:
        """The nodes inside, without the texts."""
        return (one for one in self.inside if isinstance(one, Node))

    def text(self) -> str:
        """All the words."""
        return "".join(one if isinstance(one, str) else one.text() for one in self.inside)


@dataclass
class Document:
    """What was read: the tree, the pictures by the name that the tree gives them, and what could not be kept."""

    root: Node
    pictures: dict[str, bytes] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)


def read_html(source: str) -> Document:
    """HTML, as a converter or a word processor writes it; what is not text is counted as lost."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return Document(reader.root, lost=reader.lost)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("body")
        self.open = [self.root]
        self.lost: Counter[str] = Counter()
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a node; inside what is skipped, only count."""
        if self.skipping:
            self.skipping += tag in SKIPPED
            return
        if tag in LOST:
            self.lost[LOST[tag]] += 1
        if tag in SKIPPED:
            self.skipping = 1
            return
        attributes = {name: value or "" for name, value in attrs}
        node = Node(_heading(tag, attributes), attributes)
        if tag in ("p", "li", "td", "th", "tr") or node.tag.startswith("h"):
            self._close_implied(node.tag)
        self.open[-1].inside.append(node)
        if tag not in VOID and len(self.open) < MAX_DEPTH:
            self.open.append(node)

    def _close_implied(self, tag: str) -> None:
        """`<p>` closes a `<p>` that is open, `<li>` a `<li>` of the same list, and so on."""
        if self.open[-1].tag == tag and tag != "li":
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the nearest node of that name, with what stands open inside it."""
        if self.skipping:
            self.skipping -= tag in SKIPPED
            return
        for place in range(len(self.open) - 1, 0, -1):
            if tag in (self.open[place].tag, self.open[place].attributes.get("data-was")):
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self.skipping:
            self.open[-1].inside.append(data)


def _heading(tag: str, attributes: dict[str, str]) -> str:
    """A paragraph that a word processor styles as a heading is one."""
    found = _HEADING_CLASS.fullmatch(attributes.get("class", "").strip()) if tag == "p" else None
    if found is None:
        return tag
    attributes["data-was"] = tag
    return f"h{found[1]}"
