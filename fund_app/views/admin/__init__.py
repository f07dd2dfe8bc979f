"""Pages of the administrator: people, jobs, health. No key, so no case.

The board signs changes of people as well, so it sees their pages too.
"""

from __future__ import annotations

from flask import Blueprint

from fund_app.views.admin import health, jobs, people

POST = ("POST",)
ONE = "/people/<person_id>"
CHANGE = "/changes/<change_id>"

bp = Blueprint("admin", __name__, url_prefix="/admin")

bp.add_url_rule("", "people", people.index)
bp.add_url_rule("/people/new", "new_person", people.new)
bp.add_url_rule("/people/new", "propose_take_on", people.propose_take_on, methods=POST)
bp.add_url_rule(ONE, "person", people.show)
bp.add_url_rule(f"{ONE}/grant", "propose_grant", people.propose_grant, methods=POST)
bp.add_url_rule(f"{ONE}/withdraw", "propose_withdrawal", people.propose_withdrawal, methods=POST)
bp.add_url_rule(f"{ONE}/reset", "propose_reset", people.propose_reset, methods=POST)
bp.add_url_rule(f"{ONE}/end-access", "disable", people.disable, methods=POST)
bp.add_url_rule(f"{CHANGE}/confirm", "confirm_change", people.confirm, methods=POST)
bp.add_url_rule(f"{CHANGE}/take-back", "take_back_change", people.take_back, methods=POST)
bp.add_url_rule(f"{ONE}/enrol", "enrol", people.enrol, methods=POST)
bp.add_url_rule("/jobs", "jobs", jobs.index)
bp.add_url_rule("/jobs/requeue", "requeue", jobs.requeue, methods=["POST"])
bp.add_url_rule("/health", "health", health.index)

people.register_refusals(bp)
