"""Channels: the payment-safety matrix in force, the ways that are stopped, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.channels import ChannelChange, ChannelStop
from fund_app.models.disbursements import Disbursement
from workflows.channels import (
    CHANNELS,
    FROZEN_THERE,
    UNKNOWN,
    Cell,
    Matrix,
    Receipt,
    Verdict,
    matrix_of,
    received_in,
)
from workflows.countries import OTHER

COUNTRY = "receipt_country"
STATUS = "receipt_status"
"""The answers of block PAY that say where money is received and what is true for who gets it."""


@dataclass(frozen=True, slots=True)
class Way:
    """How an award is to travel: channel, digest of the sealed payee, group of countries."""

    channel: str
    payee_hash: str
    region: str = OTHER


def matrix(session: Session) -> Matrix:
    """Return the matrix in force: the base and every confirmed change, the newest on top."""
    statement = select(ChannelChange).where(ChannelChange.state == "confirmed")
    changes = session.scalars(statement.order_by(ChannelChange.version))
    return matrix_of(
        (
            (each.place, each.channel, each.person_status),
            Cell(Verdict(each.verdict), each.reason_code, each.version or 0),
        )
        for each in changes
    )


def _stopped(session: Session, region: str) -> frozenset[str]:
    statement = select(ChannelStop.channel).where(ChannelStop.state == "stopped")
    if region != UNKNOWN:
        statement = statement.where(ChannelStop.region == region)
    return frozenset(session.scalars(statement))


def verdicts(session: Session, receipt: Receipt) -> dict[str, Cell]:
    """Return what holds for each way, in the order of CHANNELS; a stop forbids."""
    stopped, words = _stopped(session, receipt.region), matrix(session)
    return {
        channel: Cell(Verdict.FORBIDDEN, FROZEN_THERE)
        if channel in stopped
        else words.judge(receipt, channel)
        for channel in CHANNELS
    }


def is_allowed(session: Session, receipt: Receipt, channel: str) -> bool:
    """Whether a way is known and not forbidden."""
    cell = verdicts(session, receipt).get(channel)
    return cell is not None and cell.verdict is not Verdict.FORBIDDEN


def told(details: Mapping[str, str], region: str | None) -> Receipt:
    """Return the receipt from opened answers of block PAY; `region` is the case's."""
    return received_in(details.get(COUNTRY), details.get(STATUS), region)


def kept(payment: Disbursement) -> Receipt:
    """Return what is known of a payment's receipt without a key: the group of countries."""
    return Receipt(payment.receipt_region)
