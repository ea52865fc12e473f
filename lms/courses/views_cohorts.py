"""Staff pages on groups: the list, one group, who enters it, who trains it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.accounts.api import grants_on
from lms.contract.types import Role, Scope
from lms.courses.catalogue import course_row
from lms.courses.data import CohortInfo
from lms.courses.forms import STAFF_ROLES, CohortForm, CohortSettings, StaffForm, end_of, start_of
from lms.courses.holdings import REASONS
from lms.courses.lists import cohorts_sheet, people_sheet
from lms.courses.models import Cohort
from lms.courses.operations import (
    CodeTaken,
    CohortIsClosed,
    ElsewhereAlready,
    NotPublished,
    assign_staff,
    change_cohort,
    close_cohort,
    create_cohort,
    enrol,
    release_staff,
    reopen_cohort,
)
from lms.courses.permissions import ENROL, MANAGE_COHORT, READ_COHORT, STAFF_COHORT
from lms.courses.queries import present_by_version
from lms.courses.rosters import (
    Listed,
    cohort_list,
    cohort_people,
    cohort_row,
    course_title,
    ids_to_enrol,
    member_ids,
    people_to_enrol,
    published_courses,
    staff_to_assign,
)
from lms.kernel.context import Context
from lms.kernel.downloading import send_sheet
from lms.kernel.i18n import gettext, ngettext
from lms.kernel.web import flash, go, guarded, render

bp = Blueprint("cohorts", __name__)


@bp.get("/groupes")
@guarded(READ_COHORT)
def cohorts(ctx: Context) -> str:
    """The groups that one may read."""
    listed = cohort_list(ctx, number=_number())
    return render("courses/cohorts.html", listed=listed, page=_pager(listed), can_create=ctx.holds(MANAGE_COHORT))


@bp.get("/groupes/liste.<form>")
@guarded(READ_COHORT)
def cohorts_file(ctx: Context, form: str) -> Response:
    """The same, whole, for a spreadsheet."""
    return send_sheet(cohorts_sheet(ctx), form)


@bp.get("/groupes/nouveau")
@guarded(MANAGE_COHORT)
def new_cohort(ctx: Context) -> str:
    """The form for a new group."""
    return render("courses/new_cohort.html", form=_cohort_form(ctx), problems={})


@bp.post("/groupes/nouveau")
@guarded(MANAGE_COHORT)
def post_cohort(ctx: Context) -> str | WerkzeugResponse:
    """Create a group."""
    form = _cohort_form(ctx)
    if not form.validate():
        return render("courses/new_cohort.html", form=form, problems=form.problems())
    try:
        return go(".cohort", key=_created(ctx, form).key)
    except CodeTaken:
        problems = {"code": gettext("Un autre groupe a déjà ce code : choisissez-en un autre.")}
        return render("courses/new_cohort.html", form=form, problems=problems)


@bp.get("/groupes/<key>")
@guarded(READ_COHORT)
def cohort(ctx: Context, key: str) -> str:
    """The people of a group and where they stand."""
    row = cohort_row(ctx, key)
    listed = cohort_people(ctx, row, number=_number())
    panels = ctx.registry.panels_at("cohort", ctx, CohortInfo(row.id, row.key, row.code, row.name, row.course_id))
    seen = {
        "cohort": row,
        "title": course_title(ctx, row.course_id),
        "present": sum(present_by_version(ctx, row.id).values()),
    }
    may = {
        "enrol": ctx.holds(ENROL, on=row),
        "manage": ctx.holds(MANAGE_COHORT, on=row),
        "staff": ctx.holds(STAFF_COHORT, on=row),
    }
    return render(
        "courses/cohort.html", **seen, listed=listed, page=_pager(listed), panels=panels, may=may, reasons=_reasons()
    )


@bp.get("/groupes/<key>/liste.<form>")
@guarded(READ_COHORT)
def cohort_file(ctx: Context, key: str, form: str) -> Response:
    """The people of a group, for a spreadsheet."""
    return send_sheet(people_sheet(ctx, cohort_row(ctx, key)), form)


@bp.get("/groupes/<key>/inscrire")
@guarded(ENROL)
def enrolling(ctx: Context, key: str) -> str:
    """Choose who enters a group."""
    row = cohort_row(ctx, key)
    ctx.require(ENROL, on=row)
    search = request.args.get("nom", "")
    found, sees_all = people_to_enrol(ctx, row, search=search), ctx.holds_everywhere(ENROL)
    return render("courses/enrolling.html", cohort=row, found=found, search=search, sees_all=sees_all)


@bp.post("/groupes/<key>/inscrire")
@guarded(ENROL)
def post_enrolling(ctx: Context, key: str) -> WerkzeugResponse:
    """People enter a group."""
    row = cohort_row(ctx, key)
    chosen = ids_to_enrol(ctx, request.form.getlist("person"))
    if not chosen:
        flash(gettext("Cochez au moins une personne."), "warn")
        return go(".enrolling", key=key)
    with _explained():
        entered = enrol(ctx, cohort=row, membership_ids=chosen)
        flash(
            ngettext("%(num)s personne est inscrite.", "%(num)s personnes sont inscrites.", len(entered))
            % {"num": len(entered)}
        )
    return go(".cohort", key=key)


@bp.get("/groupes/<key>/reglages")
@guarded(ENROL)
def settings(ctx: Context, key: str) -> str:
    """A group's name, its place, its team."""
    row = cohort_row(ctx, key)
    ctx.require(ENROL, on=row)
    team = grants_on(ctx, scope=Scope.COHORT, scope_id=row.id)
    may = {"manage": ctx.holds(MANAGE_COHORT, on=row), "staff": ctx.holds(STAFF_COHORT, on=row)}
    search = request.args.get("nom", "")
    choices = staff_to_assign(ctx, search=search) if may["staff"] else []
    roles = {role.value: gettext(name) for role, name in STAFF_ROLES.items()}
    return render(
        "courses/cohort_settings.html", cohort=row, team=team, may=may, choices=choices, roles=roles, search=search
    )


@bp.post("/groupes/<key>/reglages")
@guarded(ENROL)
def post_settings(ctx: Context, key: str) -> WerkzeugResponse:
    """Change a group's name and place."""
    row, form = cohort_row(ctx, key), CohortSettings()
    if form.validate():
        change_cohort(ctx, cohort=row, name=form.name.data or "", place=form.place.data or "")
        flash(gettext("C'est enregistré."))
    else:
        flash(gettext("Donnez un nom au groupe, de 200 lettres au plus."), "warn")
    return go(".settings", key=key)


@bp.post("/groupes/<key>/fermer")
@guarded(MANAGE_COHORT)
def post_closing(ctx: Context, key: str) -> WerkzeugResponse:
    """Take nobody in any more."""
    close_cohort(ctx, cohort=cohort_row(ctx, key))
    return go(".cohort", key=key)


@bp.post("/groupes/<key>/rouvrir")
@guarded(MANAGE_COHORT)
def post_reopening(ctx: Context, key: str) -> WerkzeugResponse:
    """Take people in again."""
    reopen_cohort(ctx, cohort=cohort_row(ctx, key))
    return go(".cohort", key=key)


@bp.post("/groupes/<key>/equipe")
@guarded(STAFF_COHORT)
def post_staff(ctx: Context, key: str) -> WerkzeugResponse:
    """Someone trains or accompanies this group."""
    row, form, zone = cohort_row(ctx, key), StaffForm(), ctx.here.timezone
    starts, ends = start_of(form.starts.data, zone), end_of(form.ends.data, zone)
    if form.validate() and (ends is None or ends > (starts or ctx.now)):
        who = member_ids(ctx, [form.person.data or ""])[0]
        assign_staff(ctx, cohort=row, membership_id=who, role=Role(form.role.data), starts_at=starts, ends_at=ends)
    else:
        flash(gettext("Choisissez une personne, et une fin qui vient après le début."), "warn")
    return go(".settings", key=key)


@bp.post("/groupes/<key>/equipe/<grant_key>/fin")
@guarded(STAFF_COHORT)
def post_staff_end(ctx: Context, key: str, grant_key: str) -> WerkzeugResponse:
    """Someone no longer trains or accompanies this group."""
    release_staff(ctx, cohort=cohort_row(ctx, key), grant_key=grant_key)
    return go(".settings", key=key)


@contextmanager
def _explained() -> Iterator[None]:
    """What an operation refuses becomes a sentence on the next page; nothing has been written."""
    try:
        yield
    except CohortIsClosed:
        flash(gettext("Ce groupe est fermé : rouvrez-le pour inscrire quelqu'un."), "warn")
    except NotPublished:
        flash(gettext("Ce parcours n'est pas encore publié : publiez-le d'abord."), "warn")
    except ElsewhereAlready as already:
        names = ", ".join(already.names)
        flash(
            gettext("Déjà dans un autre groupe de ce parcours : %(names)s. Personne n'a été inscrit.")
            % {"names": names},
            "warn",
        )


def _cohort_form(ctx: Context) -> CohortForm:
    form = CohortForm()
    form.course.choices = published_courses(ctx)
    return form


def _created(ctx: Context, form: CohortForm) -> Cohort:
    """The new group. The same form sent twice finds the group that it has made."""
    course, code, name = course_row(ctx, form.course.data), form.code.data or "", form.name.data or ""
    try:
        return create_cohort(
            ctx,
            course=course,
            code=code,
            name=name,
            place=form.place.data or "",
            is_open_ended=bool(form.open_ended.data),
        )
    except CodeTaken as taken:
        if taken.cohort.course_id == course.id and taken.cohort.name == name.strip():
            return taken.cohort
        raise


def _reasons() -> dict[str, str]:
    return {code: gettext(text) for code, text in REASONS.items()}


def _number() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), 100_000)


def _pager(listed: Listed) -> dict[str, object]:
    def url(number: int) -> str | None:
        known = 1 <= number <= listed.pages
        return url_for(str(request.endpoint), **(request.view_args or {}), page=number) if known else None

    return {
        "number": listed.number,
        "pages": listed.pages,
        "previous_url": url(listed.number - 1),
        "next_url": url(listed.number + 1),
    }
