"""What a browser may send about groups, enrolments and values."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp, StopValidation

from lms.contract.types import Role
from lms.courses.leaving import END_REASONS, MOST_WORDS, PAUSE_REASONS, SAID_REASONS
from lms.courses.operations import COHORT_ROLES
from lms.courses.reasons import VOID_REASONS
from lms.kernel.clock import end_of_day
from lms.kernel.i18n import gettext, mark

STAFF_ROLES = {Role.TRAINER: mark("formateur, formatrice"), Role.COACH: mark("accompagnateur, accompagnatrice")}
_NEEDED = mark("Écrivez une réponse ici.")
_TOO_LONG = mark("C'est trop long.")


class Form(FlaskForm):  # type: ignore[misc]
    """CSRF is the edge's check of the origin (lms.kernel.web)."""

    class Meta:
        csrf = False

    def problems(self) -> dict[str, str]:
        """Field → the first thing wrong with it, in the reader's language."""
        return {name: gettext(str(found[0])) for name, found in self.errors.items() if name and found}


def _text(label: str, most: int, *validators: Any) -> StringField:
    return StringField(label, validators=[DataRequired(_NEEDED), Length(max=most, message=_TOO_LONG), *validators])


class ChoiceField(SelectField):
    """One of the choices; any other answer gets a sentence in the reader's language."""

    def __init__(self, said: str, **options: Any) -> None:
        super().__init__(validators=[DataRequired(said)], **options)
        self.said = said

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a choice."""
        if self.data not in {str(value) for value, *_rest in self.iter_choices()}:
            raise StopValidation(self.said)


class CohortForm(Form):
    """A new group."""

    course = ChoiceField(mark("Choisissez un parcours."))
    code = _text(
        "code",
        40,
        Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]+$", message=mark("Lettres sans accent, chiffres et tirets seulement.")),
    )
    name = _text("name", 200)
    place = StringField(validators=[Length(max=200, message=_TOO_LONG)])
    open_ended = BooleanField()


class CohortSettings(Form):
    """What may be changed of a group."""

    name = _text("name", 200)
    place = StringField(validators=[Length(max=200, message=_TOO_LONG)])


class EndForm(Form):
    """Why an enrolment ends."""

    reason = ChoiceField(mark("Choisissez une raison."), choices=END_REASONS)


class PauseForm(Form):
    """A pause needs no reason: what is not one of ours is none."""

    reason = StringField(filters=[lambda code: code if code in PAUSE_REASONS else ""])
    words = StringField(validators=[Length(max=MOST_WORDS, message=_TOO_LONG)])


class SaidForm(Form):
    """How someone says that their path ends."""

    reason = ChoiceField(mark("Choisissez une réponse."), choices=tuple(SAID_REASONS))
    words = StringField(validators=[Length(max=MOST_WORDS, message=_TOO_LONG)])


class ExtensionForm(Form):
    """The last day of a path."""

    until = DateField(validators=[DataRequired(mark("Choisissez un jour."))])


class VoidForm(Form):
    """Why something that was noted is wrong."""

    reason = ChoiceField(mark("Choisissez une raison."), choices=tuple(VOID_REASONS))


class StaffForm(Form):
    """Who trains or accompanies a group, between two days."""

    person = StringField(validators=[DataRequired(mark("Choisissez une personne."))])
    role = ChoiceField(mark("Choisissez un rôle."), choices=[role.value for role in COHORT_ROLES])
    starts = DateField(validators=[Optional()])
    ends = DateField(validators=[Optional()])


def start_of(day: date | None, zone: str) -> datetime | None:
    """The first moment of a local day."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC) if day else None


def end_of(day: date | None, zone: str) -> datetime | None:
    """23:59 of a local day."""
    return end_of_day(day, zone) if day else None
