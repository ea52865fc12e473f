"""What stands around the people's files in a bundle: the index that opens offline, how to verify, sums, manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from lms.contract.types import EvidenceProvider
from lms.kernel.clock import local_day
from lms.quality import folds, objectives
from lms.quality.data import Totals, Written
from lms.quality.indicators import IndicatorInfo, Referential, referential
from lms.quality.phrases import clock_time, counted
from lms.quality.remote_report import RULE_WORDS
from lms.quality.tally import Tally
from lms.quality.verification import FORMAT

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Cover:
    """What a bundle is about."""

    organisation: Mapping[str, str]
    zone: str
    cohort: Mapping[str, str]
    begun_at: datetime
    courses: tuple[tuple[str, int], ...]
    """(title, version) of each version that someone of the cohort follows."""
    progress_rule: int
    quiet_days: int
    answers: tuple[EvidenceProvider, ...]

    @property
    def referential(self) -> Referential:
        """The référentiel in force on the day of the export."""
        return referential(local_day(self.begun_at, self.zone))

    @property
    def indicators(self) -> list[tuple[IndicatorInfo, list[str]]]:
        """The indicators that the bundle brings something to, with what."""
        numbers = sorted({number for provider in self.answers for number in provider.indicators})
        return [
            (one, [provider.title for provider in self.answers if one.number in provider.indicators])
            for one in self.referential.named(tuple(numbers))
        ]


def generator() -> str:
    """The name and version of what wrote the bundle."""
    try:
        return f"Tremplin {metadata.version('tremplin')}"
    except metadata.PackageNotFoundError:
        return "Tremplin (depuis les sources)"


def index_page(cover: Cover, tally: Tally, totals: Totals) -> Iterator[str]:
    """`index.html`: one file, no script, nothing fetched."""
    return _template("quality/bundle.html").generate(
        cover=cover,
        moment=clock_time(cover.begun_at, cover.zone),
        generator=generator(),
        totals=totals,
        tally=tally,
        words=folds.WORDS,
        rule_words=RULE_WORDS,
        objectives_how=objectives.HOW,
        counted=counted,
    )


def read_me(cover: Cover) -> str:
    """`LISEZMOI.txt`: what this is, and how to verify it by hand."""
    return _template("quality/LISEZMOI.txt").render(cover=cover, moment=clock_time(cover.begun_at, cover.zone)) + "\n"


def sums(files: Iterable[Written]) -> Iterator[str]:
    """`SHA256SUMS`, as `sha256sum --check` reads it."""
    for one in files:
        yield f"{one.sha256}  {one.path}\n"


def manifest(cover: Cover, totals: Totals, files: Iterable[Written]) -> Iterator[str]:
    """`manifest.json`: what the bundle is, and every file with its size and SHA-256. Its own hash is kept elsewhere."""
    head: dict[str, Any] = {
        "format": FORMAT,
        "generator": generator(),
        "created_at": cover.begun_at.isoformat().replace("+00:00", "Z"),
        "organisation": dict(cover.organisation),
        "cohort": dict(cover.cohort),
        "courses": [{"title": title, "version": version} for title, version in cover.courses],
        "rules": {
            "progress": cover.progress_rule,
            "remote_follow_up": folds.RULE,
            "quiet_days": cover.quiet_days,
        },
        "referential": {
            "version": cover.referential.version,
            "text": cover.referential.text,
            "indicators": [one.number for one, _titles in cover.indicators],
        },
        "counts": asdict(totals),
    }
    yield json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "files": ['
    separator = "\n"
    for one in files:
        yield separator + "  " + json.dumps(asdict(one), ensure_ascii=False)
        separator = ",\n"
    yield "\n ]\n}\n"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> Template:
    return _environment().get_template(name)
