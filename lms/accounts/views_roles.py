"""Who has which role, where and until when; given and taken back in one place."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, request

from lms.accounts.data import PersonLine
from lms.accounts.forms import GrantForm, problems, role_choices
from lms.accounts.granting import WrongPlace, holder_of, holdings_page, place_named, places_offered
from lms.accounts.grants import givable_roles
from lms.accounts.lists import roles_sheet
from lms.accounts.models import Membership
from lms.accounts.operations import Refused, give_role, take_role_back
from lms.accounts.permissions import READ_ROLES, WRITE_ROLES
from lms.accounts.queries import membership, people_page
from lms.accounts.roles import ROLE_NAMES, role_name
from lms.accounts.views import Page
from lms.contract.types import Role
from lms.kernel.context import Context
from lms.kernel.downloading import send_sheet
from lms.kernel.i18n import gettext
from lms.kernel.web import flash, go, guarded, page_number, pager, render

bp = Blueprint("holdings", __name__, url_prefix="/organisme/roles")
MOST_FOUND = 12


@bp.get("")
@guarded(READ_ROLES)
def held(ctx: Context) -> Page:
    """The roles that are held."""
    return _held_page(ctx, GrantForm())


def _held_page(ctx: Context, form: GrantForm) -> str:
    role, are_over, search = _role(), bool(request.args.get("finis")), request.args.get("qui", "")[:100]
    listed = holdings_page(ctx, role=role, are_over=are_over, number=page_number())
    kept = {name: request.args[name] for name in ("role", "finis") if request.args.get(name)}
    givable = givable_roles(ctx) if ctx.holds_everywhere(WRITE_ROLES) else frozenset()
    return render(
        "accounts/held_roles.html", listed=listed, page=pager(listed, **kept), query=kept, role=role, are_over=are_over,
        roles=role_choices(ROLE_NAMES), role_name=role_name, givable=givable, form=form.offer(givable), errors=problems(form),
        search=search, found=_called(ctx, search) if givable else (), places=places_offered(ctx) if search and givable else [],
    )  # fmt: skip


@bp.get("/liste.<form>")
@guarded(READ_ROLES)
def held_file(ctx: Context, form: str) -> Response:
    """The same, whole, for a spreadsheet."""
    return send_sheet(roles_sheet(ctx, role=_role(), are_over=bool(request.args.get("finis"))), form)


@bp.post("")
@guarded(WRITE_ROLES)
def post_held(ctx: Context) -> Page:
    """Give a role."""
    form = GrantForm().offer(givable_roles(ctx))
    member = membership(ctx, request.form.get("person", ""), right=WRITE_ROLES)
    if not form.validate():
        return _held_page(ctx, form), 400
    _give(ctx, member, Role(form.role.data), *form.bounds(ctx.here.timezone, ctx.now))
    return go("holdings.held")


def _give(ctx: Context, member: Membership, role: Role, starts: datetime | None, ends: datetime | None) -> None:
    try:
        scope, scope_id = place_named(ctx, role, request.form.get("place", ""))
        give_role(ctx, membership=member, role=role, scope=scope, scope_id=scope_id, starts_at=starts, ends_at=ends)
        flash(gettext("Le rôle est donné."))
    except WrongPlace:
        flash(gettext("Ce rôle se donne sur toute l’association. Sur un groupe ou un parcours : formateur, accompagnateur ou auditeur."), "bad")  # fmt: skip
    except Refused as refused:
        flash(gettext(str(refused)), "bad")


@bp.post("/<grant>/fin")
@guarded(WRITE_ROLES)
def post_end(ctx: Context, grant: str) -> Page:
    """Take a role back."""
    try:
        take_role_back(ctx, membership=holder_of(ctx, grant), key=grant)
        flash(gettext("Le rôle est retiré."))
    except Refused as refused:
        flash(gettext(str(refused)), "bad")
    return go("holdings.held")


def _called(ctx: Context, search: str) -> tuple[PersonLine, ...]:
    """A few people of that name, to give one of them a role."""
    return people_page(ctx, search=search, state="active").lines[:MOST_FOUND] if search.strip() else ()


def _role() -> str:
    asked = request.args.get("role", "")
    return asked if asked in set(Role) else ""
