"""What a quiz's form sends: `q-<question>` for one value, `q-<question>-<pair or item>` for several."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict


def answers_in(form: MultiDict[str, str]) -> dict[str, Any]:
    """Question key → value, as `quiz.answer` takes it; what was left empty is absent."""
    answers: dict[str, Any] = {}
    for name, values in form.lists():
        start, _dash, rest = name.partition("-")
        question, _dash, part = rest.partition("-")
        given = [value for value in values if value.strip()]
        if start != "q" or not question or not given:
            continue
        if part:
            answers.setdefault(question, {})[part] = given[0]
        else:
            answers[question] = given if len(given) > 1 else given[0]
    return answers


def attempt_in(form: MultiDict[str, str]) -> int:
    """Which attempt the page was drawn for; the first one when the field is missing or strange."""
    typed = form.get("attempt", "")
    return int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1
