"""Pages everybody can open: the route table; each module beside this one holds one page's views.

Views are plain functions in their own modules and are bound to their addresses here, so that
this file reads as an index and no module needs to import the package it lives in.
"""

from __future__ import annotations

from flask import Blueprint

from fund_app.views.public import (
    anchors,
    components,
    door,
    figures,
    health,
    home,
    leave,
    proofs,
    referees,
    safety,
    webhooks,
)

bp = Blueprint("public", __name__)

bp.add_url_rule("/", "home", home.show)
bp.add_url_rule("/exit", "exit", leave.exit_quickly)
bp.add_url_rule("/sign-out", "sign_out", leave.sign_out, methods=["POST"])
bp.add_url_rule("/signed-out", "signed_out", leave.signed_out)
bp.add_url_rule("/safety", "safety", safety.show)
bp.add_url_rule("/components", "components", components.show)
bp.add_url_rule("/anchors", "anchors", anchors.show)
bp.add_url_rule("/anchors.txt", "anchors_list", anchors.listed)
bp.add_url_rule("/figures", "figures", figures.show)
bp.add_url_rule("/figures/grants.json", "grants", figures.grants)
bp.add_url_rule("/keys", "keys", proofs.keys)
bp.add_url_rule("/proofs/<number>", "proof", proofs.show)
bp.add_url_rule("/proofs/<number>/text", "proof_text", proofs.download)
bp.add_url_rule("/healthz", "healthz", health.alive)
bp.add_url_rule("/readyz", "readyz", health.ready)
bp.add_url_rule("/metrics", "metrics", health.metrics)
bp.add_url_rule("/webhooks/stripe", "stripe", webhooks.stripe, methods=["POST"])
bp.add_url_rule("/reference", "referee_number", referees.show)
bp.add_url_rule("/reference", "send_number", referees.send, methods=["POST"])
bp.add_url_rule("/reference/thanks", "referee_done", referees.done)
bp.add_url_rule("/reference/<lookup>", "referee", referees.show)
bp.add_url_rule("/reference/<lookup>", "send_referee", referees.send, methods=["POST"])

door_bp = Blueprint("door", __name__)
"""Registered in a demonstration on a loopback address only."""

door_bp.add_url_rule("/door", "show", door.show)
door_bp.add_url_rule("/door", "enter", door.enter, methods=["POST"])
