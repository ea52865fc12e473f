"""What a questionnaire's form sends: `q-<question>`, once or several times."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict


def answers_in(form: MultiDict[str, str]) -> dict[str, Any]:
    """Question key → value, as `questionnaire.answer` takes it; what was left empty is absent."""
    answers: dict[str, Any] = {}
    for name, values in form.lists():
        given = [value for value in values if value.strip()]
        if name.startswith("q-") and given:
            answers[name.removeprefix("q-")] = given if len(given) > 1 else given[0]
    return answers
