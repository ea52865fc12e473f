"""A framework as a file (docs/content.md): read with all its problems together, and written in canonical form.

The fields map one to one to CASE 1.1 (1EdTech): framework → CFDocument (title, version, language, licenseURI,
officialSourceURL), block, competence and criterion → CFItem (humanCodingScheme = code, fullStatement = title,
abbreviatedStatement = short or plain) joined by isChildOf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lms.competences.data import BlockInfo, CompetenceInfo, CriterionInfo, FrameworkInfo

_TEXT, _FLAG, _LIST = "text", "flag", "list"
_HEAD = {
    "code": _TEXT,
    "title": _TEXT,
    "version": _TEXT,
    "language": _TEXT,
    "licence": _TEXT,
    "source": _TEXT,
    "unchecked_labels": _FLAG,
    "blocks": _LIST,
}
_BLOCK = {"code": _TEXT, "title": _TEXT, "short": _TEXT, "competences": _LIST}
_COMPETENCE = {
    "code": _TEXT,
    "title": _TEXT,
    "plain": _TEXT,
    "rule": "rule",
    "valid_months": "months",
    "criteria": _LIST,
}
_CRITERION = {"code": _TEXT, "title": _TEXT, "plain": _TEXT}
_OPTIONAL = frozenset({"licence", "source", "unchecked_labels", "valid_months"})
_LONGEST = {"code": 40, "version": 40, "language": 10, "licence": 200, "short": 100, "title": 200, "plain": 300}
_LONGEST_ITEM = 300


@dataclass
class Document:
    """What a file says, with what is wrong in it, in sentences for its author."""

    content: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text."""
        return hashlib.sha256(written(self.content).encode()).hexdigest()


class _Strict(yaml.SafeLoader):
    """Refuses a field given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """As PyYAML does, once each key is known to be new."""
        names = [key.value for key, _value in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"le champ {name} est écrit deux fois", node.start_mark
                )
        return super().construct_mapping(node, deep)


class _Canonical(yaml.SafeDumper):
    """Block style, long lines kept whole, no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never an anchor."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Canonical.add_representer(str, _represent_text)


def document(text: str) -> Document:
    """Read a framework."""
    try:
        raw = yaml.load(text, _Strict)  # noqa: S506 - a safe loader of our own
    except yaml.YAMLError as wrong:
        return Document(problems=[f"ce n'est pas du YAML lisible : {' '.join(str(wrong).split())}"])
    if not isinstance(raw, dict):
        return Document(problems=["le fichier doit commencer par les champs du référentiel : code, title, version…"])
    found = Document(content=_ordered(raw))
    found.problems.extend(_problems(raw))
    return found


def document_at(path: Path) -> Document:
    """Read a framework's file; its name is its code."""
    found = document(path.read_text(encoding="utf-8"))
    if not found.problems and found.content["code"] != path.stem:
        found.problems.append(f"le code est {found.content['code']} : nommez le fichier {found.content['code']}.yaml")
    return found


def written(content: Mapping[str, Any]) -> str:
    """The canonical text of a framework: the documented order, absent rather than empty."""
    text: str = yaml.dump(_ordered(content), Dumper=_Canonical, sort_keys=False, allow_unicode=True, width=10**6)
    return text


def _ordered(content: Mapping[str, Any]) -> dict[str, Any]:
    whole = _fields(content, _HEAD)
    whole["blocks"] = [
        {
            **_fields(block, _BLOCK),
            "competences": [
                {
                    **_fields(one, _COMPETENCE),
                    "criteria": [_fields(each, _CRITERION) for each in _items(one, "criteria")],
                }
                for one in _items(block, "competences")
            ],
        }
        for block in _items(content, "blocks")
    ]
    return whole


def _fields(item: Mapping[str, Any], shape: Mapping[str, str]) -> dict[str, Any]:
    return {name: item[name] for name in shape if item.get(name) not in (None, "", False, [])}


def _items(item: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = item.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _problems(raw: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrong_fields(raw, _HEAD, "référentiel")
    seen: dict[str, str] = {}
    for block in _items(raw, "blocks"):
        place = f"bloc {block.get('code', '?')}"
        yield from _wrong_fields(block, _BLOCK, place)
        yield from _seen_before(block, "bloc", seen)
        for competence in _items(block, "competences"):
            place = f"compétence {competence.get('code', '?')}"
            yield from _wrong_fields(competence, _COMPETENCE, place)
            yield from _seen_before(competence, "compétence", seen)
            for criterion in _items(competence, "criteria"):
                yield from _wrong_fields(criterion, _CRITERION, f"critère {criterion.get('code', '?')}")
                yield from _seen_before(criterion, "critère", seen)


def _seen_before(item: Mapping[str, Any], kind: str, seen: dict[str, str]) -> Iterator[str]:
    code = str(item.get("code", ""))
    if code in seen:
        yield f"{kind} {code} : ce code est déjà pris ({seen[code]})"
    elif code:
        seen[code] = kind


def _wrong_fields(item: Mapping[str, Any], shape: Mapping[str, str], place: str) -> Iterator[str]:
    for name in item:
        if name not in shape:
            yield f"{place} : le champ {name} n'existe pas ; les champs sont {', '.join(shape)}"
    for name, kind in shape.items():
        if name in item:
            yield from (f"{place} : {sentence}" for sentence in _wrong_value(name, kind, item))
        elif name not in _OPTIONAL:
            yield f"{place} : il manque le champ {name}"


def _wrong_value(name: str, kind: str, item: Mapping[str, Any]) -> Iterator[str]:
    value = item[name]
    longest = _LONGEST_ITEM if name == "title" and ("plain" in item or "criteria" in item) else _LONGEST.get(name)
    if kind == _TEXT and (not isinstance(value, str) or not value.strip()):
        yield f"{name} doit être un texte (un nombre se met entre apostrophes : '1')"
    elif kind == _TEXT and longest and len(value) > longest:
        yield f"{name} est trop long : {longest} signes au plus"
    elif kind == _FLAG and not isinstance(value, bool):
        yield f"{name} doit être true, ou absent"
    elif kind == _LIST and not (isinstance(value, list) and value and all(isinstance(one, dict) for one in value)):
        yield f"{name} doit être une liste qui n'est pas vide"
    elif kind == "months" and not _is_count(value):
        yield f"{name} doit être un nombre de mois"
    elif kind == "rule":
        yield from _wrong_rule(value, len(_items(item, "criteria")))


def _wrong_rule(rule: Any, criteria: int) -> Iterator[str]:
    if rule == "all":
        return
    if not (isinstance(rule, dict) and list(rule) == ["at_least"] and _is_count(rule["at_least"])):
        yield "rule doit être all, ou { at_least: 2 }"
    elif rule["at_least"] > criteria:
        yield f"rule demande {rule['at_least']} critères et il y en a {criteria}"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def content_of(whole: FrameworkInfo) -> dict[str, Any]:
    """What a version says, as its file had it."""
    names = ("code", "title", "version", "language", "licence", "source", "unchecked_labels")
    return {
        **{name: getattr(whole, name) for name in names},
        "blocks": [
            {**_labels(block, "short"), "competences": [_competence(one) for one in block.competences]}
            for block in whole.blocks
        ],
    }


def _competence(one: CompetenceInfo) -> dict[str, Any]:
    return {
        **_labels(one, "plain"),
        "rule": "all" if one.at_least is None else {"at_least": one.at_least},
        "valid_months": one.valid_months,
        "criteria": [_labels(criterion, "plain") for criterion in one.criteria],
    }


def _labels(item: BlockInfo | CompetenceInfo | CriterionInfo, words: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ("code", "title", words)}
