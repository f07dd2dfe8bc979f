"""Pages of the administrator: accounts, jobs, health. No key, so no case."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views.admin import health, jobs, people

bp = Blueprint("admin", __name__, url_prefix="/admin")

bp.add_url_rule("", "people", people.index)
bp.add_url_rule("/people/<person_id>/enrol", "enrol", people.enrol, methods=["POST"])
bp.add_url_rule("/jobs", "jobs", jobs.index)
bp.add_url_rule("/jobs/requeue", "requeue", jobs.requeue, methods=["POST"])
bp.add_url_rule("/health", "health", health.index)
