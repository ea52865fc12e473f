"""What an author may write in a quiz (docs/content.md): problems in sentences, and the fields in their documented order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.activities.quiz.drawing import GRADED, PRACTICE
from lms.activities.quiz.grading import TYPES, folded
from lms.kernel.database import new_key

_QUIZ = ("attempts", "pass", "pools")
_POOL = ("key", "title", "use", "draw", "questions")
_QUESTION = (
    *("key", "type", "prompt", "choices", "answer", "tolerance", "unit", "if_true", "if_false", "accept", "mistakes"),
    *("pairs", "distractors", "items", "feedback"),
)
_CHOICE = ("key", "text", "correct", "feedback")
_MISTAKE = ("answer", "tolerance", "accept", "feedback")
_PAIR = ("key", "left", "right", "feedback")
_TEXT = ("key", "text")
_PARTS = {"choices": _CHOICE, "mistakes": _MISTAKE, "pairs": _PAIR, "distractors": _TEXT, "items": _TEXT}
_FIELDS = {
    "single": {"choices"},
    "multiple": {"choices"},
    "true_false": {"answer", "if_true", "if_false"},
    "number": {"answer", "tolerance", "unit", "mistakes"},
    "short": {"accept", "mistakes"},
    "matching": {"pairs", "distractors"},
    "ordering": {"items"},
}


def canonical(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in order, empty ones left out, missing keys made."""
    made = _ordered(body, _QUIZ)
    made["pools"] = [_pool(pool) for pool in _listed(body, "pools")]
    return made


def problems(body: Mapping[str, Any]) -> Iterator[str]:
    """What stands in the way of asking these questions, each with the place where it stands."""
    yield from _unknown("Le quiz", body, _QUIZ)
    if not _is_whole(body.get("attempts", 1), 1):
        yield "`attempts` : écrivez un nombre entier d'essais, 1 ou plus, ou enlevez la ligne."
    if not _is_share(body.get("pass", 1)):
        yield "`pass` : écrivez un nombre de 0 à 1, comme 0.6, ou enlevez la ligne."
    pools = _listed(body, "pools")
    if not pools:
        yield "Ce quiz n'a pas de question : ajoutez un groupe de questions dans `pools`."
    for number, pool in enumerate(pools, 1):
        yield from _pool_problems(f"Groupe {number}", pool)
    keys = [part.get("key") for part in _every_part({"pools": pools}) if part.get("key")]
    for key in sorted({str(key) for key in keys if keys.count(key) > 1}):
        yield f"La clé {key} sert deux fois dans ce quiz : effacez l'une des deux, elle sera refaite."


def _pool_problems(where: str, pool: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(where, pool, _POOL)
    questions = _listed(pool, "questions")
    if not _is_text(pool.get("title")):
        yield f"{where} : `title` manque."
    if pool.get("use", GRADED) not in (GRADED, PRACTICE):
        yield f"{where} : `use` est `graded` ou `practice`."
    if not questions:
        yield f"{where} : aucune question."
    if "draw" in pool and not _is_whole(pool["draw"], 1):
        yield f"{where} : `draw` est un nombre de questions, 1 ou plus."
    elif pool.get("draw", 0) > len(questions):
        yield f"{where} : `draw` demande {pool['draw']} questions, il y en a {len(questions)}."
    for number, question in enumerate(questions, 1):
        yield from _question_problems(f"{where}, question {number}", question)


def _question_problems(where: str, question: Mapping[str, Any]) -> Iterator[str]:
    kind = question.get("type")
    if kind not in TYPES:
        yield f"{where} : `type` est l'un de {', '.join(TYPES)}."
        return
    yield from _unknown(where, question, ("key", "type", "prompt", "feedback", *sorted(_FIELDS[kind])))
    if not _is_text(question.get("prompt")):
        yield f"{where} : `prompt` manque."
    for name, fields in _PARTS.items():
        for part in _listed(question, name) if name in _FIELDS[kind] else ():
            yield from _unknown(f"{where}, `{name}`", part, fields)
    yield from (f"{where} : {problem}" for problem in _CHECKS[kind](question))


def _choices(question: Mapping[str, Any]) -> Iterator[str]:
    choices = _listed(question, "choices")
    right = sum(1 for choice in choices if choice.get("correct") is True)
    if len(choices) < 2:
        yield "il faut au moins deux choix."
    if right == 0 or (question["type"] == "single" and right > 1):
        yield (
            "un choix, et un seul, porte `correct: true`."
            if question["type"] == "single"
            else "au moins un choix porte `correct: true`."
        )
    for number, choice in enumerate(choices, 1):
        if not _is_text(choice.get("text")) or not _is_text(choice.get("feedback")):
            yield f"le choix {number} a besoin de `text` et de `feedback`."


def _true_false(question: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(question.get("answer"), bool):
        yield "`answer` est true ou false."
    if not _is_text(question.get("if_true")) or not _is_text(question.get("if_false")):
        yield "`if_true` et `if_false` disent quoi répondre à chacun."


def _number(question: Mapping[str, Any]) -> Iterator[str]:
    if not _is_number(question.get("answer")) or not _is_number(question.get("tolerance", 0), 0):
        yield "`answer` est un nombre, `tolerance` un nombre positif."
    if not _is_text(question.get("feedback")):
        yield "`feedback` manque."
    for mistake in _listed(question, "mistakes"):
        if not _is_number(mistake.get("answer")) or not _is_text(mistake.get("feedback")):
            yield "chaque erreur attendue a un nombre (`answer`) et un `feedback`."


def _short(question: Mapping[str, Any]) -> Iterator[str]:
    if not _are_texts(question.get("accept")):
        yield "`accept` est une liste de réponses justes, avec des lettres ou des chiffres."
    if not _is_text(question.get("feedback")):
        yield "`feedback` manque."
    for mistake in _listed(question, "mistakes"):
        if not _are_texts(mistake.get("accept")) or not _is_text(mistake.get("feedback")):
            yield "chaque erreur attendue a une liste `accept` et un `feedback`."


def _matching(question: Mapping[str, Any]) -> Iterator[str]:
    pairs = _listed(question, "pairs")
    if len(pairs) < 2:
        yield "il faut au moins deux paires."
    for number, pair in enumerate(pairs, 1):
        if not _is_text(pair.get("left")) or not _is_text(pair.get("right")):
            yield f"la paire {number} a besoin de `left` et de `right`."
    if any(not _is_text(wrong.get("text")) for wrong in _listed(question, "distractors")):
        yield "chaque intrus (`distractors`) a un `text`."
    if {wrong.get("text") for wrong in _listed(question, "distractors")} & {pair.get("right") for pair in pairs}:
        yield "un intrus est aussi une bonne réponse."


def _ordering(question: Mapping[str, Any]) -> Iterator[str]:
    items = _listed(question, "items")
    if len(items) < 2:
        yield "il faut au moins deux choses à ranger."
    if any(not _is_text(item.get("text")) for item in items):
        yield "chaque chose à ranger a un `text`."


_CHECKS = {
    "single": _choices,
    "multiple": _choices,
    "true_false": _true_false,
    "number": _number,
    "short": _short,
    "matching": _matching,
    "ordering": _ordering,
}


def _pool(pool: Mapping[str, Any]) -> dict[str, Any]:
    made = _ordered(_keyed(pool), _POOL)
    made["questions"] = [_question(question) for question in _listed(pool, "questions")]
    return made


def _question(question: Mapping[str, Any]) -> dict[str, Any]:
    made = _ordered(_keyed(question), _QUESTION)
    for name, fields in _PARTS.items():
        if name in made:
            made[name] = [
                _ordered(_keyed(part) if "key" in fields else part, fields) for part in _listed(question, name)
            ]
    return made


def _keyed(part: Mapping[str, Any]) -> dict[str, Any]:
    return {**part, "key": part.get("key") or new_key()}


def _ordered(part: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    known = {
        name: part[name]
        for name in fields
        if part.get(name) not in (None, "", []) and (name, part[name]) != ("correct", False)
    }
    return {**known, **{name: value for name, value in part.items() if name not in fields}}


def _every_part(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for pool in _listed(body, "pools"):
        yield pool
        for question in _listed(pool, "questions"):
            yield question
            for name in _PARTS:
                yield from _listed(question, name)


def _unknown(where: str, part: Mapping[str, Any], fields: Sequence[str]) -> Iterator[str]:
    for name in part:
        if name not in fields:
            yield f"{where} : le champ `{name}` n'est pas prévu ici."


def _listed(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = part.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) and folded(one) for one in value)


def _is_number(value: Any, least: float | None = None) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and (least is None or value >= least)


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_share(value: Any) -> bool:
    return _is_number(value, 0) and value <= 1
