"""Payout batches: released payments in one file for the bank, made by one, let go by another.

What stands in a file is frozen when it is made. The file leaves this house only after somebody
else has seen the names as the bank will read them; that it left is written down before it does,
so that after a crash nobody can take it for unsent (MONEY.md 3.5, ISO 20022 pain.001.001.09).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters import sepa
from fund_app.adapters.clock import now
from fund_app.adapters.sepa import FileRefused, Transfer
from fund_app.models.applications import Application
from fund_app.models.batches import PayoutBatch, PayoutLine
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import VIEWS, Event
from fund_app.models.sealed import CannotOpen, NoKey
from fund_app.services import (
    audit,
    batch_locks,
    brakes,
    disbursement_facts,
    looks,
    lot,
    payee_details,
)
from fund_app.services.disbursements import ALPHABET, fire, locked
from fund_app.services.payee_looks import PAYERS
from fund_app.services.transition import INTERNAL, Request, Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows import engine
from workflows.batches import MOST_LINES
from workflows.catalogue import workflow
from workflows.channels import IN_FILES
from workflows.engine import Refused
from workflows.roles import Role

CHAIN = "batch"
"""Chain of a file's own trail: prepared, released, handed over, answered, refused."""
OPENED = "payee_opened"
NUMBER_LENGTH = 12
ON_FILE = ("released", "handed_over", "answered")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A payment that could not stand in the file, and the code of why."""

    disbursement_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came of it: the file's batch (None: nothing was left to pay) and who stayed out."""

    batch_id: str | None
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line opened for somebody who makes payments: as it was written, as the bank reads it."""

    number: int
    reference: str
    amount: int
    written: str = field(repr=False)
    name: str = field(repr=False)
    iban: str = field(repr=False)


@dataclass(slots=True)
class _Ready:
    payment: Disbursement
    application: Application
    transfer: Transfer


def prepare(
    actor: SignedIn, payer: sepa.Account, payment_ids: Sequence[str], request: Request
) -> Prepared:
    """Freeze released payments in a file; each becomes `exported`.

    A payment that cannot stand in it is left out with the reason and stays as it was; the
    others are not touched by that. The very same request again returns the same batch. Looks
    into each case are recorded. Raises Refused (batch_too_long, wrong_role), FileRefused for the
    payer's own account, Unknown, brakes.Slowed, brakes.Stopped.
    """
    if len(set(payment_ids)) > MOST_LINES:
        raise Refused("batch_too_long", {"most": MOST_LINES})
    _require(actor, (Role.FINANCE_OFFICER,))
    with brakes.watched(actor), unit_of_work() as session:
        if request.id is not None and session.get(PayoutBatch, request.id) is not None:
            return Prepared(request.id)
        ready: list[_Ready] = []
        left_out: list[LeftOut] = []
        for payment_id in _in_order_of_locks(session, payment_ids):
            payment, application = locked(session, payment_id, INTERNAL)
            try:
                ready.append(_ready(session, actor, payment, application))
            except FileRefused as refused:
                left_out.append(LeftOut(payment_id, refused.code))
        if not ready:
            return Prepared(None, tuple(left_out))
        batch = _freeze(session, actor, payer, ready, request)
        return Prepared(batch.id, tuple(left_out))


def _in_order_of_locks(session: Session, payment_ids: Sequence[str]) -> list[str]:
    """Return the payments by case, so that two people never wait for each other in a ring."""
    statement = select(Disbursement.id).where(Disbursement.id.in_(set(payment_ids)))
    found = list(session.scalars(statement.order_by(Disbursement.application_id, Disbursement.id)))
    if len(found) != len(set(payment_ids)):
        raise Unknown("a payment of this list")
    return found


def _ready(
    session: Session, actor: SignedIn, payment: Disbursement, application: Application
) -> _Ready:
    """Return a payment with its line; FileRefused with the reason it cannot have one."""
    if payment.channel not in IN_FILES:
        raise FileRefused("other_way")
    _require_step(session, actor, payment, application)
    details = payee_details.opened(session, actor, application.id)
    if "payee_name" not in details or "payee_account" not in details:
        raise FileRefused("not_open")
    _write_down(session, actor, application.id)
    if not _is_as_signed(payment, details):
        raise FileRefused("details_changed")
    account = sepa.account_of(details["payee_name"], details["payee_account"])
    transfer = Transfer(account, payment.amount, payment.reference)
    sepa.require_payable(transfer, payment.currency)
    return _Ready(payment, application, transfer)


def _require_step(
    session: Session, actor: SignedIn, payment: Disbursement, application: Application
) -> None:
    """Ask the workflow beforehand, so that one refusal does not take the others with it."""
    definition = workflow(payment.workflow, payment.workflow_version)
    given = {"batch_frozen": True}
    facts = disbursement_facts.gather(session, payment, application, "export", actor, given=given)
    if facts["in_a_file"]:
        raise FileRefused("in_a_file")
    try:
        engine.fire(definition, payment, "export", actor, facts)
    except Refused as refused:
        known = {"details_changed", "on_hold"}
        raise FileRefused(next((c for c in refused.codes if c in known), "moved_on")) from None


def _is_as_signed(payment: Disbursement, details: dict[str, str]) -> bool:
    """Whether what is sealed now is what was signed, whichever way it was changed."""
    without_word = {key: text for key, text in details.items() if key != "confirmation_word"}
    return payment.payee_hash in {payee_details.digest(details), payee_details.digest(without_word)}


def _freeze(
    session: Session,
    actor: SignedIn,
    payer: sepa.Account,
    ready: Sequence[_Ready],
    request: Request,
) -> PayoutBatch:
    number, moment = lot.letters(ALPHABET, NUMBER_LENGTH), now()
    transfers = [one.transfer for one in ready]
    file = sepa.write(payer, transfers, number, moment, moment.date())
    batch = PayoutBatch(
        id=request.id,
        number=number,
        state="open",
        currency=sepa.CURRENCY,
        count=len(ready),
        control_sum=sum(transfer.amount for transfer in transfers),
        pay_on=moment.date(),
        sha256=hashlib.sha256(file.content).hexdigest(),
        head=file.head.decode(),
        tail=file.tail.decode(),
        created_by_id=actor.ref,
        created_at=moment,
    )
    session.add(batch)
    session.flush()
    for place, (one, content) in enumerate(zip(ready, file.payments, strict=True), start=1):
        line = PayoutLine(
            batch_id=batch.id,
            number=place,
            disbursement_id=one.payment.id,
            application_id=one.application.id,
            amount=one.payment.amount,
            end_to_end_id=one.payment.reference,
        )
        line.payment.seal(actor.ring, content)
        session.add(line)
    session.flush()
    batch.state = "prepared"
    session.flush()
    for one in ready:
        given = {"batch_frozen": True}
        fire(session, one.payment, one.application, "export", actor, INTERNAL, given)
    _record(session, batch, actor, "prepared")
    return batch


def show(actor: SignedIn, batch_id: str) -> list[ShownLine]:
    """Open the lines for somebody who makes payments, and record a look into each case.

    Raises Unknown, Refused (batch_not_open, batch_erased), brakes.Slowed, brakes.Stopped.
    """
    _require(actor, PAYERS)
    with brakes.watched(actor), unit_of_work() as session:
        batch = batch_locks.alone(session, batch_id)
        found = []
        for line, content in _opened(session, actor, batch):
            name, iban = sepa.name_in(content)
            details = payee_details.opened(session, actor, line.application_id)
            written = details.get("payee_name", "")
            found.append(
                ShownLine(line.number, line.end_to_end_id, line.amount, written, name, iban)
            )
        return found


def fingerprint(batch_id: str) -> str:
    """Return the SHA-256 of a file's bytes; raises Unknown."""
    with unit_of_work() as session:
        return batch_locks.alone(session, batch_id).sha256


def release(actor: SignedIn, batch_id: str, sha256: str) -> None:
    """Let a file go, as another person than who made it, who has seen its names.

    sha256: of the file as shown to them. Doing it twice changes nothing. Raises Unknown,
    Refused: own_batch, batch_moved_on, batch_line_moved_on, batch_not_seen, batch_differs.
    """
    _require(actor, PAYERS)
    with unit_of_work() as session:
        batch = batch_locks.alone(session, batch_id)
        if batch.state == "released" and batch.released_by_id == actor.ref:
            return
        _require_state(batch, "prepared")
        if batch.created_by_id == actor.ref:
            raise Refused("own_batch", {})
        if sha256 != batch.sha256:
            raise Refused("batch_differs", {})
        _require_whole(session, batch)
        _require_seen(session, actor, batch)
        batch.state, batch.released_by_id, batch.released_on = "released", actor.ref, now().date()
        _record(session, batch, actor, "released")


def refuse(actor: SignedIn, batch_id: str) -> None:
    """Refuse a file that has not left this house; its payments wait again to be sent.

    Doing it twice changes nothing. Raises Unknown, Refused (batch_moved_on).
    """
    _require(actor, PAYERS)
    with unit_of_work() as session:
        batch = batch_locks.take_batch(session, batch_id)
        if batch.state == "refused":
            return
        _require_state(batch, "prepared", "released")
        batch.state = "refused"
        session.flush()
        for line in batch.lines:
            payment, application = locked(session, line.disbursement_id, INTERNAL)
            if line.answer is None and payment.state == "exported":
                given = {"file_never_taken": True}
                fire(session, payment, application, "take_back", actor, INTERNAL, given)
        _record(session, batch, actor, "refused")


def hand_over(actor: SignedIn, batch_id: str) -> tuple[str, bytes]:
    """Return the released file's name and bytes, always the same ones.

    That it leaves is committed before it does: from then on its payments may be on their way,
    and only the bank's answer or a look-up says more. Raises Unknown, Refused: batch_moved_on,
    batch_line_moved_on, batch_differs, batch_not_open, batch_erased; brakes.Slowed, Stopped.
    """
    _require(actor, PAYERS)
    with brakes.watched(actor), unit_of_work() as session:
        batch = batch_locks.alone(session, batch_id)
        _require_state(batch, *ON_FILE)
        if batch.state == "released":
            _require_whole(session, batch)
        parts = [content for _line, content in _opened(session, actor, batch)]
        content = b"".join((batch.head.encode(), *parts, batch.tail.encode()))
        if hashlib.sha256(content).hexdigest() != batch.sha256:
            raise Refused("batch_differs", {})
        if batch.state == "released":
            batch.state, batch.handed_over_at = "handed_over", now()
        _record(session, batch, actor, "handed_over")
        name = f"{batch.number}.xml"
    return name, content


def _opened(
    session: Session, actor: SignedIn, batch: PayoutBatch
) -> Iterator[tuple[PayoutLine, bytes]]:
    actor.ring.preload([line.application_id for line in batch.lines])
    for line in batch.lines:
        _write_down(session, actor, line.application_id)
        try:
            yield line, line.payment.open_bytes(actor.ring)
        except NoKey:
            raise Refused("batch_not_open", {}) from None
        except CannotOpen:
            raise Refused("batch_erased", {}) from None


def _write_down(session: Session, actor: SignedIn, application_id: str) -> None:
    role = next(each for each in PAYERS if each in actor.roles)
    looks.write_down(session, actor, application_id, OPENED, role)


def _require(actor: SignedIn, roles: Sequence[Role]) -> None:
    if not actor.has_any(frozenset(roles)):
        raise Refused("wrong_role", {})


def _require_state(batch: PayoutBatch, *states: str) -> None:
    if batch.state not in states:
        raise Refused("batch_moved_on", {"state": batch.state})


def _require_whole(session: Session, batch: PayoutBatch) -> None:
    """Want every payment of the file to stand where it stood when the file was made."""
    statement = select(func.count()).where(
        Disbursement.id.in_([line.disbursement_id for line in batch.lines]),
        Disbursement.state == "exported",
    )
    standing = session.scalar(statement)
    if standing != batch.count or any(line.answer is not None for line in batch.lines):
        raise Refused("batch_line_moved_on", {})


def _require_seen(session: Session, actor: SignedIn, batch: PayoutBatch) -> None:
    cases = {line.application_id for line in batch.lines}
    statement = select(func.count(Event.subject_id.distinct())).where(
        Event.chain == VIEWS,
        Event.subject_id.in_(cases),
        Event.action == OPENED,
        Event.actor_ref == actor.ref,
        Event.at >= batch.created_at,
    )
    if session.scalar(statement) != len(cases):
        raise Refused("batch_not_seen", {})


def _record(session: Session, batch: PayoutBatch, actor: SignedIn, action: str) -> None:
    role = next((each for each in PAYERS if each in actor.roles), Role.FINANCE_OFFICER)
    audit.record(session, CHAIN, batch.id, action, actor=actor, role=role)
