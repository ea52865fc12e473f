"""Text that people write in Markdown, made into safe HTML once, when it is written.

Markdown parsers hang on hostile text, so `effort` counts beforehand what the parser would have to look at. Named values
(`[[with {name} || without]]`, docs/content.md) become markers that `show_values` resolves with one regular expression.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions.tables import TableExtension
from markdown.treeprocessors import Treeprocessor

MAX_CHARACTERS = 200_000
MAX_EFFORT = 20_000_000
MAX_DEPTH = 12
MAX_INDENT = 48
MAX_OPEN_BRACKETS = 20
MAX_BACKTICKS = 10
ADMONITIONS = ("exemple", "faire", "retenir")
SOUNDS = (".m4a", ".mp3", ".ogg")
NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"

_START, _BAR, _END, _OPEN, _CLOSE, _HEAD = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
_PRIVATE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ue000-\ue0ff]")
_VALUE = re.compile(rf"\{{({NAME})\}}")
_MARKED = re.compile(f"{_START}([^{_HEAD}]*){_HEAD}([^{_BAR}]*){_BAR}([^{_END}]*){_END}")
_MARKED_NAME = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*?>")
_VOID = frozenset({"br", "hr", "img"})
_SPECIAL = re.compile(r"[\[\]()*_`<>!\\&#|\n]")
_PREFIX = re.compile(r"(?:[ \t]|>|[-*+](?=[ \t])|\d{1,9}\.(?=[ \t])|!!!)*")
_MARKER = re.compile(r">|[-*+]|\d{1,9}\.|!!!")
_ADMONITION = re.compile(r"^[ \t>]*!!!\s*([^\s\"]*)", re.MULTILINE)


class TextRefused(Exception):
    """The text is too tangled, or asks for what is not allowed: `problems` are sentences in French for its author."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


_MARKUP = re.compile(r"(<[^>]*>)")
_BEFORE = re.compile(r" (?=[:;!?»%€])|(?<=\d) (?=\d{3}(?!\d))")
_AFTER = re.compile(r"(?<=«) ")


def render_markdown(
    source: str,
    *,
    picture: Callable[[str], str | None] | None = None,
    glossary: Callable[[str], str | None] | None = None,
    values: Collection[str] | None = None,
) -> str:
    """Safe HTML, or `TextRefused`.

    `picture(path)` gives the address, on our own site, of a picture; `glossary(word)` that of a word's explanation; None says
    that there is none. With `values`, the names that may be used, `[[… || …]]` becomes markers for `show_values`.
    """
    text = _PRIVATE.sub("", source.replace("\r\n", "\n").replace("\r", "\n"))
    refuse_tangles(text)
    problems = [_wrong_admonition(kind) for kind in _ADMONITION.findall(text) if kind not in ADMONITIONS]
    if values is not None:
        text = _mark_values(text, values, problems)
    writer = _Writer(picture, glossary, problems)
    try:
        made = writer.convert(text)
    except RecursionError:
        raise TextRefused("Ce texte est trop imbriqué : enlevez des niveaux de listes ou de citations.") from None
    safe: str = _CLEANER.clean(made)
    problems += [_crossed(piece) for piece in _pieces(safe) if not _is_balanced(piece)]
    if problems:
        raise TextRefused(*dict.fromkeys(problems))
    return unbroken(safe)


def unbroken(text: str) -> str:
    """The same text, HTML or plain, whose French punctuation and amounts do not end up alone on the next line of a phone."""
    pieces = _MARKUP.split(text)
    pieces[::2] = [_BEFORE.sub("\u00a0", _AFTER.sub("\u00a0", piece)) for piece in pieces[::2]]
    return "".join(pieces)


def show_values(marked: str, confirmed: Mapping[str, str]) -> str:
    """Stored HTML as people read it: a sentence with values when all of them are confirmed, else the one without."""
    if _START not in marked:
        return marked

    def choose(found: re.Match[str]) -> str:
        names, with_values, without = found.groups()
        if not all(name in confirmed for name in names.split(",")):
            return without
        return _MARKED_NAME.sub(lambda name: html.escape(confirmed[name[1]]), with_values)

    return _MARKED.sub(choose, marked)


def value_names(marked: str) -> frozenset[str]:
    """The names of the values that stored HTML speaks of."""
    return frozenset(name for found in _MARKED.finditer(marked) for name in found[1].split(","))


def anchor(word: str) -> str:
    """The id of a glossary word on its page: `récépissé` → `mot-recepisse`."""
    plain = unicodedata.normalize("NFKD", word.casefold().replace("œ", "oe"))
    return "mot-" + re.sub(r"[^a-z0-9]+", "-", "".join(one for one in plain if not unicodedata.combining(one))).strip(
        "-"
    )


def refuse_tangles(text: str) -> None:
    """Raise `TextRefused` for a text that would keep the parser busy, before the parser sees it."""
    if len(text) > MAX_CHARACTERS:
        raise TextRefused(f"Ce texte est trop long ({len(text)} signes) : {MAX_CHARACTERS} au plus.")
    if "`" * (MAX_BACKTICKS + 1) in text:
        raise TextRefused(f"Il y a plus de {MAX_BACKTICKS} accents graves à la suite : enlevez-en.")
    for number, line in enumerate(text.split("\n"), 1):
        if _depth(line) > MAX_DEPTH:
            raise TextRefused(f"Ligne {number} : trop de niveaux de listes ou de citations ({MAX_DEPTH} au plus).")
    if open_brackets(text) > MAX_OPEN_BRACKETS:
        raise TextRefused(
            "Trop de crochets ou de parenthèses sont ouverts et jamais fermés : fermez-les ou enlevez-les."
        )
    if effort(text) > MAX_EFFORT:
        raise TextRefused(
            "Un paragraphe est trop long et porte trop de signes de mise en forme : coupez-le par des lignes vides."
        )


def effort(text: str) -> int:
    """At most how many characters a parser looks at: for each paragraph, its length by its signs, for each may search it all."""
    return sum(len(block) * len(_SPECIAL.findall(block)) for block in re.split(r"\n[ \t]*\n", text))


def open_brackets(text: str) -> int:
    """The most brackets or parentheses that stand open at once in one paragraph."""
    most = 0
    for block in re.split(r"\n[ \t]*\n", text):
        for opening, closing in ("[]", "()"):
            depth = 0
            for sign in block:
                depth += (sign == opening) - (sign == closing)
                depth = max(depth, 0)
                most = max(most, depth)
    return most


def _depth(line: str) -> int:
    prefix = _PREFIX.match(line)
    found = prefix[0] if prefix else ""
    indent = len(found.expandtabs(4)) - len(found.expandtabs(4).lstrip(" "))
    return len(_MARKER.findall(found)) + (MAX_DEPTH if indent > MAX_INDENT else indent // 8)


def _wrong_admonition(kind: str) -> str:
    return f"« !!! {kind} » n'existe pas : écrivez « !!! {' », « !!! '.join(ADMONITIONS)} »."


# ------------------------------------------------------------------------------------------------------- named values


def _mark_values(text: str, known: Collection[str], problems: list[str]) -> str:
    """Put markers where `[[with || without]]` stands; a value anywhere else is a problem."""
    done: list[str] = []
    at = 0
    for start, end in _double_brackets(text):
        done.append(_outside(text[at:start], problems))
        done.append(_sentence(text[start + 2 : end], known, problems))
        at = end + 2
    done.append(_outside(text[at:], problems))
    return "".join(done)


def _double_brackets(text: str) -> Iterator[tuple[int, int]]:
    start = text.find("[[")
    while start >= 0:
        end = text.find("]]", start)
        if end < 0:
            return
        yield start, end
        start = text.find("[[", end + 2)


def _outside(text: str, problems: list[str]) -> str:
    problems += [
        f"La valeur {{{name}}} est hors des doubles crochets : écrivez [[phrase avec {{{name}}} || phrase sans]]."
        for name in _VALUE.findall(text)
    ]
    if "[[" in text:
        problems.append("Des doubles crochets « [[ » ne sont pas fermés par « ]] ».")
    return text


def _sentence(inner: str, known: Collection[str], problems: list[str]) -> str:
    with_values, bar, without = (part.strip() for part in inner.partition("||"))
    names = list(dict.fromkeys(_VALUE.findall(with_values)))
    shown = inner.strip() if len(inner) < 60 else f"{inner.strip()[:60]}…"
    if not bar or not without or "||" in without or "[[" in inner or "\n\n" in inner:
        problems.append(f"« [[{shown}]] » : écrivez une phrase, « || », puis la phrase sans valeur, sans ligne vide.")
    elif not names:
        problems.append(f"« [[{shown}]] » ne contient aucune {{valeur}} : enlevez les doubles crochets.")
    elif _VALUE.search(without):
        problems.append(f"« [[{shown}]] » : la phrase après « || » ne doit contenir aucune {{valeur}}.")
    problems += [
        f"La valeur {{{name}}} n'est pas dans values.yaml : ajoutez-la." for name in names if name not in known
    ]
    marked = _VALUE.sub(lambda found: f"{_OPEN}{found[1]}{_CLOSE}", with_values)
    return f"{_START}{','.join(names)}{_HEAD}{marked}{_BAR}{without}{_END}"


def _pieces(safe: str) -> Iterator[str]:
    for found in _MARKED.finditer(safe):
        yield found[2]
        yield found[3]


def _is_balanced(piece: str) -> bool:
    opened: list[str] = []
    for closing, name in _TAG.findall(piece):
        if name in _VOID:
            continue
        if not closing:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def _crossed(piece: str) -> str:
    plain = _TAG.sub("", _MARKED_NAME.sub(r"{\1}", piece)).strip()[:60]
    return f"« {plain} » : le gras, l'italique ou un lien doit commencer et finir du même côté de « || »."


# --------------------------------------------------------------------------------------------------- the safe writer


class _Writer:
    """One conversion, with what it needs to know of the world."""

    def __init__(
        self,
        picture: Callable[[str], str | None] | None,
        glossary: Callable[[str], str | None] | None,
        problems: list[str],
    ) -> None:
        self.picture, self.glossary, self.problems = picture, glossary, problems

    def convert(self, text: str) -> str:
        """Unsafe HTML: the cleaner comes after. Tags that an author types are shown as text."""
        markdown = Markdown(extensions=[TableExtension(), "admonition", "sane_lists"], output_format="html")
        markdown.preprocessors.deregister("html_block")
        markdown.inlinePatterns.deregister("html")
        markdown.treeprocessors.register(_Links(self), "lms_links", 5)
        return markdown.convert(text)

    def link(self, element: Element) -> None:
        """Our own scheme for words, the usual ones for the rest."""
        target = element.get("href", "")
        scheme = urlsplit(target).scheme.lower() if _is_readable(target) else "?"
        if scheme == "glossaire":
            word = unquote(target.partition(":")[2])
            found = self.glossary(word) if self.glossary else None
            if found is None:
                self.problems.append(
                    f"Le mot « {word} » n'est pas dans glossary.yaml : ajoutez-le, ou enlevez le lien."
                )
            element.set("href", found or "")
            element.set("class", "glossary")
        elif scheme not in ("http", "https", "mailto", "tel"):
            self.problems.append(f"Le lien « {target} » doit commencer par https://.")

    def image(self, element: Element) -> None:
        """A picture of our own site, with a text for who does not see it; a voice, with what it says."""
        source = element.get("src", "")
        found = self.picture(source) if self.picture else None
        if found is None:
            self.problems.append(f"L'image « {source} » manque : mettez le fichier dans « files/ ».")
        if not element.get("alt", "").strip():
            self.problems.append(
                f"L'image « {source} » n'a pas de texte de remplacement : écrivez ![ce que l'on voit]({source})."
            )
        element.set("src", found or "")
        if source.lower().endswith(SOUNDS):
            _sound(element)
        else:
            element.set("loading", "lazy")


class _Links(Treeprocessor):
    def __init__(self, writer: _Writer) -> None:
        super().__init__()
        self.writer = writer

    def run(self, root: Element) -> None:
        """Walk the finished tree once."""
        for parent in list(root.iter()):
            if parent.tag == "a":
                self.writer.link(parent)
            elif parent.tag == "img":
                self.writer.image(parent)
            elif parent.tag in ("td", "th") and "right" in (parent.get("style") or ""):
                parent.set("class", "num")
            elif parent.tag == "h1":
                parent.tag = "h2"
            for index, child in enumerate(list(parent)):
                if child.tag == "table":
                    _scroll(parent, index, child)


def _sound(element: Element) -> None:
    """`![what is said](files/voice.m4a)`: a player, that loads nothing before one listens."""
    element.tag = "audio"
    element.set("aria-label", element.attrib.pop("alt", ""))
    element.set("controls", "")
    element.set("preload", "none")


def _scroll(parent: Element, index: int, table: Element) -> None:
    """A wide table scrolls in a region that the keyboard reaches."""
    region = Element("div", {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": "Tableau"})
    region.tail, table.tail = table.tail, None
    parent[index] = region
    region.append(table)


def _is_readable(address: str) -> bool:
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True


def _own_origin(tag: str, attribute: str, value: str) -> str | None:
    """The last word on pictures and sounds: an address of this site, whatever came before."""
    if (
        tag in ("img", "audio")
        and attribute == "src"
        and (not value.startswith("/") or value.startswith(("//", "/\\")))
    ):
        return None
    return value


_TAGS = {
    *("p", "br", "hr", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td", "a", "img", "div", "audio"),
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={
        "a": {"href", "title"},
        "img": {"src", "alt", "title", "loading"},
        "audio": {"src", "controls", "preload", "aria-label"},
        "ol": {"start"},
        "div": {"role", "tabindex", "aria-label"},
    },
    allowed_classes={
        "a": {"glossary"},
        "div": {"admonition", "scroll", *ADMONITIONS},
        "p": {"admonition-title"},
        "th": {"num"},
        "td": {"num"},
    },
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener",
    strip_comments=True,
    attribute_filter=_own_origin,
)
