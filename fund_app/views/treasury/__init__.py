"""Pages of finance: the route table; each module beside this one holds one noun's views."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views import acts
from fund_app.views.treasury import (
    bank,
    bank_clearings,
    bank_files,
    bank_lines,
    batches,
    budgets,
    changes,
    channels,
    corrections,
    disbursements,
    fast_tracks,
    fund_reports,
    funds,
    gift_returns,
    gifts,
    in_kind_gifts,
    monthly_gifts,
    official_lists,
    opening_balances,
    outcomes,
    periods,
    pledges,
    receipt_batches,
    receipt_issuers,
    receipts,
    receipts_issued,
    releases,
    resolutions,
    screenings,
    status_reports,
    stripe_readings,
    troubles,
    waiting,
)

POST = ("POST",)
ONE = "/disbursements/<disbursement_id>"
BATCH = "/batches/<batch_id>"
FAST_TRACK = "/fast-tracks/<application_id>"
GIFT = "/gifts/<donation_id>"
RESOLUTION = "/resolutions/<resolution_id>"
RETURN = "/gifts/returns/<return_id>"
PLEDGE = "/pledges/<pledge_id>"
IN_KIND = "/gifts-in-kind"
MONTHLY = "/monthly-gifts/<monthly_gift_id>"

ACCOUNT = "/bank/<account_id>"
LINE = "/bank/lines/<line_id>"
CLEARING = f"{LINE}/clearings/<clearing_id>"
OPENING = "/bank/openings/<opening_id>"
CORRECTION = "/corrections/<correction_id>"
PERIOD = "/periods/<code>"
ISSUED = "/receipts/issued/<receipt_id>"
YEAR = "/receipts/years/<receipt_batch_id>"

bp = Blueprint("treasury", __name__, url_prefix="/treasury")

bp.add_url_rule("/gifts", "gifts", gifts.index)
bp.add_url_rule("/gifts/record", "new_gift", gifts.new)
bp.add_url_rule("/gifts/record", "record_gift", gifts.record, methods=["POST"])
bp.add_url_rule("/gifts/messages/<event_id>", "take_up", gifts.take_up, methods=["POST"])
bp.add_url_rule(GIFT, "gift", gifts.show)
bp.add_url_rule(f"{GIFT}/accept", "accept_gift", gifts.accept, methods=POST)
bp.add_url_rule(f"{GIFT}/refuse", "refuse_gift", gifts.refuse, methods=POST)
bp.add_url_rule(f"{GIFT}/returns", "ask_return", gift_returns.ask, methods=POST)
bp.add_url_rule(f"{RETURN}/agree", "agree_return", gift_returns.agree, methods=POST)
bp.add_url_rule(f"{RETURN}/decline", "decline_return", gift_returns.decline, methods=POST)
bp.add_url_rule(f"{RETURN}/withdraw", "withdraw_return", gift_returns.withdraw, methods=POST)
bp.add_url_rule(f"{RETURN}/record", "record_return", gift_returns.record, methods=POST)

bp.add_url_rule("/monthly-gifts", "monthly_gifts", monthly_gifts.index)
bp.add_url_rule(MONTHLY, "monthly_gift", monthly_gifts.show)
bp.add_url_rule(f"{MONTHLY}/stop", "stop_monthly_gift", monthly_gifts.stop, methods=POST)

bp.add_url_rule("/pledges", "pledges", pledges.index)
bp.add_url_rule("/pledges/record", "new_pledge", pledges.new)
bp.add_url_rule("/pledges/record", "record_pledge", pledges.record, methods=POST)
bp.add_url_rule(PLEDGE, "pledge", pledges.show)
bp.add_url_rule(f"{PLEDGE}/screen", "screen_pledge", pledges.screen, methods=POST)
bp.add_url_rule(f"{PLEDGE}/accept", "accept_pledge", pledges.accept_small, methods=POST)
bp.add_url_rule(f"{PLEDGE}/agree", "agree_pledge", pledges.agree, methods=POST)
bp.add_url_rule(f"{PLEDGE}/end/<ending>", "end_pledge", pledges.end, methods=POST)
bp.add_url_rule(f"{PLEDGE}/reschedule", "reschedule_pledge", pledges.reschedule, methods=POST)
bp.add_url_rule(f"{PLEDGE}/gifts", "count_gift", pledges.count, methods=POST)

bp.add_url_rule(IN_KIND, "in_kind_gifts", in_kind_gifts.index)
bp.add_url_rule(f"{IN_KIND}/record", "new_in_kind_gift", in_kind_gifts.new)
bp.add_url_rule(f"{IN_KIND}/record", "record_in_kind_gift", in_kind_gifts.record, methods=POST)
bp.add_url_rule(
    f"{IN_KIND}/<in_kind_gift_id>/strike", "strike_in_kind_gift", in_kind_gifts.strike,
    methods=POST,
)  # fmt: skip

bp.add_url_rule("/fast-tracks", "fast_tracks", fast_tracks.index)
bp.add_url_rule(FAST_TRACK, "fast_track", fast_tracks.show)
bp.add_url_rule(FAST_TRACK, "propose_fast_track", fast_tracks.propose, methods=POST)

bp.add_url_rule("/stripe", "stripe_readings", stripe_readings.index)
bp.add_url_rule("/stripe", "take_stripe_reading", stripe_readings.take, methods=POST)

bp.add_url_rule("/fund-report", "fund_report", fund_reports.show)
bp.add_url_rule("/fund-report/file", "fund_report_file", fund_reports.download)
bp.add_url_rule("/receipts", "receipts", receipts.index)
bp.add_url_rule("/receipts/<request_id>", "receipt", receipts.show)
bp.add_url_rule("/receipts/<request_id>", "open_receipt", receipts.look, methods=POST)
bp.add_url_rule(
    "/receipts/<request_id>/issue", "issue_receipt", receipts_issued.issue, methods=POST
)
bp.add_url_rule("/receipts/issued", "issued_receipts", receipts_issued.index)
bp.add_url_rule(ISSUED, "issued_receipt", receipts_issued.show)
bp.add_url_rule(f"{ISSUED}/copy", "receipt_copy", receipts_issued.download, methods=POST)
bp.add_url_rule(f"{ISSUED}/void", "void_receipt", receipts_issued.void, methods=POST)
bp.add_url_rule(f"{ISSUED}/correct", "receipt_correction", receipts_issued.correction)
bp.add_url_rule(f"{ISSUED}/correct", "correct_receipt", receipts_issued.correct, methods=POST)
bp.add_url_rule("/receipts/years", "receipt_batches", receipt_batches.index)
bp.add_url_rule("/receipts/years", "begin_receipt_batch", receipt_batches.begin, methods=POST)
bp.add_url_rule(YEAR, "receipt_batch", receipt_batches.show)
bp.add_url_rule(f"{YEAR}/go-on", "go_on_receipt_batch", receipt_batches.go_on, methods=POST)
bp.add_url_rule("/receipts/issuers", "receipt_issuers", receipt_issuers.index)
bp.add_url_rule("/receipts/issuers/<pack_code>", "receipt_issuer", receipt_issuers.show)
bp.add_url_rule(
    "/receipts/issuers/<pack_code>", "record_receipt_issuer", receipt_issuers.record, methods=POST
)

bp.add_url_rule("/disbursements", "disbursements", disbursements.index)
bp.add_url_rule(ONE, "disbursement", disbursements.show)
bp.add_url_rule(f"{ONE}/payee", "payee", disbursements.payee, methods=POST)
bp.add_url_rule(f"{ONE}/conditions-met", "conditions_met", releases.take_up, methods=POST)
bp.add_url_rule(f"{ONE}/safety-check", "safety_check", releases.safety_check, methods=POST)
bp.add_url_rule(f"{ONE}/safety-block", "safety_block", releases.safety_block, methods=POST)
bp.add_url_rule(f"{ONE}/sign-first/<action>", "sign_first", releases.sign_first, methods=POST)
bp.add_url_rule(f"{ONE}/release-hold", "release_hold", releases.release_hold, methods=POST)
bp.add_url_rule(f"{ONE}/authorise-first", "authorise_first", releases.authorise_first, methods=POST)
bp.add_url_rule(
    f"{ONE}/authorise-second", "authorise_second", releases.authorise_second, methods=POST
)
bp.add_url_rule(
    f"{ONE}/refuse-authorisation", "refuse_authorisation", releases.refuse_authorisation,
    methods=POST,
)  # fmt: skip
bp.add_url_rule(f"{ONE}/send", "send", outcomes.send, methods=POST)
bp.add_url_rule(f"{ONE}/bank-ok", "bank_ok", outcomes.bank_ok, methods=POST)
bp.add_url_rule(f"{ONE}/fail", "fail", outcomes.fail, methods=POST)
bp.add_url_rule(f"{ONE}/bounce", "bounce", outcomes.bounce, methods=POST)
bp.add_url_rule(f"{ONE}/retry", "retry", outcomes.retry, methods=POST)
bp.add_url_rule(f"{ONE}/reconcile", "reconcile", outcomes.reconcile, methods=POST)
bp.add_url_rule(f"{ONE}/late-ok", "late_ok", outcomes.late_ok, methods=POST)
for action, view in (
    ("set_terms", changes.set_terms),
    ("change_payee", changes.change_payee),
    ("agree_difference", changes.agree_difference),
    ("account_for", changes.account_for),
    ("write_off_advance", changes.write_off_advance),
    ("outcome_unknown", troubles.outcome_unknown),
    ("found_sent", troubles.found_sent),
    ("found_not_sent", troubles.found_not_sent),
    ("recall", troubles.recall),
    ("cancel", troubles.cancel),
    ("lost", troubles.lost),
    ("give_up", troubles.give_up),
    ("write_off", troubles.write_off),
    ("frozen_at_recipient", troubles.frozen_at_recipient),
    ("frozen_resolved", troubles.frozen_resolved),
    ("frozen_replace", troubles.frozen_replace),
):
    bp.add_url_rule(f"{ONE}/{action.replace('_', '-')}", action, view, methods=POST)

bp.add_url_rule("/batches", "batches", batches.index)
bp.add_url_rule("/batches/new", "new_batch", batches.new)
bp.add_url_rule("/batches/new", "prepare_batch", batches.prepare, methods=POST)
bp.add_url_rule("/batches/report", "status_report", status_reports.upload)
bp.add_url_rule("/batches/report", "preview_status_report", status_reports.preview, methods=POST)
bp.add_url_rule(
    "/batches/report/take-in", "take_in_status_report", status_reports.take_in, methods=POST
)
bp.add_url_rule(BATCH, "batch", batches.show)
bp.add_url_rule(f"{BATCH}/names", "batch_names", batches.names, methods=POST)
bp.add_url_rule(f"{BATCH}/release", "release_batch", batches.release, methods=POST)
bp.add_url_rule(f"{BATCH}/refuse", "refuse_batch", batches.refuse, methods=POST)
bp.add_url_rule(f"{BATCH}/file", "batch_file", batches.file, methods=POST)
bp.add_url_rule(f"{BATCH}/answer", "answer_batch", batches.answer, methods=POST)

bp.add_url_rule("/waiting", "waiting", waiting.index)
bp.add_url_rule("/waiting/<application_id>/money-found", "money_found", waiting.money_found,
                methods=POST)  # fmt: skip

bp.add_url_rule("/bank", "bank", bank.index)
bp.add_url_rule("/bank", "add_bank_account", bank.add, methods=POST)
bp.add_url_rule(ACCOUNT, "bank_account", bank.show)
bp.add_url_rule(f"{ACCOUNT}/statements", "bank_statements", bank.statements)
bp.add_url_rule(f"{ACCOUNT}/reconciliation", "bank_reconciliation", bank.reconcile)
bp.add_url_rule(f"{ACCOUNT}/mapping", "bank_mapping", bank.mapping)
bp.add_url_rule(f"{ACCOUNT}/mapping", "set_bank_mapping", bank.set_mapping, methods=POST)
bp.add_url_rule(f"{ACCOUNT}/upload", "bank_upload", bank_files.upload)
bp.add_url_rule(f"{ACCOUNT}/upload", "preview_bank_file", bank_files.preview, methods=POST)
bp.add_url_rule(f"{ACCOUNT}/import", "import_bank_file", bank_files.take_in, methods=POST)
bp.add_url_rule(f"{ACCOUNT}/accept-sure", "accept_sure", bank_lines.accept_sure, methods=POST)
bp.add_url_rule(LINE, "bank_line", bank_lines.show)
bp.add_url_rule(f"{LINE}/accept", "accept_match", bank_lines.accept, methods=POST)
bp.add_url_rule(f"{LINE}/words", "open_bank_line", bank_lines.look, methods=POST)
bp.add_url_rule(f"{LINE}/matches/<match_id>/undo", "undo_match", bank_lines.undo, methods=POST)
bp.add_url_rule(
    f"{LINE}/matches/<match_id>/clear", "clear_suspense", bank_clearings.clear, methods=POST
)
bp.add_url_rule(f"{CLEARING}/undo", "undo_clearing", bank_clearings.undo, methods=POST)
bp.add_url_rule(f"{CLEARING}/agree", "agree_loss", bank_clearings.agree, methods=POST)
bp.add_url_rule(f"{ACCOUNT}/opening", "opening_balance", opening_balances.show)
bp.add_url_rule(f"{ACCOUNT}/opening", "propose_opening", opening_balances.propose, methods=POST)
bp.add_url_rule(f"{OPENING}/agree", "agree_opening", opening_balances.agree, methods=POST)
bp.add_url_rule(f"{OPENING}/withdraw", "withdraw_opening", opening_balances.withdraw, methods=POST)
bp.add_url_rule("/corrections", "corrections", corrections.index)
bp.add_url_rule("/corrections/entries/<int:entry_id>", "new_correction", corrections.new)
bp.add_url_rule(
    "/corrections/entries/<int:entry_id>", "propose_correction", corrections.propose, methods=POST
)
bp.add_url_rule(f"{CORRECTION}/agree", "agree_correction", corrections.agree, methods=POST)
bp.add_url_rule(f"{CORRECTION}/withdraw", "withdraw_correction", corrections.withdraw, methods=POST)
bp.add_url_rule("/periods", "periods", periods.index)
bp.add_url_rule("/periods", "open_period", periods.open_next, methods=POST)
bp.add_url_rule(f"{PERIOD}/propose", "propose_closing", periods.propose, methods=POST)
bp.add_url_rule(f"{PERIOD}/close", "close_period", periods.close, methods=POST)
bp.add_url_rule(f"{PERIOD}/divide", "divide_period", periods.divide, methods=POST)

CHANGE = "/channels/changes/<channel_change_id>"
STOP = "/channels/stops/<channel_stop_id>"
bp.add_url_rule("/channels", "channels", channels.index)
bp.add_url_rule("/channels/change", "new_channel_change", channels.new_change)
bp.add_url_rule("/channels/change", "propose_channel_change", channels.propose_change, methods=POST)
bp.add_url_rule(
    f"{CHANGE}/confirm", "confirm_channel_change", channels.confirm_change, methods=POST
)
bp.add_url_rule(
    f"{CHANGE}/take-back", "take_back_channel_change", channels.take_back_change, methods=POST
)
bp.add_url_rule("/channels/stop", "stop_channel", channels.stop, methods=POST)
bp.add_url_rule(f"{STOP}/propose-lift", "propose_lift", channels.propose_lift, methods=POST)
bp.add_url_rule(f"{STOP}/lift", "lift", channels.lift, methods=POST)
bp.add_url_rule(f"{STOP}/take-back", "take_back_lift", channels.take_back_lift, methods=POST)

bp.add_url_rule("/lists", "lists", official_lists.index)
bp.add_url_rule("/lists/import", "import_list", official_lists.import_list, methods=POST)
bp.add_url_rule("/lists/screen", "screen_all", official_lists.screen_all, methods=POST)
bp.add_url_rule(f"{ONE}/screen", "screen", screenings.screen, methods=POST)
bp.add_url_rule(f"{ONE}/hits", "show_hits", screenings.show_hits, methods=POST)
bp.add_url_rule(f"{ONE}/decide", "propose_decision", screenings.propose_decision, methods=POST)
bp.add_url_rule(
    f"{ONE}/confirm-decision", "confirm_decision", screenings.confirm_decision, methods=POST
)
bp.add_url_rule(
    f"{ONE}/take-back-decision", "take_back_decision", screenings.take_back_decision, methods=POST
)

channels.register_refusals(bp)
screenings.register_refusals(bp)
bp.add_url_rule("/funds", "funds", funds.index)
bp.add_url_rule("/funds/<fund_code>", "fund", funds.show)
bp.add_url_rule("/funds/<fund_code>/<figure_name>", "fund_figure", funds.figure)
bp.add_url_rule("/budgets", "budgets", budgets.index)
bp.add_url_rule("/budgets/lines/<budget_id>", "budget_line", budgets.line)
bp.add_url_rule("/budgets/<programme>/<currency>/<starts>", "budget", budgets.show)
bp.add_url_rule("/resolutions", "resolutions", resolutions.index)
bp.add_url_rule("/resolutions/new/<kind>", "new_resolution", resolutions.new)
bp.add_url_rule("/resolutions/new/<kind>", "propose_resolution", resolutions.propose, methods=POST)
bp.add_url_rule(RESOLUTION, "resolution", resolutions.show)
bp.add_url_rule(f"{RESOLUTION}/confirm", "confirm_resolution", resolutions.confirm, methods=POST)
bp.add_url_rule(f"{RESOLUTION}/withdraw", "withdraw_resolution", resolutions.withdraw,
                methods=POST)  # fmt: skip

acts.register_refusals(bp)
