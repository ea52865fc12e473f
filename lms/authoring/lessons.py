"""A document as lessons: each heading of the level that repeats begins one; the rest becomes Markdown. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lms.authoring.trees import Document, Node

_HEADING = re.compile(r"h([1-6])")
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_SPECIAL = re.compile(r"([\\`*_\[\]{}])")
_LINE_START = re.compile(r"^(\s*)([#>+\-=!|]|\d{1,9}[.)])(?=\s|!|$|#)")
_BLOCKS = frozenset({"p", "div", "ul", "ol", "table", "blockquote", "pre", "section", "article", "figure", "hr", "dl"})
_INSIDE = frozenset(
    {"html", "body", "div", "section", "article", "main", "figure", "center", "form", "header", "footer"}
)
_BULLET = re.compile(r"^\s*(?:[·•▪◦○§‣\-–o]|\(?(?:\d{1,3}|[a-z])[.)])\s+")
_LIST_LEVEL = re.compile(r"level(\d)")
_MOST_TITLE = 200
WORDS_A_MINUTE = 130


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: its title, its Markdown, and how long it takes to read, in minutes."""

    title: str
    text: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Import:
    """What a document gives: the title that stands above all, lessons in order, and what was lost, counted by kind."""

    title: str
    lessons: tuple[Lesson, ...]
    lost: Counter[str]


@dataclass(frozen=True, slots=True)
class _Block:
    level: int
    """1 to 6 for a heading, 0 for the rest."""
    text: str


def lessons_of(document: Document) -> Import:
    """Cut a document into lessons."""
    lost = Counter(document.lost)
    blocks = [block for block in _Blocks(document, lost).of(document.root) if block.text.strip()]
    cut = _level_of_lessons(blocks)
    title = next((block.text for block in blocks if 0 < block.level < cut), "")
    lessons: list[tuple[str, list[str]]] = []
    for block in blocks:
        if block.level and block.level == cut:
            lessons.append((block.text, []))
        elif block.level and block.level < cut:
            continue
        else:
            if not lessons:
                lessons.append((title, []))
            lessons[-1][1].append(_heading(block, cut) if block.level else block.text)
    made = tuple(_lesson(name, parts) for name, parts in lessons if name or parts)
    return Import(_plain(title), made, lost)


def _level_of_lessons(blocks: Sequence[_Block]) -> int:
    """The highest level that comes more than once: one heading above all is the title of the document."""
    counts = Counter(block.level for block in blocks if block.level)
    repeated = [level for level in sorted(counts) if counts[level] > 1]
    return (repeated or sorted(counts) or [0])[0]


def _heading(block: _Block, cut: int) -> str:
    return f"{'#' * min(max(block.level - cut, 1) + 1, 6)} {block.text}"


def _lesson(title: str, parts: Sequence[str]) -> Lesson:
    text = "\n\n".join(part.strip("\n") for part in parts)
    words = len(text.split())
    return Lesson(_plain(title)[:_MOST_TITLE], f"{text}\n" if text else "", max(2, round(words / WORDS_A_MINUTE)))


def _plain(text: str) -> str:
    """A heading's words without marks: titles are shown as they stand."""
    return " ".join(re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)[*_`]+", "", text)).split())


class _Blocks:
    """One walk over a document."""

    def __init__(self, document: Document, lost: Counter[str]) -> None:
        self.pictures, self.lost = document.pictures, lost

    def of(self, node: Node) -> Iterator[_Block]:
        """The blocks inside a node; words that stand alone make paragraphs."""
        alone: list[Node | str] = []
        for one in node.inside:
            if isinstance(one, str) or not self._is_block(one):
                alone.append(one)
                continue
            yield from self._paragraph(alone)
            alone = []
            yield from self._block(one)
        yield from self._paragraph(alone)

    def _is_block(self, node: Node) -> bool:
        return node.tag in _BLOCKS | _INSIDE or bool(_HEADING.fullmatch(node.tag))

    def _paragraph(self, inside: Sequence[Node | str]) -> Iterator[_Block]:
        text = self._words(inside).strip()
        if text:
            yield _Block(0, "\n".join(_LINE_START.sub(r"\1\\\2", line) for line in text.split("\n")))

    def _block(self, node: Node) -> Iterator[_Block]:
        heading = _HEADING.fullmatch(node.tag)
        if heading:
            text = " ".join(self._words(node.inside).split())
            yield _Block(int(heading[1]) if text else 0, text)
        elif node.tag in ("ul", "ol"):
            yield _Block(0, "\n".join(self._list(node, 0)))
        elif node.tag == "table":
            yield _Block(0, self._table(node))
        elif node.tag == "blockquote":
            inner = "\n\n".join(block.text for block in self.of(node))
            yield _Block(0, "\n".join(f"> {line}".rstrip() for line in inner.split("\n")))
        elif node.tag == "p" and "mso-list" in node.attributes.get("style", ""):
            yield _Block(0, self._pasted_item(node))
        elif node.tag == "p" and not any(self._is_block(one) for one in node.nodes()):
            yield from self._paragraph(node.inside)
        elif node.tag != "hr":
            yield from self.of(node)

    def _pasted_item(self, node: Node) -> str:
        """A list as Word pastes it: a paragraph that begins with its sign."""
        words = self._words(node.inside).strip().replace("\\-", "-", 1)
        ordered = re.match(r"\s*\(?(\d{1,3})[.)]\s", words)
        found = _LIST_LEVEL.search(node.attributes["style"])
        indent = "    " * (min(int(found[1]), 4) - 1 if found else 0)
        return f"{indent}{'1.' if ordered else '-'} {' '.join(_BULLET.sub('', words, count=1).split())}"

    def _list(self, node: Node, depth: int) -> Iterator[str]:
        if depth > 4:
            self.lost["depth"] += 1
        indent = "    " * min(depth, 4)
        for number, item in enumerate(one for one in node.nodes() if one.tag == "li"):
            inner = [one for one in item.inside if not (isinstance(one, Node) and one.tag in ("ul", "ol"))]
            words = " ".join(block.text for block in self.of(Node("body", {}, list(inner)))).replace("\n", " ")
            yield f"{indent}{f'{number + 1}.' if node.tag == 'ol' else '-'} {words}".rstrip()
            for one in item.nodes():
                if one.tag in ("ul", "ol"):
                    yield from self._list(one, depth + 1)
        for one in node.nodes():  # a list straight inside a list
            if one.tag in ("ul", "ol"):
                yield from self._list(one, depth + 1)

    def _table(self, node: Node) -> str:
        rows = [self._cells(row) for row in _rows(node)]
        rows = [row for row in rows if any(row)]
        if not rows:
            return ""
        width = max(map(len, rows))
        if width == 1:  # a frame around a text
            return "\n\n".join(row[0] for row in rows)
        full = [[*row, *[""] * (width - len(row))] for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in full]
        return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])

    def _cells(self, row: Node) -> list[str]:
        cells = []
        for cell in row.nodes():
            if cell.tag not in ("td", "th"):
                continue
            spans = [cell.attributes.get(name, "1") for name in ("colspan", "rowspan")]
            self.lost["merged"] += any(span.isdigit() and int(span) > 1 for span in spans)
            text = " · ".join(block.text for block in self.of(cell))
            cells.append(_SPACES.sub(" ", text.replace("|", "\\|")).strip())
            cells += [""] * (min(int(spans[0]), 20) - 1 if spans[0].isdigit() else 0)
        return cells

    def _words(self, inside: Sequence[Node | str]) -> str:
        made = "".join(
            _SPECIAL.sub(r"\\\1", _SPACES.sub(" ", one)) if isinstance(one, str) else self._inline(one)
            for one in inside
        )
        return re.sub(r" *\n *", "\n", made)

    def _inline(self, node: Node) -> str:
        if node.tag == "br":
            return "  \n"
        if node.tag == "img":
            return self._picture(node)
        words = self._words(node.inside)
        if node.tag in ("strong", "b"):
            return _around("**", words)
        if node.tag in ("em", "i"):
            return _around("*", words)
        if node.tag == "a":
            return self._link(node, words)
        if node.tag in ("s", "del", "u", "ins", "sup", "sub"):
            self.lost["style"] += 1
        return words

    def _link(self, node: Node, words: str) -> str:
        target = node.attributes.get("href", "").strip()
        if not words.strip() or target.startswith("#") or not target:
            return words
        if urlsplit(target).scheme not in ("http", "https", "mailto", "tel"):
            self.lost["link"] += 1
            return words
        return f"[{words.strip()}](<{target.replace('>', '%3E').replace('<', '%3C')}>)"

    def _picture(self, node: Node) -> str:
        name = node.attributes.get("src", "")
        if name not in self.pictures:
            self.lost["picture"] += 1
            return ""
        alt = " ".join(_SPECIAL.sub("", node.attributes.get("alt", "")).split())[:300]
        return f"![{alt}]({name})"


def _around(sign: str, words: str) -> str:
    """Marks stand against the words, never against a space."""
    inner = words.strip()
    if not inner or "\n" in inner:
        return words
    start, end = len(words) - len(words.lstrip()), len(words.rstrip())
    return f"{words[:start]}{sign}{inner}{sign}{words[end:]}"


def _rows(node: Node) -> Iterator[Node]:
    for one in node.nodes():
        if one.tag == "tr":
            yield one
        elif one.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(one)
