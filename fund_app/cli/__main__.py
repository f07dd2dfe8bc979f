"""Run `fund` as `python -m fund_app.cli`."""

from __future__ import annotations

from fund_app.cli import main

main(prog_name="fund")
