"""What a bank tells of a payment file (ISO 20022 pain.002), and what follows for each line.

A report is the bank's word on what it took, never a booking: money has left when the statement
shows it. Whatever the statement has shown by then stands, whatever a report says afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

ACCEPTED = frozenset({"ACCP", "ACSP", "ACSC", "ACCC", "ACWC"})
"""Codes by which a bank takes a payment on (external payment transaction status codes)."""
REJECTED = "RJCT"
WAITING = frozenset({"ACTC", "ACFC", "RCVD", "PDNG", "PART"})
"""Codes that settle nothing: received, sound, being worked on, or some lines so and some so."""
CODES = frozenset({*ACCEPTED, REJECTED, *WAITING})
NO_REASON = "MS03"
"""The code for a reason the bank does not give."""


class ReportRefused(Exception):
    """A report that is not taken, and nothing of it; `code` says why, `names` the numbers in it."""

    def __init__(self, code: str, names: Collection[str] = ()) -> None:
        """Keep the stable code, and references of files or payments; never names of people."""
        super().__init__(code)
        self.code, self.names = code, tuple(names)


@dataclass(frozen=True, slots=True)
class LineStatus:
    """What is told of one payment: its end-to-end reference, a status code, a reason code."""

    reference: str
    status: str
    reason: str = NO_REASON


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What is told of one file: its number, a status for all of it ("": none), single lines."""

    file_number: str
    status: str
    lines: tuple[LineStatus, ...] = ()


class Following(StrEnum):
    """What follows for one line of a file."""

    SENT = "sent"
    FAILED = "failed"
    WAITS_AGAIN = "waits_again"
    NOTED = "noted"
    KNOWN = "known"
    CONTRADICTS = "contradicts"


DOING = frozenset({Following.SENT, Following.FAILED, Following.WAITS_AGAIN})
"""What changes a payment."""

OPEN = frozenset({"exported", "unknown"})
BACK = frozenset({"failed", "reissued", "cancelled"})


def follows(told: str, *, is_whole_file: bool, state: str, answer: str | None) -> Following:
    """Return what follows from a status for a payment in a state.

    is_whole_file: told of the file only, not of the line. answer: what the line's own file
    record says by now. Of a file that was refused as a whole nothing left, so its payments wait
    again; a line refused by itself has failed, since it would be refused again as it stands.
    """
    is_taken_back = answer == "taken_back"
    if told in ACCEPTED:
        if is_taken_back or state in BACK:
            return Following.CONTRADICTS
        return Following.SENT if state in OPEN else Following.KNOWN
    if told == REJECTED:
        return _refused(state, is_whole_file=is_whole_file, is_taken_back=is_taken_back)
    return Following.NOTED


def _refused(state: str, *, is_whole_file: bool, is_taken_back: bool) -> Following:
    if is_taken_back or state in BACK:
        return Following.KNOWN
    if state in OPEN:
        return Following.WAITS_AGAIN if is_whole_file else Following.FAILED
    return Following.FAILED if state == "sent" else Following.CONTRADICTS
