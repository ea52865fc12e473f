"""What learners of the demo make: works, answers; and what a trainer sees of them in a workshop."""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageDraw

from lms.kernel.media import PHOTO, Prepared, prepare

COMMENTS = {
    True: "Bravo, c'est clair. Gardez cette page : elle servira pour votre banque.",
    False: "Le début est bon. Comptez aussi le transport et vos heures, puis renvoyez-le-moi.",
}
TEXTS = (
    "Je vends des robes. Le tissu coûte 12 €, le fil et les boutons 3 €, le bus 2 €. Une robe me prend 4 heures. Je veux la vendre 45 €.",
    "Mon plat coûte 3,10 € avec la barquette. J'en fais 20 le samedi. Le stand coûte 15 €. Je vends le plat 7 €.",
    "Un dépannage me prend 1 heure et demie avec la route. L'essence coûte 6 €. Je demande 45 €.",
    "Je fais le ménage de deux bureaux. Les produits coûtent 18 € par mois. Je demande 24 € de l'heure.",
)
WORDS = ("Les exemples m'aident.", "Je voudrais plus de temps sur les prix.", "Le groupe est sympa.", "C'est clair.")


def stall_photo() -> Prepared:
    """A stall with a price, drawn, and made small like anyone's photo. Takes a moment: before anything is written."""
    picture = Image.new("RGB", (1200, 900), "#dfe9e7")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((150, 420, 1050, 760), fill="#8a5a2b")
    for place in range(6):
        pen.polygon(
            [(150 + place * 150, 250), (300 + place * 150, 250), (300 + place * 150, 420), (150 + place * 150, 420)],
            fill="#0b5d57" if place % 2 else "#f2b134",
        )
        pen.ellipse((180 + place * 145, 460, 280 + place * 145, 560), fill="#9c2b23")
    pen.rectangle((480, 600, 720, 720), fill="white")
    pen.text((540, 640), "7 EUR", fill="black", font_size=48)
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG")
    return prepare("mon-stand.jpg", drawn.getvalue(), accepts={PHOTO})


def marks_for(rows: list[Mapping[str, Any]], accuracy: float, chance: random.Random) -> dict[str, str]:
    """What a trainer says of someone who knows so much."""
    return {
        row["key"]: chance.choices(("yes", "partly", "no"), (accuracy, (1 - accuracy) * 0.7, (1 - accuracy) * 0.3))[0]
        for row in rows
    }


def answers_for(body: Mapping[str, Any], accuracy: float, chance: random.Random) -> dict[str, Any]:
    """What someone answers to a questionnaire."""
    answers: dict[str, Any] = {}
    for question in body["questions"]:
        match question["type"]:
            case "scale":
                step = 1 + round((question["steps"] - 1) * min(1, max(0, chance.gauss(accuracy, 0.25))))
                answers[question["key"]] = str(step)
            case "single":
                answers[question["key"]] = chance.choice(question["choices"])["key"]
            case "multiple":
                chosen = [one["key"] for one in question["choices"] if chance.random() < 0.5]
                answers[question["key"]] = chosen or [question["choices"][0]["key"]]
            case _:
                if not question.get("optional") or chance.random() < 0.4:
                    answers[question["key"]] = chance.choice(WORDS)
    return answers


def any_uuid(chance: random.Random) -> str:
    """A UUID drawn from the seed."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
