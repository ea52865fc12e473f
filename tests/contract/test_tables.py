"""What every table promises."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.app import FEATURES
from lms.kernel.database import Base
from lms.kernel.platform import Platform
from lms.kernel.tenancy import OrganisationOwned

RETENTION = {"account", "trail", "raw", "evidence", "content", "settings", "technical", "site"}


def mapped():
    return sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda one: one.__tablename__)


def test_every_table_says_whose_it_is_and_how_long_it_is_kept(shared_platform: Platform, engine_name: str) -> None:
    for model in mapped():
        assert model.__tenancy__ in {"site", "shared", "organisation"}, model
        assert model.__retention__ in RETENTION, model
        assert (model.__tenancy__ == "organisation") == issubclass(model, OrganisationOwned), model


def test_every_table_begins_with_its_features_name(shared_platform: Platform, engine_name: str) -> None:
    for model in mapped():
        feature = model.__module__.removeprefix("lms.").rsplit(".", 1)[0].split(".")[-1]
        assert model.__tablename__.startswith(f"{feature}_"), model


def test_every_column_about_a_person_is_answered_by_personal_data(shared_platform: Platform, engine_name: str) -> None:
    """A feature whose tables name a membership answers the hook `personal_data`, and the one that erases."""
    answering = shared_platform.registry.plugins_with("personal_data")
    erasing = shared_platform.registry.plugins_with("erase_personal_data")
    for model in mapped():
        feature = model.__module__.rsplit(".", 1)[0]
        if feature in FEATURES and any(column.name == "membership_id" for column in model.__table__.columns):
            assert feature in answering, f"{feature} does not answer personal_data for {model.__tablename__}"
            assert feature in erasing, f"{feature} does not answer erase_personal_data for {model.__tablename__}"


def test_every_foreign_key_to_an_organisations_table_stays_in_the_organisation(
    shared_platform: Platform, engine_name: str
) -> None:
    kinds = {model.__tablename__: model.__tenancy__ for model in mapped()}
    for model in mapped():
        for key in model.__table__.foreign_keys:
            if kinds[key.column.table.name] == "organisation":
                assert model.__tenancy__ == "organisation", f"{model.__tablename__} → {key.column.table.name}"


@pytest.mark.parametrize("model", [pytest.param(None, id="all")])
def test_no_table_is_read_without_an_organisation(platform: Platform, model: None) -> None:
    from lms.kernel.tenancy import MissingTenant

    with platform.database.read_session() as session:
        for one in mapped():
            if one.__tenancy__ == "organisation":
                with pytest.raises(MissingTenant):
                    session.execute(select(one)).all()
