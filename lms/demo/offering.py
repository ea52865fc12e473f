"""The public page of the demo's course: as it was last year, in the archive, and as it is now.

Nothing in it is a real offer, and it says so where it matters: the price, who pays, whom to ask.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from lms.courses.api import course_by_key, course_list
from lms.kernel.context import Context
from lms.offer.api import put_online

LAST_YEAR = timedelta(weeks=40)
BEFORE = {
    "recognition": "Une attestation de ce que vous savez faire. Ce parcours ne donne pas de diplôme.",
    "methods": "Des leçons courtes sur votre téléphone. Des ateliers en groupe.",
    "evaluation": "Des questions courtes dans chaque partie, avec les réponses expliquées.",
    "access": "Deux entrées par an, en janvier et en septembre. Appelez-nous, nous répondons en 15 jours.",
    "price": "Gratuit pour vous. (Exemple : cette association n'existe pas.)",
    "funding": "L'association paie. (Exemple : cette association n'existe pas.)",
    "accessibility": "Dites-nous ce qu'il vous faut. La personne référente est Hélène Faure.",
}
NOW = {
    "recognition": """Une attestation de ce que vous savez faire, avec les preuves.

Ce parcours ne donne pas de diplôme ni de certification. Il n'est inscrit ni au RNCP ni au répertoire spécifique.""",
    "modalities": """- Sur votre téléphone, quand vous voulez : lire, écouter, répondre.
- En groupe : deux ateliers dans chaque partie, en salle, 12 rue de l'Essai, à Brive.
- Seul avec votre accompagnateur : des entretiens, au début, au milieu et à la fin.
- Dans votre activité : vous essayez, puis vous racontez.

Votre téléphone suffit. Nous pouvons vous prêter une tablette pendant les ateliers.""",
    "methods": """- Des leçons courtes, avec des exemples de personnes comme vous.
- Des travaux à envoyer : un texte, une photo ou votre voix. Une personne les lit et vous répond.
- Des ateliers de 12 personnes au plus.
- Le bouton « J'ai besoin d'aide » sur chaque page. Votre formateur ou votre accompagnateur répond.""",
    "evaluation": """- Au début : quelques questions sur vous, pour choisir par où commencer.
- Pendant : des questions courtes, que vous pouvez refaire, et des travaux relus par une personne.
- À la fin : vos travaux réunis dans votre dossier, et un entretien.
- Après : nous vous demandons des nouvelles à 1, 6 et 12 mois.""",
    "access": """1. Vous appelez ou vous écrivez.
2. Nous nous voyons une heure, sans engagement.
3. Nous vous répondons en 10 jours au plus.

Vous pouvez entrer toute l'année. Le délai le plus long entre la demande et l'entrée est d'un mois.""",
    "price": """Gratuit pour vous. Il n'y a ni frais de dossier, ni matériel à acheter.

(Exemple : cette association n'existe pas, ce prix non plus.)""",
    "funding": """L'association paie tout, avec l'aide de ceux qui la financent.

Ce parcours ne peut pas être payé avec le compte personnel de formation (CPF).

(Exemple : cette association n'existe pas, ses financeurs non plus.)""",
    "accessibility": """- La salle est de plain-pied, avec une place pour se garer près de la porte.
- Chaque leçon peut s'écouter. La taille des lettres se change.
- Nous pouvons donner plus de temps, un rythme plus lent, ou venir chez vous.

Si nous ne pouvons pas vous accueillir, nous vous aidons à trouver qui peut le faire. La personne référente est Hélène Faure.""",
    "contacts": """Hélène Faure, directrice : bonjour@demo.test, 05 55 00 00 00 (numéro inventé).

Du lundi au vendredi, de 9 h à 17 h.""",
}


def offer_course(ctx: Context, course_id: int, now: datetime) -> None:
    """Put the page online, last year and now, with the results of then and of now."""
    course = next(course_by_key(ctx, line.key) for line in course_list(ctx) if line.id == course_id)
    for moment, fields in ((now - LAST_YEAR, BEFORE), (now, NOW)):
        put_online(_at(ctx, moment), course=course, fields=fields)


def _at(ctx: Context, moment: datetime) -> Context:
    return replace(ctx, clock=lambda: moment)
