"""Who is in the demo: accounts to sign in with, names, and the ways in which people follow a course."""

from __future__ import annotations

from dataclasses import dataclass

from lms.contract.types import Role, Scope

ORGANISATION = "Association Démo"
DETAILS = {
    "siret": "12345678900014",
    "nda": "75190000019",
    "address": "1 place de la Démonstration, 19100 Brive-la-Gaillarde",
    "representative": "Hélène Faure, directrice",
    "contact": "bonjour@demo.test",
}
"""Invented; nothing here is a real association's."""
GROUPS = (
    ("brive-2026", "Brive, entrées permanentes", "Brive, 12 rue de l'Essai, salle 2"),
    ("tulle-2026", "Tulle, entrées permanentes", ""),
    ("ussel-2025", "Ussel, l'an dernier", "Ussel, maison des associations"),
)
FORMER = 2
"""The group of those who came the year before: their paths have ended, and news of them have come."""
FORMER_SHARE = 6
"""One person in so many came the year before."""
MAIN_GROUP = 0.8
"""Share of learners in the first group."""
COURSE = "entreprendre"
PASSWORD = "tremplin-demo"  # noqa: S105 - public: accounts with it exist only after `lms demo`
ACCOUNTS = (
    ("porteur", "Aïssatou", "Barry", Role.LEARNER, Scope.PERSON),
    ("entrepreneur", "Karim", "Haddad", Role.COMPANY_HEAD, Scope.PERSON),
    ("formateur", "Claire", "Martin", Role.TRAINER, Scope.ORGANISATION),
    ("accompagnateur", "Malik", "Benali", Role.COACH, Scope.ORGANISATION),
    ("responsable", "Hélène", "Faure", Role.MANAGER, Scope.ORGANISATION),
    ("auditeur", "Jean", "Roux", Role.AUDITOR, Scope.ORGANISATION),
    ("admin", "Sacha", "Morel", Role.ADMINISTRATOR, Scope.SITE),
)
GIVEN = ["Fatou", "Mamadou", "Sergiu", "Amina", "Yusuf", "Olena", "Ibrahim", "Maria", "Tesfay", "Nadia", "Rokia", "Ahmad", "Elena", "Moussa", "Samira", "João", "Zahra", "Abdoulaye", "Irina", "Kadiatou", "Hassan", "Leïla", "Boubacar", "Ana", "Selam", "Omar", "Mariam", "Viktor", "Awa", "Farid", "Natalia", "Issa", "Fatima", "Carlos", "Djeneba", "Ali", "Oksana", "Souleymane", "Rita", "Bilal"]  # fmt: skip
FAMILY = ["Diallo", "Konaté", "Popescu", "Benali", "Öztürk", "Kovalenko", "Traoré", "Silva", "Haile", "Mansouri", "Camara", "Rahimi", "Petrova", "Keïta", "El-Amrani", "Pereira", "Ahmadi", "Sow", "Ionescu", "Bah", "Abdi", "Cherif", "Coulibaly", "Gomes", "Tekle", "Saïd", "Touré", "Melnyk", "Ndiaye", "Belkacem", "Ivanova", "Sissoko", "Hamdi", "Mendes", "Doumbia", "Yilmaz", "Bondar", "Barry", "Costa", "Ziani"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Temper:
    """How someone follows a course: days between steps, share of right answers, and what may happen on the way."""

    name: str
    share: float
    pace_days: float
    accuracy: float
    retries: int = 1
    stops_at: float = 1.0
    pauses_days: int = 0
    sends_late_days: float = 0.0


TEMPERS = (
    Temper("steady", 0.38, 1.5, 0.85),
    Temper("hesitant", 0.2, 2.2, 0.6, retries=3),
    Temper("slow", 0.12, 4.5, 0.75),
    Temper("paused", 0.1, 2.0, 0.75, pauses_days=21),
    Temper("stopped", 0.12, 2.0, 0.65, stops_at=0.2),
    Temper("late sender", 0.08, 2.0, 0.75, sends_late_days=3.0),
)
