"""The activity type "resource": a file, a link or a video."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from lms.contract.forms import FormField, Kind
from lms.contract.types import ActivityView, Believed, ContentFile, ContentProblem, PlayState, Source, Surroundings
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.xapi.api import COMPLETED, EXPERIENCED

OPENED = "resource.opened"
FIELDS = ("text", "file", "link", "video", "captions")
_BELIEVED = frozenset({Source.LEARNER_DEVICE, Source.SERVER, Source.STAFF})


class Resource:
    """Something to open or to watch."""

    name = "resource"
    title = mark("Document")
    icon = "file"
    activity_type_iri = "http://adlnet.gov/expapi/activities/media"
    believes: tuple[Believed, ...] = (Believed(COMPLETED.iri, _BELIEVED), Believed(EXPERIENCED.iri, _BELIEVED))
    template = "resource/resource.html"
    declares = OPENED
    form = (
        FormField("text", mark("Ce qu’il faut en savoir"), Kind.MARKDOWN),
        FormField("file", mark("Document"), Kind.FILE, hint=mark("Un document, un lien ou une vidéo : un seul.")),
        FormField("link", mark("Lien"), hint=mark("Il commence par https://.")),
        FormField("video", mark("Vidéo"), Kind.FILE, media=("video/",)),
        FormField("captions", mark("Sous-titres de la vidéo"), Kind.FILE, media=("text/",)),
    )

    def problems(self, body: Mapping[str, Any], surroundings: Surroundings) -> Iterator[str]:
        """One thing to open, which is there; captions under a video."""
        yield from (f"Le champ `{name}` n'est pas prévu dans une ressource." for name in body if name not in FIELDS)
        if sum(1 for name in ("file", "link", "video") if body.get(name)) != 1:
            yield "Il faut une chose, et une seule : `file`, `link` ou `video`."
        for name in ("file", "video", "captions"):
            if body.get(name) and str(body[name]) not in surroundings.files:
                yield f"`{name}` : le fichier {body[name]} manque. Mettez-le dans le dossier `files` du module."
        if bool(body.get("video")) != bool(body.get("captions")):
            yield "Une vidéo a des sous-titres : `video` et `captions` vont ensemble."
        if body.get("link") and not _is_web(str(body["link"])):
            yield "`link` commence par https://."
        try:
            surroundings.render(str(body.get("text", "")))
        except ContentProblem as wrong:
            yield str(wrong)

    def canonical(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields in order."""
        known = {name: body[name] for name in FIELDS if body.get(name)}
        return {**known, **{name: value for name, value in body.items() if name not in FIELDS}}

    def compile(self, body: Mapping[str, Any], surroundings: Surroundings) -> dict[str, Any]:
        """The text as HTML, and the address, type and size of each file."""
        files = {
            name: _file(surroundings.files[body[name]]) for name in ("file", "video", "captions") if body.get(name)
        }
        return {"html": surroundings.render(body["text"]) if body.get("text") else "", **files}

    def page(self, ctx: Context, activity: ActivityView, state: PlayState) -> dict[str, Any]:
        """Where a link leads, said before one follows it."""
        return {"host": urlsplit(str(activity.body.get("link", ""))).netloc}

    def parts(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """None."""
        yield from ()


KIND = Resource()


def _file(file: ContentFile) -> dict[str, Any]:
    return {"address": file.address, "name": file.name, "media_type": file.media_type, "size": file.size}


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
