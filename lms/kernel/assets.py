"""Templates and static files, found by folder name; static files carry their hash in the address, so a phone keeps them."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, request, send_file

YEAR_SECONDS = 31_536_000


def feature_folder(feature: str) -> Path:
    """The folder of a feature."""
    return Path(importlib.import_module(feature).__file__ or "").parent


def template_folders(features: Sequence[str]) -> Iterator[Path]:
    """`templates/` of the look and of each feature."""
    for feature in ("lms.ui", *features):
        folder = feature_folder(feature) / "templates"
        if folder.is_dir():
            yield folder


@cache
def asset_url(path: str) -> str:
    """`asset_url("ui/style.css")` → `/static/ui/style.css?v=<hash>`."""
    return f"/static/{path}?v={hashlib.sha256(_asset_path(path).read_bytes()).hexdigest()[:10]}"


@cache
def _asset_path(path: str) -> Path:
    feature, _, name = path.rpartition("/")
    return feature_folder("lms." + feature.replace("/", ".")) / "static" / name


def serve_assets(app: Flask) -> None:
    """`/static/<feature>/<file>`: what lies in the static folder of the look or of a loaded feature, nothing else."""
    features = ("lms.ui", *app.extensions["lms"].registry.features)
    known = {
        f"{feature.removeprefix('lms.').replace('.', '/')}/{path.name}": path
        for feature in features
        for path in sorted((feature_folder(feature) / "static").glob("*"))
    }

    def static(path: str) -> Response:
        if path not in known:
            abort(404)
        response = send_file(known[path], conditional=True)
        response.headers["Cache-Control"] = (
            f"public, max-age={YEAR_SECONDS}, immutable" if "v" in request.args else "no-cache"
        )
        return response

    static.lms_rights = "public"  # type: ignore[attr-defined]
    app.add_url_rule("/static/<path:path>", "static", static)
