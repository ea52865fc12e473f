"""What every event promises to the trail."""

from __future__ import annotations

import re
from dataclasses import fields

from lms.kernel.i18n import load_catalogues, speaking
from lms.kernel.platform import Platform
from lms.kernel.trail import ACTOR

NAME = re.compile(r"%\((\w+)\)s")


def test_every_event_has_its_sentence_in_french_and_in_english(shared_platform: Platform, engine_name: str) -> None:
    load_catalogues(shared_platform.registry.features)
    for name, event in shared_platform.registry.events.items():
        assert event.title, f"{name} has no title: the trail could not tell it"
        with speaking("en") as speech:
            said = speech.texts.gettext(event.title)
        assert said != event.title, f"{name} has no English sentence"
        assert sorted(NAME.findall(said)) == sorted(NAME.findall(event.title)), name


def test_every_sentence_names_what_the_event_carries_and_what_can_be_told(
    shared_platform: Platform, engine_name: str
) -> None:
    told = {field for naming in shared_platform.registry.namings for field in naming.fields}
    for name, event in shared_platform.registry.events.items():
        carried = {field.name for field in fields(event)} | {ACTOR}
        for named in NAME.findall(event.title):
            assert named in carried, f"{name}: %({named})s is not one of its fields"
            assert not named.endswith("_id") or named in told, f"{name}: nobody tells what a {named} is called"


def test_no_two_namings_tell_the_same_field(shared_platform: Platform, engine_name: str) -> None:
    told = [field for naming in shared_platform.registry.namings for field in naming.fields]
    assert len(told) == len(set(told))
