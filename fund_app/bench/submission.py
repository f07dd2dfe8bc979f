"""An application from the first words to the queue: sealed, shared, sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.bench.installation import Installation
from fund_app.bench.measuring import Effort, Figure, race
from fund_app.bench.raw import BareRows, driver, inserts, recording, statements, transaction
from fund_app.extensions import db
from fund_app.models.sealed import DataKey, Place, seal_with
from fund_app.models.types import new_ref
from fund_app.services import cases, intake, vault
from fund_app.services.intake import FOR_COORDINATORS, OWN, AnswerText
from fund_app.services.transition import Request
from fund_app.services.vault import SignedIn
from workflows.roles import Role

LANGUAGE = "en"
FORM_VERSION = 1
STORY = "They came at six in the morning and asked for the telephones. " * 20
ANSWERS = {
    "for_whom": "self",
    "safe_now": "no",
    "deadline": "days",
    "language": "en",
    "channel": "portal",
    "country_now": "RU",
    "narrative": STORY,
    "need_most": "A lawyer, and a place to stay for two weeks.",
    "information_read": "yes",
    "processing_consent": "yes",
    "truth": "yes",
}
"""The eight questions an application needs, and the three ticks."""


def answers() -> list[AnswerText]:
    """Return what an applicant answers."""
    return [AnswerText(key, 0, "narrative", text) for key, text in ANSWERS.items()]


def begun(site: Installation) -> SignedIn:
    """Begin a draft and return its applicant."""
    del site  # the application context belongs to it
    entrant = intake.begin(LANGUAGE)
    ring = vault.ring_for(entrant.holder_id, entrant.private_key)
    return SignedIn(entrant.holder_id, frozenset({Role.APPLICANT}), ring)


def send(applicant: SignedIn) -> None:
    """Send a draft."""
    request = Request(new_ref())
    intake.submit(applicant, request, region="russia", form_version=FORM_VERSION)


def sent_application(site: Installation) -> str:
    """Carry one application through and return its id."""
    applicant = begun(site)
    intake.save(applicant, answers())
    send(applicant)
    case_id = cases.own(db.session(), applicant).id
    db.session.rollback()
    return case_id


def submit(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure a whole application beside its ciphers and rows alone.

    The codename is given at the end by a memory-hard function that is slow on purpose; it is
    left out.
    """
    effort = effort.share(3)
    with site.app.app_context():
        sent_application(site)
        with recording() as said:
            sent_application(site)

    def whole() -> None:
        with site.app.app_context():
            sent_application(site)

    with driver(site.settings.database_url) as connection:
        bare = _Bare(BareRows(connection), len(inserts(said)))
        yield race(
            "an application from first words to the queue",
            whole,
            f"{bare.wraps} wraps, {len(ANSWERS)} seals and the rows in three commits",
            bare.run,
            effort,
            statements=statements(said),
        )
    yield _last_press(site, effort)


def _last_press(site: Installation, effort: Effort) -> Figure:
    """Measure the press of the button alone, on drafts that are ready."""
    with site.app.app_context():
        ready = [_ready(site) for _ in range(effort.turns + 1)]
        with recording() as said:
            send(ready.pop())
        db.session.rollback()

    def press() -> None:
        with site.app.app_context():
            send(ready.pop())

    with driver(site.settings.database_url) as connection:
        rows = inserts(transaction(said))
        bare = _Bare(BareRows(connection, "bare_press"), len(rows), own=False)
        return race(
            "the press that sends it",
            press,
            f"{bare.wraps} wraps and the rows in two commits",
            bare.run,
            effort,
            statements=statements(said),
        )


def _ready(site: Installation) -> SignedIn:
    applicant = begun(site)
    intake.save(applicant, answers())
    return applicant


@dataclass
class _Bare:
    """The ciphers and the rows of an application, and nothing else."""

    table: BareRows
    rows: int
    own: bool = True
    readers: int = 3
    key: PrivateKey = field(default_factory=PrivateKey.generate)

    @property
    def wraps(self) -> int:
        """How many data keys are wrapped: the applicant's own, and each coordinator's."""
        return (len(OWN) if self.own else 0) + len(FOR_COORDINATORS) * self.readers

    def run(self) -> None:
        """Wrap, seal, and write as many rows."""
        public = self.key.public_key()
        wrapped = [public.wrap(bytes(32), b"info") for _ in range(self.wraps)]
        if self.own:
            self.table.add(wrapped[: len(OWN)])
            self.table.add([self._seal(text) for text in ANSWERS.values()])
        self.table.add(wrapped)
        self.table.add([bytes(200)] * self.rows)

    def _seal(self, text: str) -> bytes:
        place = Place("case", "narrative", "answer", "value_sealed", "row")
        return seal_with(DataKey(1, bytes(32)), place, text.encode())
