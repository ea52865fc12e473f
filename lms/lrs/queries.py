"""Statements in the form that a machine asks for (xAPI 1.0.3, Communication, 2.1.3: `format`, `attachments`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lms.kernel.context import Context
from lms.kernel.files import FileRow
from lms.kernel.media import bytes_of
from lms.lrs.activities import definitions
from lms.lrs.checking import IDENTIFIERS
from lms.lrs.data import Form
from lms.lrs.fixing import RELATED
from lms.xapi.api import Found, KeptAttachment, attachments_of


def shown(ctx: Context, found: Sequence[Found], *, form: Form) -> list[str]:
    """Each statement as JSON text: as it was kept, by identifiers only, or with what is known of its activities."""
    if form.name == "exact":
        return [one.raw for one in found]
    statements = [json.loads(one.raw) for one in found]
    if form.name == "ids":
        return [_text(_ids_of(one)) for one in statements]
    iris = {activity["id"] for one in statements for activity in _activities(one)}
    known = definitions(ctx, iris)
    for one in statements:
        for activity in _activities(one):
            if activity["id"] in known:
                activity["definition"] = known[activity["id"]]
        _speak(one, form.languages)
    return [_text(one) for one in statements]


def contents_of(ctx: Context, found: Sequence[Found], *, data_dir: Path) -> Iterator[tuple[KeptAttachment, bytes]]:
    """The contents that came with these statements, each once."""
    attached = attachments_of(ctx, [one.row_id for one in found])
    wanted = select(FileRow).where(FileRow.id.in_([kept.file_id for kept in attached]))
    files = {file.id: file for file in ctx.session.scalars(wanted)} if attached else {}
    for kept in attached:
        yield kept, bytes_of(data_dir, files[kept.file_id])


def _activities(statement: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        yield thing
    elif kind == "SubStatement":
        yield from _activities(thing)
    related = statement.get("context", {}).get("contextActivities", {})
    for name in RELATED:
        yield from related.get(name, [])


def _ids_of(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is needed to tell agents, activities and verbs apart; everything else as it is."""
    found = dict(statement)
    found["actor"] = _agent_ids(statement["actor"])
    found["verb"] = {"id": statement["verb"]["id"]}
    found["object"] = _thing_ids(statement["object"])
    if "authority" in found:
        found["authority"] = _agent_ids(found["authority"])
    if "context" in found:
        found["context"] = _context_ids(found["context"])
    return found


def _context_ids(context: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(context)
    for name in ("instructor", "team"):
        if name in found:
            found[name] = _agent_ids(found[name])
    if "contextActivities" in found:
        found["contextActivities"] = {
            name: [{"id": one["id"]} for one in listed] for name, listed in found["contextActivities"].items()
        }
    for name, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if name in found:
            found[name] = [{**one, inner: _agent_ids(one[inner])} for one in found[name]]
    return found


def _thing_ids(thing: Mapping[str, Any]) -> dict[str, Any]:
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        return {"id": thing["id"]}
    if kind == "SubStatement":
        return _ids_of(thing)
    return _agent_ids(thing) if kind in ("Agent", "Group") else dict(thing)


def _agent_ids(agent: Mapping[str, Any]) -> dict[str, Any]:
    """An identified agent or group by its identifier; an anonymous group by its members."""
    found = {name: agent[name] for name in ("objectType", *IDENTIFIERS) if name in agent}
    if "member" in agent and not any(name in agent for name in IDENTIFIERS):
        found["member"] = [_agent_ids(one) for one in agent["member"]]
    return found


def _speak(statement: dict[str, Any], languages: Sequence[str]) -> None:
    """Leave one language in each language map, the one that is asked for where there is one."""
    _one_language(statement["verb"], "display", languages)
    for activity in _activities(statement):
        definition = activity.get("definition", {})
        for name in ("name", "description"):
            _one_language(definition, name, languages)
        for kind in ("choices", "scale", "source", "target", "steps"):
            for component in definition.get(kind, ()):
                _one_language(component, "description", languages)
    for attachment in statement.get("attachments", ()):
        for name in ("display", "description"):
            _one_language(attachment, name, languages)
    if statement["object"].get("objectType") == "SubStatement":
        _one_language(statement["object"]["verb"], "display", languages)


def _one_language(holder: dict[str, Any], name: str, languages: Sequence[str]) -> None:
    words = holder.get(name)
    if not words:
        return
    for wanted in languages:
        start = wanted.lower().split("-")[0]
        exact = next((tag for tag in words if tag.lower() == wanted.lower()), None)
        tag = exact or next((tag for tag in words if tag.lower().split("-")[0] == start), None)
        if tag is not None:
            holder[name] = {tag: words[tag]}
            return
    tag = next(iter(words))
    holder[name] = {tag: words[tag]}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
