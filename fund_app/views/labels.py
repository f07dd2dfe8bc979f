"""What codes are called on pages. Codes are stable; these words live in the catalogues."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from workflows.roles import Role

ROLES = {
    Role.APPLICANT: _l("Applicant"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.REVIEWER: _l("Reviewer"),
    Role.CHAIR: _l("Chair of the panel"),
    Role.FINANCE_OFFICER: _l("Finance officer"),
    Role.TREASURER: _l("Treasurer"),
    Role.SECURITY_LEAD: _l("Security lead"),
    Role.BOARD_MEMBER: _l("Board member"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.DONOR: _l("Donor"),
    Role.SYSTEM: _l("The software"),
}

PURPOSES = {
    Role.APPLICANT: _l("Asks for help, comes back with seven words, follows the case."),
    Role.COORDINATOR: _l("Reads the queue by time left, checks, asks, opens the vote."),
    Role.REVIEWER: _l("Votes on a story without learning whose it is."),
    Role.FINANCE_OFFICER: _l("Plans and releases payments without reading the story."),
    Role.TREASURER: _l("Releases payments as the second person and keeps the books."),
    Role.DONOR: _l("Gives, and gets a statement to the cent, without an account."),
    Role.BOARD_MEMBER: _l("Agrees to large sums and sees the whole, never a person."),
    Role.AUDITOR: _l("Verifies the trail of every step and the ledger."),
    Role.ADMINISTRATOR: _l("Keeps accounts and the machine running, and can read no case."),
}

PROGRAMMES = {
    "emergency": _l("Emergency support"),
    "relocation": _l("Relocation"),
    "long_term": _l("Long-term support"),
}


def role(code: str) -> str:
    """Return what a role is called in the page's language."""
    return str(ROLES[Role(code)])


def programme(code: str) -> str:
    """Return what a programme is called in the page's language."""
    return str(PROGRAMMES[code])
