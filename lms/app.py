"""The one place that knows every feature."""

from __future__ import annotations

import logging

from flask import Flask, request
from flask_login import LoginManager
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.accounts.api import identify, note_use
from lms.kernel import i18n, job_pages, trail_pages, web, worker
from lms.kernel.assets import serve_assets
from lms.kernel.clock import Clock, system_clock
from lms.kernel.database import Database
from lms.kernel.platform import Identity, Platform
from lms.kernel.registry import load_registry
from lms.settings import Settings

FEATURES = (
    "lms.accounts",
    "lms.xapi",
    "lms.seal",
    "lms.lrs",
    "lms.courses",
    "lms.messages",
    "lms.activities.assignment",
    "lms.activities.lesson",
    "lms.activities.observation",
    "lms.activities.questionnaire",
    "lms.activities.quiz",
    "lms.activities.resource",
    "lms.activities.session",
    "lms.competences",
    "lms.outcomes",
    "lms.analytics",
    "lms.authoring",
    "lms.quality",
    "lms.offer",
    "lms.demo",
)
"""In load order: a feature stands on those before it."""


def build_platform(
    settings: Settings, *, clock: Clock = system_clock, features: tuple[str, ...] = FEATURES
) -> Platform:
    """Load the features and open the database; no web server, no request."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel("WARNING")
    registry = load_registry(features)
    i18n.load_catalogues(features)
    return Platform(
        settings=settings,
        database=Database(settings.resolved_database_url),
        registry=registry,
        identify=identify,
        clock=clock,
    )


def create_app(platform: Platform) -> Flask:
    """The web application of a platform; a key that is missing is said now, not when it is needed."""
    platform.settings.required_narrative_keys()
    app = Flask("lms", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=platform.settings.required_secret_key(),
        MAX_CONTENT_LENGTH=platform.settings.max_upload_mb * 1024 * 1024,
        SESSION_COOKIE_NAME="tremplin",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not platform.settings.development,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=60 * 60 * 24 * 90,
        DEBUG=False,
    )
    if platform.settings.trust_proxy:
        hops = platform.settings.trust_proxy
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.extensions["lms"] = platform
    web.prepare(app, platform.registry.features)
    serve_assets(app)
    _know_people(app, platform)
    app.register_blueprint(job_pages.bp)
    app.register_blueprint(trail_pages.bp)
    for blueprint in platform.registry.blueprints:
        app.register_blueprint(blueprint)
    worker.wake_from(platform)
    return app


def _know_people(app: Flask, platform: Platform) -> None:
    manager = LoginManager()
    manager.session_protection = None  # it would sign out a phone that changes networks
    manager.init_app(app)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(name: str) -> web.SignedIn | None:
        try:
            place, someone, device = name.split(":")
            organisation_id, membership_id = int(place), int(someone)
        except ValueError:
            return None
        session = web.session()
        session.info["organisation_id"] = organisation_id
        found = platform.identify(session, organisation_id, membership_id, platform.clock(), device)
        if not isinstance(found, Identity) or not found.device:
            return None
        if request.method not in web.SAFE_METHODS:
            note_use(session, found, platform.clock())
        return web.SignedIn(found)
