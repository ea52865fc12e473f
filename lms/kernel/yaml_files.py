"""YAML that people write: read strictly, and written in one canonical form (docs/content.md).

No anchors or aliases, no field twice, nothing that YAML 1.1 guesses (`no`, `12:30` and days stay texts), a limit of size and depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec
import yaml

MAX_BYTES = 2_000_000
MAX_DEPTH = 30
Head = TypeVar("Head", bound=msgspec.Struct)


class Unreadable(Exception):
    """This is not YAML as we take it; the message is a sentence in French with the line."""


def read_yaml(source: bytes | str) -> Any:
    """The value that a text holds, or `Unreadable`."""
    text = _decode(source) if isinstance(source, bytes) else source
    if len(text) > MAX_BYTES:
        raise Unreadable(f"ce fichier est trop gros ({len(text)} signes, {MAX_BYTES} au plus)")
    try:
        _refuse_tricks(text)
        return yaml.load(text, Loader=_Strict)  # noqa: S506 - _Strict makes texts, numbers, lists and mappings, nothing else
    except yaml.MarkedYAMLError as wrong:
        line = f"ligne {wrong.problem_mark.line + 1} : " if wrong.problem_mark else ""
        raise Unreadable(f"{line}{_in_french(wrong)}") from None
    except yaml.YAMLError as wrong:
        raise Unreadable(f"ce n'est pas du YAML ({str(wrong).splitlines()[0]})") from None


def write_yaml(value: Any) -> str:
    """The canonical text of a value: block style, fields in the order they have, texts of several lines as `|`."""
    return yaml.dump(
        value,
        Dumper=_Canonical,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=float("inf"),
    )


def checked(value: Any, kind: type[Head], problems: list[str], *, place: str = "") -> Head | None:
    """A mapping as this Struct, or None; everything wrong with it is added to `problems`, as sentences in French."""
    before = len(problems)
    start = f"{place}, " if place else ""
    if not isinstance(value, dict):
        problems.append(f"{start}des champs « nom: valeur » sont attendus")
        return None
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    problems += [
        f"{start}le champ « {name} » n'existe pas : enlevez-le (champs connus : {', '.join(known)})"
        for name in value
        if name not in known
    ]
    found: dict[str, Any] = {}
    for name, field in known.items():
        if name not in value:
            if field.required:
                problems.append(f"{start}il manque le champ « {name} » : ajoutez-le")
            continue
        try:
            found[field.name] = msgspec.convert(value[name], field.type, str_keys=True)
        except msgspec.ValidationError as wrong:
            problems.append(f"{start}{_field_problem(name, str(wrong))}")
    return kind(**found) if len(problems) == before else None


def plain(head: msgspec.Struct, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """A Struct's fields in its order, absent rather than empty; days stay days."""
    left = set(without)
    made = msgspec.to_builtins(head, builtin_types=(date,))
    return {name: value for name, value in made.items() if name not in left and value not in (None, "", [], {})}


def _decode(source: bytes) -> str:
    if len(source) > MAX_BYTES:
        raise Unreadable(f"ce fichier est trop gros ({len(source)} octets, {MAX_BYTES} au plus)")
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("ce fichier n'est pas en UTF-8 : enregistrez-le en UTF-8") from None


def _refuse_tricks(text: str) -> None:
    """Aliases can make a small file enormous, depth can break the parser: neither has a use here."""
    depth = 0
    for event in yaml.parse(text, Loader=_Strict):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _Trick(
                event,
                "les ancres et les alias (& et *) ne sont pas admis : recopiez le texte, ou mettez-le entre guillemets",
            )
        if getattr(event, "tag", None) is not None:
            raise _Trick(event, "les étiquettes (!) ne sont pas admises : mettez le texte entre guillemets")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _Trick(event, f"il y a plus de {MAX_DEPTH} niveaux")


class _Trick(yaml.MarkedYAMLError):
    def __init__(self, event: Any, sentence: str) -> None:
        super().__init__(problem=sentence, problem_mark=event.start_mark)


class _Twice(yaml.MarkedYAMLError):
    pass


_SENTENCES = {
    "mapping values are not allowed": "un « : » suivi d'une espace se trouve dans un texte : mettez ce texte entre guillemets",
    "could not find expected ':'": "il manque « : » après le nom d'un champ",
    "cannot start any token": "un signe (tabulation, @, %, `) n'est pas à sa place : espaces pour le retrait, guillemets autour du texte",
    "did not find expected": "la ponctuation ou le retrait est faux : vérifiez les guillemets et les espaces en début de ligne",
    "found unexpected end of stream": "un guillemet n'est pas fermé",
    "expected a single document": "un seul document par fichier : enlevez la ligne « --- »",
}


def _in_french(wrong: yaml.MarkedYAMLError) -> str:
    said = wrong.problem or wrong.context or ""
    if isinstance(wrong, _Trick | _Twice):
        return said
    both = f"{wrong.context or ''} {said}"
    return next((sentence for start, sentence in _SENTENCES.items() if start in both), f"ce n'est pas du YAML ({said})")


_WORDS = {
    "str": "un texte", "int": "un nombre entier", "float": "un nombre", "bool": "true ou false", "array": "une liste",
    "object": "des champs « nom: valeur »", "null": "rien", "date": "un jour (2026-11-22)",
}  # fmt: skip
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"Object missing required field `(.+)`", "il manque le champ « {0} » : ajoutez-le"),
    (r"Object contains unknown field `(.+)`", "le champ « {0} » n'existe pas : enlevez-le"),
    (r"Invalid enum value '?(.*?)'?$", "« {0} » n'est pas un des mots admis"),
    (r"Expected `str` matching regex .*", "ce texte n'a pas la forme attendue"),
    (r"Expected `(?:str|array|object)` of length >= .*", "il ne doit pas être vide"),
    (r"Expected `\w+` of length <= (\d+)", "c'est trop long ({0} au plus)"),
    (r"Expected `\w+` >= ([\d.-]+?)(?:\.0)?$", "{0} au moins"),
    (r"Expected `\w+` <= ([\d.-]+?)(?:\.0)?$", "{0} au plus"),
    (r"Invalid .*date.*", "un jour s'écrit comme 2026-11-22"),
)


def _field_problem(name: str, said: str) -> str:
    """`$[0].minimum` becomes "coverage n° 1, minimum"."""
    message, _, path = said.partition(" - at `")
    steps = "".join(
        f" n° {int(index) + 1}" if index else f", {inner}" for index, inner in re.findall(r"\[(\d+)\]|\.(\w+)", path)
    )
    return f"{name}{steps} : {_msgspec_in_french(message)}"


def _msgspec_in_french(message: str) -> str:
    for pattern, sentence in _PATTERNS:
        found = re.match(pattern, message)
        if found:
            return sentence.format(*found.groups())
    got = re.match(r"Expected `(.+)`, got `(\w+)`", message)
    if got:
        wanted = " ou ".join(_WORDS.get(one.strip(), one) for one in got[1].split("|") if one.strip() != "null")
        return f"{wanted} est attendu, pas {_WORDS.get(got[2], got[2])}"
    return message


_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(_FAST):  # type: ignore[misc]
    """Texts, numbers, true and false, lists, mappings without a field twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's way

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's
        seen: set[Any] = set()
        for key_node, _value in node.value:
            name = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if name is None:
                raise _Twice(problem="un nom de champ est attendu avant « : »", problem_mark=key_node.start_mark)
            if name in seen:
                raise _Twice(problem=f"le champ « {name} » est là deux fois", problem_mark=key_node.start_mark)
            seen.add(name)
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return {str(name): value for name, value in found.items()}


for _tag, _pattern, _firsts in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-0123456789"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    _Strict.add_implicit_resolver(_tag, re.compile(_pattern), list(_firsts))


class _Canonical(yaml.SafeDumper):
    """No aliases, `|` for several lines, whole numbers without a decimal point."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


def _number(dumper: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    return (
        dumper.represent_int(int(value)) if value.is_integer() and abs(value) < 1e15 else dumper.represent_float(value)
    )


_Canonical.add_representer(str, _text)
_Canonical.add_representer(float, _number)


def mapping(value: Mapping[str, Any], order: Iterable[str]) -> dict[str, Any]:
    """The fields that are there and not empty, in this order."""
    return {name: value[name] for name in order if name in value and value[name] not in (None, "", [], {})}
