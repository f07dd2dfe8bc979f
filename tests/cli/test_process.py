"""What the fund's processes write to standard error: codes of their own, no library's words."""

from __future__ import annotations

import subprocess
import sys

import pytest

SPEAK = """
import logging
for name in ("mt940.models", "sqlalchemy.pool.impl", "weasyprint", "granian", "fund_app"):
    logging.getLogger(name).error("cannot read %s", "@a_name_in_a_file")
logging.getLogger("fund.web").error("request_failed error=ValueError")
"""
WEB = "from fund_app.cli._process import log_plainly; log_plainly()"
COMMAND = "from fund_app import cli; cli.main(['workflow', 'list'], standalone_mode=False)"


@pytest.mark.parametrize(("start", "codes"), [(WEB, 1), (COMMAND, 0)])
def test_libraries_say_nothing_of_what_they_read(start: str, codes: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", start + SPEAK], capture_output=True, text=True, check=True
    )
    assert "@a_name_in_a_file" not in done.stderr + done.stdout
    assert done.stderr.count("request_failed error=ValueError") == codes
