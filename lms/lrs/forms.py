"""What a browser may send about machines."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import request

from lms.kernel.clock import start_of_day
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.web import intent_id, platform
from lms.lrs.clients import WrongClient
from lms.lrs.data import Scope, Secret

SCOPE_WORDS: Mapping[Scope, tuple[str, str]] = {
    Scope.WRITE: (mark("Écrire des actes"), mark("Dire ce que des personnes ont fait chez elle.")),
    Scope.READ_MINE: (mark("Relire ses actes"), mark("Seulement ce qu’elle a écrit avec cette clé.")),
    Scope.READ: (mark("Lire tous les actes"), mark("Ce que tout le monde a fait.")),
    Scope.STATE: (mark("Garder où chacun en est"), mark("Pour reprendre une activité là où on l’a laissée.")),
    Scope.PROFILE: (mark("Garder des fiches"), mark("Sur des activités et des personnes.")),
    Scope.ALL: (mark("Tout"), mark("Tout ce qui est au-dessus.")),
}
PROBLEMS: Mapping[str, str] = {
    "name": mark("Écrivez un nom : 50 lettres au plus, sans ponctuation sauf le point et le tiret."),
    "scopes": mark("Cochez au moins une case."),
    "expires": mark("Choisissez un jour qui n’est pas passé."),
    "verbs": mark("Une adresse par ligne, qui commence par http. Le verbe « voided » est toujours gardé."),
}
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A new machine, as the form says it."""

    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    verbs: tuple[str, ...]


def asked_machine(zone: str) -> Asked:
    """What was typed, or `WrongClient`. The last day counts whole."""
    text = request.form.get("expires", "")
    try:
        ends = start_of_day(date.fromisoformat(text) + timedelta(days=1), zone) if text else None
    except (ValueError, OverflowError):
        raise WrongClient("expires", "not a day") from None
    name = " ".join(request.form.get("name", "").split())
    return Asked(name, tuple(request.form.getlist("scopes")), ends, typed_verbs())


def typed_verbs() -> tuple[str, ...]:
    """The verbs, one a line."""
    return tuple(request.form.get("verbs", "")[:LONGEST].split())


def problem_of(wrong: WrongClient) -> dict[str, str]:
    """Field → what is wrong with it, for who reads the page."""
    return {wrong.field: gettext(PROBLEMS[wrong.field])}


def secret_of_form(ctx: Context) -> Secret:
    """Credentials made from the form's own key: pressed twice, the button shows the same ones. Nobody else can make them."""
    place = f"{ctx.here.id}:{ctx.subject.membership_id}:{request.path}:{request.form.get('intent') or intent_id()}"
    return Secret(_made("key", place).hex()[:24], base64.urlsafe_b64encode(_made("secret", place)).decode().rstrip("="))


def _made(kind: str, place: str) -> bytes:
    secret_key = platform().settings.required_secret_key().encode()
    return hmac.new(secret_key, f"lrs:{kind}:{place}".encode(), "sha256").digest()
