"""What an author may write in a questionnaire (docs/content.md): problems in sentences, and the fields in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.courses.api import ADD, SKIP
from lms.kernel.database import new_key

SCALE, SINGLE, MULTIPLE, TEXT = "scale", "single", "multiple", "text"
POSITIONING, SATISFACTION, OTHER = "positioning", "satisfaction", "other"
PURPOSES = (POSITIONING, SATISFACTION, OTHER)
_FIELDS = ("purpose", "anonymous", "intro", "questions", "proposals")
_QUESTION = ("key", "type", "text", "steps", "low", "high", "choices", "optional")
_CHOICE = ("key", "text")
_PROPOSAL = ("question", "at_least", "at_most", "choice", "propose", "activities", "reason")
_OF_TYPE = {SCALE: {"steps", "low", "high"}, SINGLE: {"choices"}, MULTIPLE: {"choices"}, TEXT: set()}
_MOST_STEPS = 10


def problems(body: Mapping[str, Any]) -> Iterator[str]:
    """What stands in the way of asking these questions, each with the place where it stands."""
    yield from _unknown("Le questionnaire", body, _FIELDS)
    if body.get("purpose") not in PURPOSES:
        yield f"`purpose` est l'un de {', '.join(PURPOSES)}."
    if not isinstance(body.get("anonymous", False), bool):
        yield "`anonymous` est true ou false."
    if body.get("anonymous") is True and body.get("purpose") == POSITIONING:
        yield "Un positionnement n'est pas anonyme : il propose un parcours à quelqu'un."
    if not isinstance(body.get("intro", ""), str):
        yield "`intro` est un texte."
    yield from _questions_problems(body)
    yield from _proposals_problems(body)


def _questions_problems(body: Mapping[str, Any]) -> Iterator[str]:
    questions = _listed(body, "questions")
    if not questions or len(questions) != len(body["questions"]):
        yield "`questions` : écrivez au moins une question, chacune avec `type` et `text`."
    for number, question in enumerate(questions, 1):
        yield from _question_problems(f"Question {number}", question)
    parts = [*questions, *(choice for one in questions for choice in _listed(one, "choices"))]
    keys = [str(part["key"]) for part in parts if part.get("key")]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"La clé {key} sert deux fois dans ce questionnaire : effacez l'une des deux, elle sera refaite."


def _proposals_problems(body: Mapping[str, Any]) -> Iterator[str]:
    proposals, questions = body.get("proposals", []), _listed(body, "questions")
    if proposals and body.get("purpose") != POSITIONING:
        yield "`proposals` : seul un positionnement propose des activités."
    if not isinstance(proposals, list) or len(_listed(body, "proposals")) != len(proposals):
        yield "`proposals` est une liste."
    for number, proposal in enumerate(_listed(body, "proposals"), 1):
        yield from _proposal_problems(
            f"Proposition {number}", proposal, {str(one.get("key")): one for one in questions}
        )


def canonical(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in order, empty ones left out, missing keys made."""
    made = _ordered(body, _FIELDS)
    made["questions"] = [_question(one) for one in _listed(body, "questions")]
    if "proposals" in made:
        made["proposals"] = [_ordered(one, _PROPOSAL) for one in _listed(body, "proposals")]
    return made


def _question_problems(where: str, question: Mapping[str, Any]) -> Iterator[str]:
    kind = question.get("type")
    if kind not in _OF_TYPE:
        yield f"{where} : `type` est l'un de {', '.join(_OF_TYPE)}."
        return
    yield from _unknown(where, question, ("key", "type", "text", "optional", *sorted(_OF_TYPE[kind])))
    if not _is_text(question.get("text")):
        yield f"{where} : `text` manque."
    if not isinstance(question.get("optional", False), bool):
        yield f"{where} : `optional` est true ou false."
    if kind == SCALE:
        if not _is_whole(question.get("steps"), 2, _MOST_STEPS):
            yield f"{where} : `steps` est un nombre de 2 à {_MOST_STEPS}."
        if not _is_text(question.get("low")) or not _is_text(question.get("high")):
            yield f"{where} : `low` et `high` disent les deux bouts de l'échelle."
    choices = _listed(question, "choices")
    if kind in (SINGLE, MULTIPLE) and (len(choices) < 2 or any(not _is_text(one.get("text")) for one in choices)):
        yield f"{where} : il faut au moins deux choix, chacun avec un `text`."
    for choice in choices:
        yield from _unknown(where, choice, _CHOICE)


def _proposal_problems(where: str, proposal: Mapping[str, Any], questions: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(where, proposal, _PROPOSAL)
    question = questions.get(str(proposal.get("question")))
    if question is None:
        yield f"{where} : `question` est la clé d'une question de ce questionnaire."
        return
    said = [name for name in ("at_least", "at_most", "choice") if name in proposal]
    kind = question.get("type")
    if len(said) != 1 or (said[0] == "choice") != (kind in (SINGLE, MULTIPLE)) or kind == TEXT:
        yield f"{where} : donnez `at_least` ou `at_most` pour une échelle, `choice` pour un choix, un seul."
    elif said[0] == "choice":
        if proposal["choice"] not in [one.get("key") for one in _listed(question, "choices")]:
            yield f"{where} : `choice` est un des choix de cette question."
    elif not _is_whole(proposal[said[0]], 1, _MOST_STEPS):
        yield f"{where} : `{said[0]}` est une marche de l'échelle."
    if proposal.get("propose") not in (SKIP, ADD):
        yield f"{where} : `propose` est `{SKIP}` ou `{ADD}`."
    activities = proposal.get("activities")
    if not isinstance(activities, list) or not activities or not all(isinstance(one, str) for one in activities):
        yield f"{where} : `activities` est une liste de clés d'activités de ce parcours."
    if not _is_text(proposal.get("reason")):
        yield f"{where} : `reason` dit pourquoi, avec « vous »."


def _question(question: Mapping[str, Any]) -> dict[str, Any]:
    made = _ordered({**question, "key": question.get("key") or new_key()}, _QUESTION)
    if "choices" in made:
        made["choices"] = [
            _ordered({**one, "key": one.get("key") or new_key()}, _CHOICE) for one in _listed(question, "choices")
        ]
    return made


def _ordered(part: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    known = {name: part[name] for name in fields if part.get(name) not in (None, "", [], False)}
    return {**known, **{name: value for name, value in part.items() if name not in fields}}


def _unknown(where: str, part: Mapping[str, Any], fields: Sequence[str]) -> Iterator[str]:
    yield from (f"{where} : le champ `{name}` n'est pas prévu ici." for name in part if name not in fields)


def _listed(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = part.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
