"""Pages everybody can open: the route table; each module beside this one holds one page's views.

Views are plain functions in their own modules and are bound to their addresses here, so that
this file reads as an index and no module needs to import the package it lives in.
"""

from __future__ import annotations

from flask import Blueprint

from fund_app.views.public import components, door, health, home, leave, safety, webhooks

bp = Blueprint("public", __name__)

bp.add_url_rule("/", "home", home.show)
bp.add_url_rule("/exit", "exit", leave.exit_quickly)
bp.add_url_rule("/sign-out", "sign_out", leave.sign_out, methods=["POST"])
bp.add_url_rule("/signed-out", "signed_out", leave.signed_out)
bp.add_url_rule("/safety", "safety", safety.show)
bp.add_url_rule("/components", "components", components.show)
bp.add_url_rule("/healthz", "healthz", health.alive)
bp.add_url_rule("/readyz", "readyz", health.ready)
bp.add_url_rule("/metrics", "metrics", health.metrics)
bp.add_url_rule("/webhooks/stripe", "stripe", webhooks.stripe, methods=["POST"])

door_bp = Blueprint("door", __name__)
"""Registered in a demonstration on a loopback address only."""

door_bp.add_url_rule("/door", "show", door.show)
door_bp.add_url_rule("/door", "enter", door.enter, methods=["POST"])
