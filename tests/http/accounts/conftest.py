"""What tests of the pages of accounts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts import access, operations
from lms.accounts.api import accept_terms, actor_of, hash_password
from lms.accounts.models import Membership, Person
from lms.accounts.roster import RosterLine
from lms.accounts.signing import LINK, Signer
from lms.kernel.context import Context
from lms.kernel.platform import Platform
from tests.factories.world import World

PASSWORD = "une petite phrase"


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hashed once: it takes its time."""
    return hash_password(PASSWORD)


@pytest.fixture
def signer(platform: Platform) -> Signer:
    """What the site signs with."""
    return Signer(platform.settings.required_secret_key())


@pytest.fixture
def database(platform: Platform) -> Iterator[Session]:
    """A look at what is written, across organisations."""
    with platform.database.read_session() as session:
        session.info["across"] = True
        yield session


@pytest.fixture
def writing(platform: Platform, world: World) -> Callable[..., object]:
    """`writing("manager", act)`: what an act of someone gives, committed."""

    def write(who: str, act: Callable[[Context], object]) -> object:
        with platform.writing(world.organisations[who], world.members[who]) as ctx:
            return act(ctx)

    return write


@pytest.fixture
def with_password(platform: Platform, world: World, password_hash: str) -> Callable[[str], int]:
    """`with_password("learner")`: gives someone of the world the password; gives their membership."""

    def give(who: str) -> int:
        with platform.writing(world.organisations[who]) as ctx:
            member = ctx.session.get_one(Membership, world.members[who])
            ctx.session.get_one(Person, member.person_id).password_hash = password_hash
        return world.members[who]

    return give


@pytest.fixture
def newcomer(platform: Platform, world: World, password_hash: str) -> Callable[..., Membership]:
    """`newcomer("Awa", phone="+33…")`: someone who joined without e-mail, has accepted the terms and has the password."""

    def join(given_name: str, *, phone: str = "") -> Membership:
        with platform.writing(world.organisation, world.members["manager"]) as ctx:
            found = operations.invite(ctx, line=RosterLine(2, given_name, "Diallo", "", phone)).membership
            ctx.session.get_one(Person, found.person_id).password_hash = password_hash
            accept_terms(replace(ctx, actor=actor_of(ctx, found.id)))
            return found

    return join


@pytest.fixture
def shown_link(writing: Callable[..., object], world: World, signer: Signer) -> Callable[[str], str]:
    """`shown_link("learner")`: the path of a link that a trainer shows."""

    def show(who: str) -> str:
        row = writing(
            "trainer", lambda ctx: access.show_link(ctx, membership=ctx.session.get_one(Membership, world.members[who]))
        )
        return f"/connexion/lien/{signer.token(LINK, row.key)}"  # type: ignore[attr-defined]

    return show


@pytest.fixture
def key_of(platform: Platform, world: World) -> Callable[[str], str]:
    """`key_of("learner")`: what stands in the address of their page."""

    def read(who: str) -> str:
        with platform.reading(world.organisations[who]) as ctx:
            return ctx.session.get_one(Membership, world.members[who]).key

    return read


def count(session: Session, model: type) -> int:
    """How many rows there are."""
    session.rollback()  # look again
    return session.scalar(select(func.count()).select_from(model)) or 0
