"""A course's folder as bytes by path, and the two shapes of an activity's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lms.contract.types import ContentRefused
from lms.kernel.yaml_files import Unreadable, read_yaml, write_yaml

MAX_FILES = 2000
MAX_TEXT = 2_000_000
MAX_FILE = 200_000_000
MARKDOWN_TYPES = frozenset({"lesson"})
"""Types whose file is `.md`: front matter, then Markdown, which is the field `text`."""
FENCE = "---\n"


def read_folder(folder: Path) -> dict[str, bytes]:
    """The bytes of every file, by path inside; `ContentRefused` for what a course's folder does not hold."""
    if not (folder / "course.yaml").is_file():
        raise ContentRefused([f"{folder} : il n'y a pas de course.yaml ici : donnez le dossier d'un parcours"])
    found: dict[str, bytes] = {}
    problems: list[str] = []
    for path in _paths(folder):
        name = path.relative_to(folder).as_posix()
        limit = MAX_FILE if "/files/" in name else MAX_TEXT
        if path.is_symlink():
            problems.append(f"{name} : les liens ne sont pas suivis : mettez le fichier lui-même")
        elif path.stat().st_size > limit:
            problems.append(f"{name} : ce fichier est trop gros ({limit // 1_000_000} Mo au plus)")
        else:
            found[name] = path.read_bytes()
        if len(found) > MAX_FILES:
            raise ContentRefused([f"{folder} : il y a plus de {MAX_FILES} fichiers"])
    if problems:
        raise ContentRefused(problems)
    return found


def _paths(folder: Path) -> Iterator[Path]:
    """Files in order of name; what begins with a dot is left alone."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _paths(path)
        else:
            yield path


def read_activity(name: str, source: bytes) -> dict[str, Any]:
    """The fields of an activity's file; the Markdown of a `.md` file is the field `text`. Raises `Unreadable`."""
    if not name.endswith(".md"):
        return _fields(read_yaml(source))
    try:
        text = source.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Unreadable("ce fichier n'est pas en UTF-8 : enregistrez-le en UTF-8") from None
    head, fence, markdown = text.removeprefix(FENCE).partition("\n" + FENCE)
    if not text.startswith(FENCE) or not fence:
        raise Unreadable("une leçon commence par « --- », ses champs, puis « --- » seul sur sa ligne")
    found = _fields(read_yaml(head + "\n"))
    if "text" in found:
        raise Unreadable("le texte d'une leçon s'écrit sous le second « --- », pas dans un champ « text »")
    return {**found, "text": markdown.strip("\n") + "\n"}


def write_activity(fields: Mapping[str, Any]) -> str:
    """The canonical text of an activity's file."""
    if fields["type"] not in MARKDOWN_TYPES:
        return write_yaml(dict(fields))
    head = {name: value for name, value in fields.items() if name != "text"}
    return f"{FENCE}{write_yaml(head)}{FENCE}\n{str(fields.get('text', '')).strip(chr(10))}\n"


def ending_of(kind: str) -> str:
    """The ending of the files of an activity type."""
    return ".md" if kind in MARKDOWN_TYPES else ".yaml"


def _fields(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("des champs « nom: valeur » sont attendus")
    return value
