"""What an applicant or a donor may read about a case: seven neutral labels and no more."""

from __future__ import annotations

from enum import StrEnum


class PublicLabel(StrEnum):
    """The seven public labels; stable codes, words live in the translation catalogues.

    A seized phone must not tell more than these, so safety states have no label of their own.
    """

    RECEIVED = "received"
    BEING_CHECKED = "being_checked"
    NEED_FROM_YOU = "need_from_you"
    BEING_DECIDED = "being_decided"
    DECISION_READY = "decision_ready"
    PAYMENT_UNDER_WAY = "payment_under_way"
    CLOSED = "closed"


LABEL_TEXT = {
    PublicLabel.RECEIVED: "Received",
    PublicLabel.BEING_CHECKED: "Being checked",
    PublicLabel.NEED_FROM_YOU: "We need something from you",
    PublicLabel.BEING_DECIDED: "Being decided",
    PublicLabel.DECISION_READY: "Decision ready",
    PublicLabel.PAYMENT_UNDER_WAY: "Payment under way",
    PublicLabel.CLOSED: "Closed",
}
"""English words for generated documents; pages use the translation catalogues."""
