"""The pages of a draft that speak of the whole: which fields, what they hold, how they are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.authoring.heads import COURSE, COVERAGE, GLOSSARY, MODULE, VALUES, with_choices
from lms.competences.api import FrameworkInfo, framework_by_code, frameworks
from lms.contract.forms import FormField
from lms.courses.api import structure, writing
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.rights import NotFound


@dataclass(frozen=True, slots=True)
class Page:
    """One page in front of its author."""

    title: str
    advice: str
    fields: tuple[FormField, ...]
    values: Mapping[str, Any]
    token: str


@dataclass(frozen=True, slots=True)
class PageKind:
    """How a page is made, and how it is kept: `keep(ctx, draft, token, values)`."""

    page: Callable[[Context, writing.DraftInfo], Page]
    keep: Callable[[Context, writing.DraftInfo, str, Mapping[str, Any]], None]


def _advice(name: str) -> str:
    return gettext(_ADVICE[name])


def _course(ctx: Context, draft: writing.DraftInfo) -> Page:
    values, token = writing.course_page(ctx, draft)
    known = {info.code: info.title for info, _used in frameworks(ctx)}
    fields = with_choices(COURSE, {"framework": tuple(known.items())})
    return Page(gettext("Le parcours"), _advice("course"), fields, values, token)


def module_page(ctx: Context, draft: writing.DraftInfo, *, key: str) -> Page:
    """The page of a module, or `NotFound`."""
    found = next((one for one in writing.written_plan(ctx, draft) if one.key == key), None)
    if found is None:
        raise NotFound
    whole = _framework(ctx, draft)
    blocks = tuple((one.code, f"{one.code} · {one.title}") for one in whole.blocks) if whole else ()
    fields = with_choices(MODULE, {"block": blocks})
    return Page(found.title, "", fields, {"title": found.title, **found.head}, found.token)


def _coverage(ctx: Context, draft: writing.DraftInfo) -> Page:
    rows, token = writing.coverage_page(ctx, draft)
    whole = _framework(ctx, draft)
    criteria = tuple(
        (criterion.code, f"{criterion.code} · {criterion.plain or criterion.title}")
        for block in (whole.blocks if whole else ())
        for competence in block.competences
        for criterion in competence.criteria
    )
    fields = with_choices(
        COVERAGE, {"criterion": _and_lost(criteria, rows, "criterion"), "activity": _feeds(ctx, draft, rows)}
    )
    return Page(gettext("Ce qui fait acquérir chaque critère"), _advice("coverage"), fields, {"rows": rows}, token)


def _feeds(ctx: Context, draft: writing.DraftInfo, rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Activities, and the parts of those that have some, such as groups of questions."""
    whole = structure(ctx, draft.version_id)
    found = []
    for key, info in whole.activities.items():
        found.append((key, info.title))
        found += [(part, f"{info.title} · {title}") for part, (owner, title) in whole.parts.items() if owner == key]
    return _and_lost(tuple(found), rows, "activity")


def _and_lost(
    choices: tuple[tuple[str, str], ...], rows: Sequence[Mapping[str, Any]], name: str
) -> tuple[tuple[str, str], ...]:
    """The choices, with what was chosen and is no longer there: it is not changed behind its author's back."""
    known = {key for key, _text in choices}
    lost = {str(row[name]) for row in rows if row.get(name)} - known
    return (*choices, *((one, gettext("%(code)s (n’existe plus)") % {"code": one}) for one in sorted(lost)))


def _framework(ctx: Context, draft: writing.DraftInfo) -> FrameworkInfo | None:
    code = writing.course_page(ctx, draft)[0]["framework"]
    try:
        return framework_by_code(ctx, code) if code else None
    except NotFound:
        return None


def _values(ctx: Context, draft: writing.DraftInfo) -> Page:
    rows, token = writing.values_page(ctx, draft)
    return Page(gettext("Montants, lieux et partenaires"), _advice("values"), VALUES, {"rows": rows}, token)


def _glossary(ctx: Context, draft: writing.DraftInfo) -> Page:
    rows, token = writing.glossary_page(ctx, draft)
    return Page(gettext("Mots expliqués"), _advice("glossary"), GLOSSARY, {"rows": rows}, token)


def _rows(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that say something."""
    return [dict(row) for row in values.get("rows", ()) if any(row.values())]


def _named(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Values have a name, by which texts speak of them."""
    return [
        {**{name: value for name, value in row.items() if name != "checked"}, "name": row.get("name") or writing.name_from(str(row.get("label", "")), "valeur")}
        for row in rows
    ]  # fmt: skip


_ADVICE = {
    "course": mark("Ce que chacun lit avant de commencer, et ce qu’un auditeur demande."),
    "coverage": mark("Seules ces activités comptent pour un acquis. Rien d’autre."),
    "values": mark(
        "Une information qui change est écrite ici une fois, avec sa source. Les personnes la lisent quand l’équipe l’a confirmée."
    ),
    "glossary": mark("Un mot difficile s’explique ici. Dans une leçon : [charges](glossaire:charges)."),
}
COURSE_PAGES = {
    "parcours": PageKind(
        _course, lambda ctx, draft, token, values: writing.save_course_page(ctx, draft, token=token, fields=values)
    ),
    "acquis": PageKind(
        _coverage,
        lambda ctx, draft, token, values: writing.save_coverage(ctx, draft, token=token, coverage=_rows(values)),
    ),
    "valeurs": PageKind(
        _values,
        lambda ctx, draft, token, values: writing.save_values(ctx, draft, token=token, entries=_named(_rows(values))),
    ),
    "mots": PageKind(
        _glossary,
        lambda ctx, draft, token, values: writing.save_glossary(ctx, draft, token=token, entries=_rows(values)),
    ),
}
"""The word in the address → the page."""
