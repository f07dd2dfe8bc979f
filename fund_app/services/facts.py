"""Facts: what guards look at, each gathered under the lock when a guard first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Facts(Mapping[str, Any]):
    """A read-only mapping whose values are gathered once, and only if somebody looks.

    `given` is what the use case knows already; `gathered` says how to find the rest. A step
    whose guards read two facts costs the queries of two, not of forty.
    """

    def __init__(self, given: Mapping[str, Any], gathered: Mapping[str, Callable[[], Any]]) -> None:
        """Keep both; what is given wins over what would be gathered."""
        self._known = dict(given)
        self._gathered = gathered

    def __getitem__(self, key: str) -> Any:
        """Return a fact, gathering it at the first look."""
        if key not in self._known:
            self._known[key] = self._gathered[key]()
        return self._known[key]

    def __contains__(self, key: object) -> bool:
        """Whether the fact is known or can be gathered; gathers nothing."""
        return key in self._known or key in self._gathered

    def __iter__(self) -> Iterator[str]:
        """Name every fact there is."""
        return iter(self._known.keys() | self._gathered.keys())

    def __len__(self) -> int:
        """Count them."""
        return len(self._known.keys() | self._gathered.keys())
