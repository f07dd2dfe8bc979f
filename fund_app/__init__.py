"""The Solidarity Fund's application: this file is its table of contents."""

from __future__ import annotations

from random import SystemRandom
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import create_engine

from config import ROOT, Settings
from fund_app.adapters import mail, stripe
from fund_app.adapters.clock import Clock, ShiftedClock, SystemClock
from fund_app.adapters.keystore import Keystore
from fund_app.adapters.keystore_keys import DeploymentSecrets
from fund_app.extensions import db, prepare_engine
from fund_app.services.effects import EFFECTS
from fund_app.services.hardening import Hardening
from fund_app.views import (
    access,
    admin,
    applicant,
    auditor,
    board,
    brakes,
    confirm,
    coordinator,
    csrf,
    custodian,
    donor,
    errors,
    formats,
    headers,
    labels,
    language,
    marks,
    navigation,
    public,
    requests,
    reviewer,
    security,
    session,
    staff,
    throttle,
    treasury,
)
from fund_app.views.public.health import count_answer

QUIET = {"hide_parameters": True}
"""A database error must not repeat the values it was given: they may reach a log."""

BLUEPRINTS = (public.bp, applicant.bp, donor.bp, staff.bp, coordinator.bp, reviewer.bp, treasury.bp,
              board.bp, security.bp, custodian.bp, auditor.bp, admin.bp)  # fmt: skip


def create_app(settings: Settings, *, clock: Clock | None = None) -> Flask:
    """Make the application for one set of settings; `clock` replaces the machine's in tests."""
    app = Flask("fund_app", root_path=str(ROOT / "fund_app"), template_folder=ROOT / "templates")
    _attach(app, settings, clock or _clock(settings))
    _open_stores(app, settings)
    _guard(app, settings)
    _speak(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    applicant.register_door(app)
    donor.register_door(app)
    staff.register_door(app)
    if settings.is_demo and headers.is_loopback(urlsplit(settings.base_url).hostname):
        app.register_blueprint(public.door_bp)
    return app


def _clock(settings: Settings) -> Clock:
    return ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()


def _attach(app: Flask, settings: Settings, clock: Clock) -> None:
    """Keep what services and views ask the application for."""
    deployment = DeploymentSecrets(settings.secret, settings.previous_secret)
    app.extensions["fund.settings"] = settings
    app.extensions["fund.clock"] = clock
    app.extensions["fund.secrets"] = deployment
    app.extensions["fund.hardening"] = Hardening()
    app.extensions["fund.throttle"] = throttle.Throttle(clock)
    app.extensions["fund.answers"] = {}
    app.extensions["fund.effects"] = EFFECTS
    app.extensions["fund.lot"] = SystemRandom()
    app.extensions["fund.doors"] = {}
    app.extensions["fund.refused_card_countries"] = settings.refused_card_countries
    app.config["SECRET_KEY"] = deployment.subkey("flask")
    mail.configure(app, mail_url=settings.mail_url, base_url=settings.base_url)
    stripe.configure(
        app,
        api_key=settings.stripe_api_key,
        api_base=settings.stripe_api_base,
        webhook_secret=settings.stripe_webhook_secret,
    )


def _open_stores(app: Flask, settings: Settings) -> None:
    """Connect both databases; each connection gets what its promises rest on."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = QUIET
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    keys = create_engine(settings.keystore_url, **QUIET)
    prepare_engine(keys)
    app.extensions["fund.keystore"] = Keystore(keys)


def _guard(app: Flask, settings: Settings) -> None:
    """Order matters: where a form comes from, then who may, its token, then whether it is they."""
    requests.limit(app)
    headers.protect(app, settings)
    app.session_interface = session.CookieSessions()
    csrf.protect_origin(app)
    access.protect(app)
    csrf.protect_token(app)
    confirm.protect(app)
    errors.register(app)
    brakes.register(app)


def _speak(app: Flask) -> None:
    """Words, numbers, navigation: what every template finds."""
    language.register(app)
    formats.register(app)
    labels.register(app)
    navigation.register(app)
    marks.register(app)
    app.after_request(count_answer)
