"""The list of routes and who may open them, written for people to read in a change."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask

from config import ROOT
from fund_app.adapters.clock import SystemClock
from fund_app.views.access import Entry, inventory
from tests.support.application import running_app, test_settings
from tests.support.stores import SQLITE, Store

LIST = ROOT / "tests" / "contracts" / "routes.txt"


def described(app: Flask) -> list[str]:
    """Return one line per route: methods, path, who."""
    lines = {_line(entry) for entry in inventory(app)}
    return sorted(lines, key=lambda line: (line.split()[1], line))


def _line(entry: Entry) -> str:
    methods = ",".join(sorted(entry.methods - {"HEAD", "OPTIONS"}))
    if entry.rule is None:
        who = "NOBODY: no rule declared"
    elif entry.rule.is_public:
        who = "everybody"
    else:
        who = ", ".join(sorted(entry.rule.roles))
    again = " (confirmed)" if entry.is_confirmed else ""
    return f"{methods:9} {entry.path:60} {who}{again}"


def main() -> None:
    """Write the list."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = Store(SQLITE, f"sqlite:///{home}/data", f"sqlite:///{home}/keys")
        settings = test_settings(store, home, "smtp://127.0.0.1:9", {})
        with running_app(settings, SystemClock()) as app:
            lines = described(app)
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
