"""A small world: two organisations and someone in each role. Factories call operations, so no impossible state is built."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lms.accounts.api import accept_terms, actor_of, create_organisation, ensure_person, grant_role
from lms.accounts.devices import add_device
from lms.contract.types import Role, Scope
from lms.kernel.context import Context
from lms.kernel.platform import Platform

ROLES: dict[str, tuple[Role, Scope]] = {
    "learner": (Role.LEARNER, Scope.PERSON),
    "company_head": (Role.COMPANY_HEAD, Scope.PERSON),
    "trainer": (Role.TRAINER, Scope.ORGANISATION),
    "coach": (Role.COACH, Scope.ORGANISATION),
    "manager": (Role.MANAGER, Scope.ORGANISATION),
    "auditor": (Role.AUDITOR, Scope.ORGANISATION),
    "administrator": (Role.ADMINISTRATOR, Scope.SITE),
}

DEVICE = "1"
DEVICES = (DEVICE, "2", "3")
"""The keys of the devices in which everyone of the world is signed in."""


@dataclass
class World:
    """Who is where: name → membership id, name → organisation id. Names in the other organisation begin with `other_`."""

    organisation: int = 0
    other_organisation: int = 0
    members: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)


def give_devices(someone: Context) -> None:
    """Sign the actor in on each of `DEVICES`."""
    for key in DEVICES:
        add_device(someone, key=key, way="password", kind="computer linux firefox")


def make_world(platform: Platform) -> World:
    """Create it, committed."""
    world = World()
    with platform.database.writing() as session:
        world.organisation = create_organisation(session, name="Association Essai").id
        world.other_organisation = create_organisation(session, name="Autre association").id
    for prefix, organisation in (("", world.organisation), ("other_", world.other_organisation)):
        with platform.writing(organisation) as ctx:
            for name, (role, scope) in ROLES.items():
                person = ensure_person(
                    ctx, given_name=name.title(), family_name="Essai", email=f"{prefix}{name}@essai.test"
                )
                grant_role(ctx, membership_id=person.id, role=role, scope=scope)
                someone = replace(ctx, actor=actor_of(ctx, person.id))
                accept_terms(someone)
                give_devices(someone)
                world.members[prefix + name] = person.id
                world.organisations[prefix + name] = organisation
    return world
