"""E-mail addresses and phone numbers as people type them."""

from __future__ import annotations

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from lms.kernel.i18n import mark

EMAIL, PHONE = "email", "phone"
REGION = "FR"


class WrongContact(Exception):
    """An address or a number that cannot be right; the message is a French sentence that says what to do."""


def clean_email(text: str) -> str:
    """The address in lower case, "" for nothing, or `WrongContact`."""
    if not text.strip():
        return ""
    try:
        # Without looking at the network; `test_environment` lets the demo's addresses in .test through.
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise WrongContact(mark("Cet e-mail n'a pas la bonne forme. Exemple : awa@exemple.fr")) from wrong
    if len(found.normalized) > 254:
        raise WrongContact(mark("Cet e-mail est trop long."))
    return found.normalized.lower()


def clean_phone(text: str) -> str:
    """The number in E.164, read as French unless it says its country; "" for nothing, or `WrongContact`."""
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text[:40], REGION)
    except phonenumbers.NumberParseException as wrong:
        raise WrongContact(mark("Ce numéro n'a pas la bonne forme. Exemple : 06 12 34 56 78")) from wrong
    if not phonenumbers.is_possible_number(number):
        raise WrongContact(mark("Ce numéro n'a pas le bon nombre de chiffres. Exemple : 06 12 34 56 78"))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readable_phone(number: str) -> str:
    """A stored number as people write it: 06 12 34 56 78 in France, +33 … elsewhere."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    own = parsed.country_code == phonenumbers.country_code_for_region(REGION)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if own else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def identifier_of(text: str) -> tuple[str, str]:
    """(kind, value) of what someone typed to sign in; what cannot be either finds nobody."""
    typed = " ".join(text.split())[:254]
    if "@" in typed:
        return EMAIL, typed.lower()
    try:
        return PHONE, clean_phone(typed)
    except WrongContact:
        return PHONE, ""
