"""An author's browser without a script: what a page holds, and what its form would send."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from lms.courses.structure import structure


def read(browser: Any, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
    return unescape(answer.text)


def values_of(page: str) -> dict[str, Any]:
    """What the form `feuille` (or the only one with a token) would send."""
    form = next(part for part in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="token"' in part)
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        named = re.search(r'name="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        if named and not (kind and kind[1] in ("checkbox", "radio") and " checked" not in tag):
            value = re.search(r'value="([^"]*)"', tag)
            found.setdefault(named[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = [text]
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = [chosen[1] if chosen else ""]
    return found


def activities(browser: Any, course: Any) -> list[str]:
    return re.findall(r'data-key="([a-z0-9]{10})"', read(browser, f"/ecrire/{course.key}"))


def of_type(platform: Any, world: Any, course: Any, kind: str) -> str:
    with platform.reading(world.organisation, world.members["manager"]) as ctx:
        whole = structure(ctx, course.version_id)
    return next(key for key, info in whole.activities.items() if info.type == kind)


def publish(browser: Any, address: str) -> Any:
    """Publish as who has just looked at what changes."""
    seen = re.search(r'name="seen" value="([^"]*)"', read(browser, address))
    return browser.post(address, data={"seen": seen[1] if seen else ""})
