"""The devices in which someone is signed in: noted when they enter, listed, closed one by one or all at once.

Kept of a device: its kind in three words, how and when it entered, the day of its last use. No address of the network, and
nothing more of what the browser says of itself. The row goes when the device is closed, and 90 days after its last use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update

from lms.accounts.events import DeviceClosed
from lms.accounts.models import Device, Person
from lms.kernel.context import Context
from lms.kernel.database import TenantSession
from lms.kernel.i18n import gettext, mark
from lms.kernel.platform import Identity, Platform
from lms.kernel.rights import NotFound
from lms.kernel.tenancy import across_tenants

DEVICE_LIVES = timedelta(days=90)
"""As long as the cookie."""
_USE_LASTS = timedelta(hours=20)
MOST_SHOWN = 30
_SHAPES = {"phone": mark("Téléphone"), "tablet": mark("Tablette"), "computer": mark("Ordinateur")}
_SYSTEMS = {
    "android": "Android", "iphone": "iPhone", "ipad": "iPad", "windows": "Windows", "mac": "Mac", "linux": "Linux",
    "chromeos": "Chromebook",
}  # fmt: skip
_BROWSERS = {
    "edge": "Edge", "samsung": "Samsung Internet", "opera": "Opera", "firefox": "Firefox", "chrome": "Chrome",
    "safari": "Safari",
}  # fmt: skip
_WAYS = {
    "password": mark("avec le mot de passe"),
    "link": mark("avec un lien"),
    "card": mark("avec la carte"),
    "invitation": mark("avec l'invitation"),
}
# In this order: a browser names those that it resembles, too.
_SYSTEM_SIGNS = (
    ("ipad", "ipad"), ("iphone", "iphone"), ("android", "android"), ("cros", "chromeos"), ("windows", "windows"),
    ("mac os", "mac"), ("macintosh", "mac"), ("linux", "linux"),
)  # fmt: skip
_BROWSER_SIGNS = (
    ("edg", "edge"), ("samsungbrowser", "samsung"), ("opr/", "opera"), ("opera", "opera"), ("firefox", "firefox"),
    ("fxios", "firefox"), ("crios", "chrome"), ("chrome", "chrome"), ("safari", "safari"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device of one's own, in words."""

    key: str
    name: str
    way: str
    opened_at: datetime
    used_at: datetime
    is_this_one: bool


def kind_of(agent: str) -> str:
    """What is kept of a browser's own description: shape, system, browser; "" for what is not known."""
    said = agent[:400].lower()
    system = next((name for sign, name in _SYSTEM_SIGNS if sign in said), "")
    browser = next((name for sign, name in _BROWSER_SIGNS if sign in said), "")
    if system == "ipad" or (system == "android" and "mobile" not in said):
        shape = "tablet"
    else:
        shape = "phone" if system in ("android", "iphone") else "computer" if system else ""
    return " ".join(word for word in (shape, system, browser) if word)


def kind_in_words(kind: str) -> str:
    """The same for people: "Téléphone Android, Chrome"."""
    words = kind.split()
    shape = next((gettext(_SHAPES[word]) for word in words if word in _SHAPES), gettext("Appareil"))
    system = next((_SYSTEMS[word] for word in words if word in _SYSTEMS), "")
    browser = next((_BROWSERS[word] for word in words if word in _BROWSERS), "")
    return ", ".join(part for part in (f"{shape} {system}".strip(), browser) if part)


def add_device(ctx: Context, *, key: str, way: str, kind: str) -> None:
    """The person signed in has entered on this device. The caller has their proof."""
    epoch = select(Person.epoch).where(Person.id == ctx.subject.person_id)
    ctx.session.add(
        Device(
            organisation_id=ctx.here.id,
            membership_id=ctx.subject.membership_id,
            key=key,
            epoch=ctx.session.scalars(epoch).one(),
            kind=kind[:40],
            way=way,
            opened_at=ctx.now,
            used_at=ctx.now,
        )
    )


_USE = (
    update(Device)
    .where(Device.key == bindparam("device"), Device.membership_id == bindparam("member"))
    .values(used_at=bindparam("moment"))
    .execution_options(synchronize_session=False)
)


def note_use(session: TenantSession, identity: Identity, now: datetime) -> None:
    """Something is sent from a device: its day of last use, written at most once a day."""
    if identity.device_used_at is not None and now - identity.device_used_at >= _USE_LASTS:
        named = {"device": identity.device, "member": identity.actor.membership_id, "moment": now}
        session.execute(_USE, named)


def own_devices(ctx: Context, *, this_one: str) -> list[DeviceLine]:
    """Where the person is signed in with this account, the last used first."""
    rows = ctx.session.scalars(
        select(Device)
        .join(Person, Person.id == ctx.subject.person_id)
        .where(
            Device.membership_id == ctx.subject.membership_id,
            Device.epoch == Person.epoch,
            Device.used_at > ctx.now - DEVICE_LIVES,
        )
        .order_by(Device.used_at.desc(), Device.id.desc())
        .limit(MOST_SHOWN)
    )
    return [
        DeviceLine(
            row.key,
            kind_in_words(row.kind),
            gettext(_WAYS[row.way]) if row.way in _WAYS else "",
            row.opened_at,
            row.used_at,
            row.key == this_one,
        )
        for row in rows
    ]


def close_device(ctx: Context, *, key: str) -> None:
    """Sign out on one device of one's own; another person's is not found."""
    own = (Device.membership_id == ctx.subject.membership_id, Device.key == key)
    gone = ctx.session.execute(delete(Device).where(*own).returning(Device.id)).one_or_none()
    if gone is None:
        raise NotFound
    ctx.tell(DeviceClosed(ctx.subject.membership_id))


def leave_device(session: TenantSession, *, membership_id: int, key: str) -> None:
    """The browser enters elsewhere, or goes: its row with it, in whatever organisation it was."""
    with across_tenants(session, "a browser that leaves"):
        session.execute(delete(Device).where(Device.membership_id == membership_id, Device.key == key))


def keep_only(ctx: Context, *, key: str, epoch: int) -> None:
    """After a new password: this device stays in, the others are out."""
    mine = Device.membership_id == ctx.subject.membership_id
    ctx.session.execute(delete(Device).where(mine, Device.key != key))
    ctx.session.execute(update(Device).where(mine, Device.key == key).values(epoch=epoch))


def forget_devices(ctx: Context, *, membership_id: int) -> None:
    """All of someone's."""
    ctx.session.execute(delete(Device).where(Device.membership_id == membership_id))


def drop_old_devices(platform: Platform) -> None:
    """Devices that nobody uses any more, of all organisations: whoever has the cookie signs in again."""
    with platform.database.writing() as session, across_tenants(session, "devices that have expired"):
        session.execute(delete(Device).where(Device.used_at <= platform.clock() - DEVICE_LIVES))
