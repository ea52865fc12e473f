"""What a browser may send about people and organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import current_app, request
from flask_wtf import FlaskForm
from limits import RateLimitItem
from werkzeug.exceptions import TooManyRequests
from wtforms import (
    BooleanField,
    DateField,
    Field,
    Form,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, Length, Optional, StopValidation

from lms.accounts.attempts import Attempts, TooManyAttempts, neighbourhood
from lms.accounts.contacts import WrongContact, clean_email, clean_phone
from lms.accounts.organisations import is_nda, is_siret, is_timezone
from lms.accounts.passwords import WeakPassword, check_strength
from lms.accounts.roles import ROLE_NAMES, role_name
from lms.accounts.roster import MAX_BYTES, RosterLine, UnreadableRoster
from lms.accounts.signing import Signer
from lms.contract.types import Role
from lms.kernel.i18n import LANGUAGES, SOURCE_LANGUAGE, gettext, mark
from lms.kernel.web import platform

LONGEST_PAGE = 10_000
TOO_LONG = mark("C'est trop long.")
Limit = tuple[RateLimitItem, str]


def signer() -> Signer:
    """What signs this site's links and cards."""
    return Signer(platform().settings.required_secret_key())


def own_address() -> str:
    """The address of this site, as people type it."""
    return (platform().settings.base_url or request.host_url).rstrip("/")


def attempts() -> Attempts:
    """What this process has counted."""
    found: Attempts = current_app.extensions.setdefault("accounts_attempts", Attempts())
    return found


def here() -> str:
    """The address that a request comes from, as it is counted."""
    return f"from {neighbourhood(request.remote_addr)}"


def check_attempts(*counted: Limit) -> None:
    """Answer 429 when one of these is used up."""
    try:
        attempts().check(*counted)
    except TooManyAttempts as wait:
        raise TooManyRequests from wait


def page_number() -> int:
    """The page of a list that the address asks for."""
    return min(max(1, request.args.get("page", 1, type=int)), LONGEST_PAGE)


def uploaded(name: str) -> bytes:
    """The bytes of a file of a list of people, one more than what is allowed at most."""
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        raise UnreadableRoster(mark("Choisissez d'abord un fichier."))
    return sent.stream.read(MAX_BYTES + 1)


class Problems(dict[str, str]):
    """Field → what is wrong with it, in the reader's language; nothing for a field that is right."""

    def __missing__(self, name: str) -> None:
        """A template asks for each field."""


def problems(form: Form) -> Problems:
    """What is wrong with a form."""
    wrong = [(name, field.errors) for name, field in form._fields.items() if field.errors]
    return Problems((name, gettext(str(said[0]))) for name, said in wrong)


def _stripped(text: str | None) -> str:
    return " ".join((text or "").split())


def _cleaned(clean: Callable[[str], str]) -> Callable[[Form, Field], None]:
    def check(_form: Form, field: Field) -> None:
        try:
            field.data = clean(field.data or "")
        except WrongContact as wrong:
            raise StopValidation(str(wrong)) from wrong

    return check


def _if_given(test: Callable[[str], bool], said: str) -> Callable[[Form, Field], None]:
    def check(_form: Form, field: Field) -> None:
        if field.data and not test(field.data):
            raise StopValidation(said)

    return check


def _no_spaces(text: str | None) -> str:
    return "".join((text or "").split()).upper()


class PlainForm(FlaskForm):  # type: ignore[misc]
    """A form without a token: the edge refuses what another site sends."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """No token: it expires on pages that people keep open."""

        csrf = False


class RoleField(SelectField):
    """A role among those that may be given."""

    def pre_validate(self, form: BaseForm) -> None:
        """Say it in our own words."""
        if not any(chosen for _value, _label, chosen, *_rest in self.iter_choices()):
            raise StopValidation(mark("Choisissez un rôle."))


class DayField(DateField):
    """A day, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say it in our own words."""
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(mark("Cette date n'existe pas.")) from wrong


class SignInForm(PlainForm):
    """Who one says one is, and the proof."""

    identifier = StringField(filters=[_stripped])
    password = PasswordField()
    who = StringField()
    stay = BooleanField()
    next = StringField()


class ContactForm(PlainForm):
    """A name and how to reach the person."""

    given_name = StringField(
        filters=[_stripped], validators=[DataRequired(mark("Écrivez le prénom.")), Length(max=100, message=TOO_LONG)]
    )
    family_name = StringField(filters=[_stripped], validators=[Length(max=100, message=TOO_LONG)])
    email = StringField(filters=[_stripped], validators=[_cleaned(clean_email)])
    phone = StringField(filters=[_stripped], validators=[_cleaned(clean_phone)])


class OwnNameForm(PlainForm):
    """One's own name."""

    given_name = StringField(
        filters=[_stripped], validators=[DataRequired(mark("Écrivez votre prénom.")), Length(max=100, message=TOO_LONG)]
    )
    family_name = StringField(filters=[_stripped], validators=[Length(max=100, message=TOO_LONG)])


class OwnEmailForm(PlainForm):
    """An e-mail that one wants as one's own, and the password that says that it is oneself."""

    value = StringField(
        filters=[_stripped], validators=[DataRequired(mark("Écrivez votre e-mail.")), _cleaned(clean_email)]
    )
    password = PasswordField()


class OwnPhoneForm(PlainForm):
    """The same, for a number."""

    value = StringField(
        filters=[_stripped], validators=[DataRequired(mark("Écrivez votre numéro.")), _cleaned(clean_phone)]
    )
    password = PasswordField()


class InvitationForm(ContactForm):
    """Someone to invite."""

    role = RoleField()

    def offer(self, roles: Iterable[Role]) -> InvitationForm:
        """Offer only the roles that may be given."""
        self.role.choices = role_choices(roles)
        return self

    def validate_email(self, field: Field) -> None:
        """Staff have an e-mail: a card is not enough for what they may do."""
        if not field.data and self.role.data not in (Role.LEARNER, Role.COMPANY_HEAD):
            raise StopValidation(mark("Pour ce rôle, il faut un e-mail."))

    def line(self) -> RosterLine:
        """The person, as a line of a file would say it."""
        return RosterLine(
            1,
            self.given_name.data or "",
            self.family_name.data or "",
            self.email.data or "",
            self.phone.data or "",
            self.role.data,
        )


class GrantForm(PlainForm):
    """A role between two days."""

    role = RoleField()
    starts_on = DayField(validators=[Optional()])
    ends_on = DayField(validators=[Optional()])

    def offer(self, roles: Iterable[Role]) -> GrantForm:
        """Offer only the roles that may be given."""
        self.role.choices = role_choices(roles)
        return self

    def bounds(self, zone: str, now: datetime) -> tuple[datetime | None, datetime | None]:
        """The two moments: from the first day's start, or now, to the last day's end."""
        begins = _moment(self.starts_on.data, time.min, zone)
        ends = _moment(self.ends_on.data, time.max, zone)
        return begins if begins and begins > now else None, ends


class OwnPasswordForm(PlainForm):
    """The old password, and a new one."""

    old_password = PasswordField()
    new_password = PasswordField(validators=[DataRequired(mark("Choisissez un mot de passe."))])

    def check(self, *known: str) -> bool:
        """Whether the new one is good enough; says what is wrong otherwise."""
        if not self.validate():
            return False
        try:
            check_strength(self.new_password.data or "", *known)
        except WeakPassword as weak:
            self.new_password.errors = (str(weak),)
            return False
        return True


class OrganisationForm(PlainForm):
    """What documents print of the organisation."""

    name = StringField(
        filters=[_stripped], validators=[DataRequired(mark("Écrivez le nom.")), Length(max=200, message=TOO_LONG)]
    )
    nda = StringField(
        filters=[_no_spaces],
        validators=[_if_given(is_nda, mark("Ce numéro a 11 chiffres. Exemple : 11 75 12345 75"))],
    )
    siret = StringField(
        filters=[_no_spaces],
        validators=[_if_given(is_siret, mark("Ce numéro SIRET n'est pas juste : vérifiez ses 14 chiffres."))],
    )
    address = TextAreaField(validators=[Length(max=400, message=TOO_LONG)])
    representative = StringField(filters=[_stripped], validators=[Length(max=200, message=TOO_LONG)])
    contact = StringField(filters=[_stripped], validators=[Length(max=200, message=TOO_LONG)])
    timezone = StringField(
        filters=[_stripped],
        validators=[_if_given(is_timezone, mark("Ce fuseau horaire n'existe pas. Exemple : Europe/Paris"))],
    )
    qualiopi_certificate = StringField(filters=[_stripped], validators=[Length(max=60, message=TOO_LONG)])
    language = StringField(
        validators=[_if_given(lambda code: code in LANGUAGES, mark("Choisissez une langue de la liste."))]
    )

    def details(self) -> dict[str, str]:
        """The values, by column."""
        values = {name: str(field.data or "").strip() for name, field in self._fields.items()}
        values["timezone"] = values["timezone"] or "Europe/Paris"
        values["language"] = values["language"] or SOURCE_LANGUAGE
        return values


class TermsForm(PlainForm):
    """A new version of a legal text."""

    after = IntegerField(validators=[Optional()])
    """The version that its author had before their eyes; 0 when there was none."""
    sentences = TextAreaField(validators=[Length(max=2_000, message=TOO_LONG)])
    full_text = TextAreaField(validators=[Length(max=60_000, message=TOO_LONG)])


def role_choices(roles: Iterable[Role]) -> list[tuple[str, str]]:
    """Roles to choose from, in their usual order."""
    wanted = set(roles)
    return [(role.value, role_name(role)) for role in ROLE_NAMES if role in wanted]


def _moment(day: date | None, hour: time, zone: str) -> datetime | None:
    return datetime.combine(day, hour, ZoneInfo(zone)) if day else None
