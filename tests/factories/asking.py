"""Activities that ask something of people: a work to hand in, behaviours to observe, questionnaires. For `make_course(modules=…)`."""

from __future__ import annotations

from typing import Any

WORK: dict[str, Any] = {
    "key": "@work",
    "type": "assignment",
    "title": "Mon prix à moi",
    "minutes": 30,
    "body": {
        "task": "Écrivez ce que **coûte** ce que vous vendez.",
        "accepts": ["text", "photo", "voice"],
        "criteria": [
            {"key": "@cost", "text": "Le prix couvre le coût"},
            {"key": "@time", "text": "Le temps passé est compté"},
        ],
        "pass": 0.7,
        "project": "Mon prix",
    },
}
PHOTO_WORK: dict[str, Any] = {
    "key": "@photo_work",
    "type": "assignment",
    "title": "Mon stand en photo",
    "minutes": 10,
    "body": {
        "task": "Prenez votre stand en photo.",
        "accepts": ["photo"],
        "criteria": [{"key": "@seen", "text": "On voit le stand"}, {"key": "@price", "text": "On voit un prix"}],
    },
}
SEEN: dict[str, Any] = {
    "key": "@pitch",
    "type": "observation",
    "title": "Je présente mon idée",
    "modality": "face_to_face",
    "minutes": 60,
    "body": {
        "intro": "Chacun présente son idée **en deux minutes**.",
        "behaviours": [
            {"key": "@short", "text": "Présente son idée en deux minutes"},
            {"key": "@who", "text": "Dit pour qui c'est"},
        ],
        "pass": 0.7,
    },
}
NEXT: dict[str, Any] = {
    "key": "@lesson",
    "type": "lesson",
    "title": "La suite",
    "minutes": 5,
    "body": {"text": "Voilà."},
}


def asking(*activities: dict[str, Any]) -> list[dict[str, Any]]:
    """A course of one module with these activities, and a lesson after them."""
    return [
        {"key": "@module", "title": "L'argent", "summary": "Le prix.", "block": "AR", "activities": [*activities, NEXT]}
    ]


POSITIONING: dict[str, Any] = {
    "key": "@positioning",
    "type": "questionnaire",
    "title": "D'où je pars",
    "minutes": 5,
    "body": {
        "purpose": "positioning",
        "intro": "Il n'y a pas de **bonne réponse**.",
        "questions": [
            {
                "key": "@q_books",
                "type": "scale",
                "text": "Je tiens mes comptes",
                "steps": 4,
                "low": "Pas du tout",
                "high": "Tout à fait",
            },
            {
                "key": "@q_stand",
                "type": "single",
                "text": "Je vends déjà",
                "choices": [{"key": "@c_yes", "text": "Oui"}, {"key": "@c_no", "text": "Non"}],
            },
            {"key": "@q_why", "type": "text", "text": "Pourquoi ?", "optional": True},
        ],
        "proposals": [
            {
                "question": "@q_books",
                "at_least": 3,
                "propose": "skip",
                "activities": ["@lesson"],
                "reason": "Vous tenez déjà vos comptes.",
            },
            {
                "question": "@q_stand",
                "choice": "@c_yes",
                "propose": "add",
                "activities": ["@more"],
                "reason": "Vous vendez déjà : comparez vos prix.",
            },
        ],
    },
}
SATISFACTION: dict[str, Any] = {
    "key": "@satisfaction",
    "type": "questionnaire",
    "title": "Qu'en pensez-vous ?",
    "minutes": 3,
    "body": {
        "purpose": "satisfaction",
        "anonymous": True,
        "questions": [
            {"key": "@s_like", "type": "scale", "text": "Ça m'aide", "steps": 4, "low": "Non", "high": "Oui"},
            {
                "key": "@s_what",
                "type": "multiple",
                "text": "J'ai aimé",
                "choices": [{"key": "@w_quiz", "text": "Les questions"}, {"key": "@w_group", "text": "Le groupe"}],
                "optional": True,
            },
            {"key": "@s_text", "type": "text", "text": "Un mot ?", "optional": True},
        ],
    },
}
MORE: dict[str, Any] = {
    "key": "@more",
    "type": "lesson",
    "title": "Comparer ses prix",
    "minutes": 5,
    "optional": True,
    "body": {"text": "Comparez."},
}
