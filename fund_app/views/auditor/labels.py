"""What the ledger's and the trail's codes are called on pages."""

from __future__ import annotations

from types import MappingProxyType

from flask_babel import lazy_gettext as _l

KINDS = MappingProxyType(
    {
        "opening": _l("Opening balance"),
        "bank_gift": _l("Gift by bank"),
        "card_gift": _l("Gift by card"),
        "refund": _l("Refund"),
        "refund_failed": _l("Refund that did not arrive"),
        "dispute_opened": _l("Gift disputed"),
        "dispute_won": _l("Dispute won"),
        "dispute_lost": _l("Dispute lost"),
        "stripe_fee": _l("Card fee"),
        "stripe_unknown": _l("Unknown movement at the provider"),
        "stripe_payout": _l("Card money on its way to the bank"),
        "payout_failed": _l("Card money did not arrive"),
        "payout_arrived": _l("Card money at the bank"),
        "grant_approve": _l("Award promised"),
        "tranche_release": _l("Payment released"),
        "release_recalled": _l("Release taken back"),
        "bank_executed": _l("Payment executed by the bank"),
        "payment_returned": _l("Payment came back"),
        "bank_fee": _l("Bank fee"),
        "bank_unknown": _l("Line of the bank kept in suspense"),
        "bank_transfer": _l("Moved between our own accounts"),
        "exchange": _l("Exchanged between our own accounts"),
        "advance": _l("Advance to a partner"),
        "advance_settled": _l("Advance accounted for"),
        "write_off": _l("Written off"),
        "commitment_cancelled": _l("Promise taken back"),
        "fund_transfer": _l("Moved between funds"),
        "reversal": _l("Entry reversed"),
    }
)

EXPORTS = MappingProxyType(
    {
        "everything": _l("Everything, with a manifest of checksums (ZIP)"),
        "csv": _l("Journal as a table (CSV)"),
        "balances": _l("Balances as a table (CSV)"),
        "beancount": _l("Journal for beancount"),
        "hledger": _l("Journal for hledger"),
    }
)

DIFFERENCES = MappingProxyType(
    {
        "account_balance": _l("Balance of an account"),
        "fund_position": _l("Position of a fund"),
        "entry": _l("An entry does not balance"),
        "promises": _l("Promises and instalments"),
        "unsealed": _l("An entry without a seal"),
        "budget": _l("A budget line and what was charged to it"),
        "award": _l("An award and what its budget lines were charged"),
        "altered": _l("The content of an entry is not what was recorded"),
    }
)

TROUBLES = MappingProxyType(
    {
        "missing": _l("An event before it is missing."),
        "unchained": _l("It does not follow the event before it."),
        "changed": _l("Its content is not what was recorded."),
        "cut": _l("The chain should go on here and does not."),
        "rewritten": _l("It was rewritten after it was anchored."),
        "inserted": _l("It was slipped in after the day was anchored."),
        "anchor_missing": _l("The anchor of this day is gone."),
        "anchor_changed": _l("The anchor of this day is not what was published."),
        "anchor_unchained": _l("It does not name the anchor before it."),
    }
)

HOUSE = MappingProxyType(
    {
        "channel_change_proposed": _l("A change of the payment-safety matrix was proposed"),
        "channel_changed": _l("The payment-safety matrix was changed"),
        "hit_decision_proposed": _l("What a hit in an official list is was proposed"),
        "hit_decision_withdrawn": _l("A proposal about a hit in an official list was withdrawn"),
        "channel_change_withdrawn": _l("A proposed change of the matrix was withdrawn"),
        "channel_stopped": _l("A way to pay was stopped"),
        "channel_lift_proposed": _l("Opening a stopped way was proposed"),
        "channel_lift_withdrawn": _l("A proposal to open a stopped way was withdrawn"),
        "channel_lifted": _l("A stopped way was opened again"),
        "list_imported": _l("An official list was imported"),
        "person_added": _l("A person was taken on"),
        "role_granted": _l("A role was given"),
        "person_disabled": _l("Access was ended"),
        "change_proposed": _l("A change of people was proposed"),
        "change_withdrawn": _l("A proposed change of people was withdrawn"),
        "change_refused": _l("A signature under a change of people was refused"),
        "role_withdrawn": _l("A role was taken away"),
        "key_reset": _l("A lost passphrase led to a new, empty key"),
        "person_began": _l("A person set their passphrase"),
        "sharing_proposed": _l("Sharing keys with a colleague was proposed"),
        "sharing_withdrawn": _l("A proposal to share keys was withdrawn"),
        "keys_shared": _l("Keys were shared with a colleague"),
        "secret_rotated": _l("The installation's secret was replaced"),
        "secret_forgotten": _l("The previous secret was removed"),
        "case_keys_renewed": _l("Every open case got new keys"),
        "recovery_key_made": _l("A recovery key was made and split"),
        "recovery_decided": _l("Whether new cases go to the recovery key was decided"),
        "recovery_used": _l("The recovery key was put together"),
        "recovery_opened_case": _l("The recovery key opened a case"),
        "enrolment_offered": _l("A code for a first passkey was given out"),
        "enrolment_refused": _l("A first passkey was refused"),
        "passkey_enrolled": _l("A first passkey was made; all earlier ones ended"),
        "passkey_added": _l("A passkey was added"),
        "passkey_removed": _l("A passkey was removed"),
        "code_enrolled": _l("A first app for codes was set up; all earlier ones ended"),
        "code_added": _l("An app for codes was added"),
        "code_removed": _l("An app for codes was removed"),
        "passphrase_changed": _l("A passphrase was changed"),
        "sign_in_refused": _l("Signing in was refused"),
        "act_refused": _l("Somebody tried what their role does not allow"),
        "look_refused": _l("Somebody tried to open a case whose key they do not hold"),
        "confirmation_refused": _l("Somebody could not confirm that it is they"),
        "session_ended": _l("A session was ended from another one"),
        "sessions_ended": _l("All other sessions of a person were ended"),
        "requeue_job": _l("A job was tried again"),
        "in_kind_recorded": _l("A gift in kind was recorded"),
        "gift_counted": _l("A gift was counted towards a pledge"),
        "in_kind_struck": _l("A gift in kind was struck"),
        "resolution_proposed": _l("A resolution about a fund or a budget was proposed"),
        "resolution_confirmed": _l("A resolution about a fund or a budget was confirmed"),
        "resolution_withdrawn": _l("A proposed resolution about a fund or a budget was withdrawn"),
        "ledger_exported": _l("The ledger was exported"),
        "backup_made": _l("A backup was made"),
        "opening_proposed": _l("What lay in a bank account was proposed"),
        "opening_agreed": _l("What lay in a bank account was agreed to and booked"),
        "opening_withdrawn": _l("A proposal of what lay in a bank account was withdrawn"),
        "correction_proposed": _l("Reversing an entry was proposed"),
        "correction_agreed": _l("An entry was reversed by two people"),
        "correction_withdrawn": _l("A proposal to reverse an entry was withdrawn"),
        "bank_account_added": _l("A bank account was set up"),
        "bank_mapping_set": _l("How a bank's CSV is read was defined"),
        "bank_statement_imported": _l("A bank statement was imported"),
        "period_proposed": _l("Closing a period was proposed"),
        "period_closed": _l("A period was closed"),
        "period_opened": _l("A period was opened"),
        "period_divided": _l("An open period was divided"),
        "figure_proposed": _l("Publishing a figure was proposed"),
        "figure_confirmed": _l("Publishing a figure was signed by a second person"),
        "figure_refused": _l("A figure was refused by the disclosure check"),
        "figure_withdrawn": _l("A proposal to publish a figure was withdrawn"),
        "grant_proposed": _l("Publishing a single grant was proposed"),
        "grant_confirmed": _l("Publishing a single grant was signed by a second person"),
        "grant_declined": _l("A proposal to publish a single grant was withdrawn"),
        "grant_withdrawn": _l("A published grant was taken off"),
    }
)

CHAINS = MappingProxyType(
    {
        "emergency": _l("Case"),
        "ballot": _l("Vote"),
        "disbursement": _l("Payment"),
        "donation": _l("Gift"),
        "monthly_gift": _l("Monthly gift"),
        "pledge": _l("Pledge"),
        "receipt": _l("Tax receipt"),
        "view": _l("Looks into a case"),
        "unlock": _l("Names of a case"),
        "brake": _l("The insider brake"),
        "canary": _l("An invented case"),
        "house": _l("The house"),
        "erasure": _l("Erasure"),
        "anchor": _l("Anchor"),
        "bank": _l("Lines of the bank"),
    }
)

ORIGINS = MappingProxyType(
    {
        "person": _l("The person"),
        "staff": _l("Two people"),
        "retention": _l("Its time had passed"),
        "operator": _l("The operator"),
    }
)

DUE = MappingProxyType(
    {
        "payees": _l("Payees whose payments are accounted for"),
        "cases": _l("Cases whose time has passed"),
        "drafts": _l("Drafts nobody came back to"),
        "orphans": _l("Keys and files nobody refers to"),
        "held": _l("Waiting, on hold or kept longer"),
    }
)

RESULTS = MappingProxyType(
    {
        "approve": _l("Approved"),
        "approve_partially": _l("Approved in part"),
        "reject": _l("Refused"),
    }
)
