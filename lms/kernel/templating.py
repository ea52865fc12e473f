"""What templates stand on: where they lie, how strict they are, and the texts in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from jinja2 import FileSystemLoader, StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from lms.kernel import i18n
from lms.kernel.assets import asset_url, template_folders


def prepare_templates(app: Flask, features: Sequence[str], **functions: Callable[..., Any]) -> None:
    """Templates of the look and of each feature, found by folder name; `functions` may be called in any of them."""
    environment = app.jinja_env
    environment.loader = FileSystemLoader([str(folder) for folder in template_folders(features)])
    environment.undefined = StrictUndefined
    environment.add_extension("jinja2.ext.i18n")
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals.update(
        _=_gettext, gettext=_gettext, ngettext=_ngettext, asset=asset_url, languages=i18n.languages, **functions
    )


# Jinja's own pair looks these functions up in the context and calls them through it, four calls for each text of a page.
@pass_eval_context
def _gettext(evaluated: EvalContext, message: str, /, **values: Any) -> str:
    return _filled(evaluated, i18n.gettext(message), values)


@pass_eval_context
def _ngettext(evaluated: EvalContext, singular: str, plural: str, number: int, /, **values: Any) -> str:
    return _filled(evaluated, i18n.ngettext(singular, plural, number), {"num": number, **values})


def _filled(evaluated: EvalContext, text: str, values: dict[str, Any]) -> str:
    """The text, which is safe, with its values, which are escaped; a lone % is written %% with or without values."""
    if evaluated.autoescape:
        text = Markup(text)  # noqa: S704 - ours, as it stands in the catalogues
    return text % values if "%" in text else text
