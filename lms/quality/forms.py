"""What a browser may send about evidence."""

from __future__ import annotations

import re

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField

from lms.kernel.i18n import gettext, mark

NOTHING_GIVEN = mark("Choisissez un fichier ZIP, ou collez une empreinte de 64 caractères.")


class VerifyForm(FlaskForm):  # type: ignore[misc]
    """A bundle, or the hash of a manifest."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """The kernel's Origin check guards every form."""

        csrf = False

    file = FileField()
    manifest_hash = StringField()

    @property
    def typed_hash(self) -> str:
        """The hash as typed, without blanks."""
        return re.sub(r"\s", "", self.manifest_hash.data or "").lower()

    def validate(self, extra_validators: object = None) -> bool:
        """One of the two is needed."""
        is_valid = bool(super().validate(extra_validators))
        if not self.file.data and not re.fullmatch(r"[0-9a-f]{64}", self.typed_hash):
            self.file.errors = [gettext(NOTHING_GIVEN)]
            return False
        return is_valid
