"""Threads of the small world: someone asks, someone answers, letters leave."""

from __future__ import annotations

import email
import uuid
from email import policy
from pathlib import Path
from typing import Any

from lms.accounts.api import PersonInfo, ensure_person, grant_role, person
from lms.contract.types import Role, Scope
from lms.kernel import jobs
from lms.kernel.context import Context
from lms.kernel.delivery import deliver_events
from lms.kernel.media import Prepared
from lms.kernel.platform import Platform
from lms.messages.data import Place
from lms.messages.models import Thread
from lms.messages.operations import open_thread, write_message
from lms.messages.reading import thread_by_key
from lms.messages.saying import Words
from lms.messages.tasks import send_what_is_due
from tests.factories.world import World

TEXT = "Je ne comprends pas la différence entre le prix et le coût. Vous pouvez m'expliquer ?"


def words(
    text: str = TEXT, *, media: tuple[Prepared, ...] = (), data_dir: Path | None = None, intent: str = ""
) -> Words:
    """What a form sends, under a key of its own."""
    return Words(text, media, data_dir or Path(), intent or str(uuid.uuid4()))


def myself(ctx: Context) -> PersonInfo:
    """Who acts."""
    assert ctx.actor is not None
    return person(ctx, ctx.actor.membership_id)


def asked(ctx: Context, text: str = TEXT, *, place: Place | None = None, **values: Any) -> Thread:
    """Whoever acts asks for help; committed."""
    made = open_thread(ctx, person=myself(ctx), words=words(text), place=place, **values)
    ctx.session.commit()
    return made


def answered(ctx: Context, thread: Thread, text: str = "Le coût, c'est ce que vous payez.", **values: Any) -> None:
    """Whoever acts writes in a thread; committed."""
    write_message(ctx, thread_by_key(ctx, thread.key), words=words(text, **values))
    ctx.session.commit()


def newcomer(
    platform: Platform,
    world: World,
    name: str,
    role: Role,
    *,
    scope: Scope = Scope.ORGANISATION,
    scope_id: int | None = None,
    where: str = "organisation",
) -> int:
    """Someone more in the world, known by this name to `acting` and `signed_in_as`."""
    organisation = getattr(world, where)
    with platform.writing(organisation) as ctx:
        made = ensure_person(ctx, given_name=name.title(), family_name="Essai", email=f"{name}@essai.test")
        grant_role(ctx, membership_id=made.id, role=role, scope=scope, scope_id=scope_id)
        world.members[name], world.organisations[name] = made.id, organisation
    return made.id


def work(platform: Platform) -> None:
    """What the worker does when it is woken."""
    deliver_events(platform)
    send_what_is_due(platform)
    jobs.sweep(platform)


def letters(platform: Platform) -> list[Any]:
    """The letters that have left, oldest first: `letter["To"]`, `letter["Subject"]`, `letter.get_content()`."""
    folder = platform.settings.data_dir / "mail"
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns) if folder.exists() else []
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]


def no_letters(platform: Platform) -> None:
    """Forget those of another test: the data folder serves several."""
    folder = platform.settings.data_dir / "mail"
    for path in folder.glob("*.eml") if folder.exists() else ():
        path.unlink()
