"""Holds: an overlay on a case that keeps its state.

A hold stops some clocks and forbids most actions; when it is lifted the case is where it was,
so nothing has to be remembered and a seized phone reads the same public label as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.labels import PublicLabel


class HoldKind(StrEnum):
    """The kinds of hold; stable codes."""

    INFO_REQUESTED = "info_requested"
    SUSPENDED_SECURITY = "suspended_security"
    PERSON_EVENT = "person_event_hold"


@dataclass(frozen=True, slots=True)
class Hold:
    """What one kind of hold does to one workflow.

    `pauses` are the clocks that stand still, `clocks` those that run because of the hold,
    `allows` the only actions that stay possible. Who may place and lift it is said by the
    steps that do. `public_label` is None where the label of the state must not change.
    """

    kind: HoldKind
    pauses: tuple[str, ...]
    allows: tuple[str, ...]
    clocks: tuple[str, ...] = ()
    public_label: PublicLabel | None = None

    def __post_init__(self) -> None:
        for name in ("pauses", "allows", "clocks"):
            if not isinstance(getattr(self, name), tuple):
                raise TypeError(f"{name} must be a tuple of names: is a comma missing?")
