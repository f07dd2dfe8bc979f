"""`fund statements`: a year's statements of all donors, or of one, as PDF files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from fund_app import cli
from fund_app.queries import donations
from fund_app.services import statements as making
from fund_app.services import told_quarters

FIRST_YEAR, LAST_YEAR = 2000, 2999


@click.command()
@click.argument("year", type=click.IntRange(FIRST_YEAR, LAST_YEAR))
@click.option("--donor", help="One donor's reference; all donors of the year without it.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for the files; the present one without it.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer for programs, in minor units.")
def statements(year: int, donor: str | None, out: Path, as_json: bool) -> None:
    """Make the statements of YEAR, one file per donor, named by the donor's reference."""
    with cli.application().app_context():
        told_quarters.freeze()
        first = date(year, 1, 1)
        last = date(year, 12, 31)
        refs = (donor,) if donor else donations.donors_with_movements(first, last)
        made = [_make(ref, year, out) for ref in refs]
    if as_json:
        click.echo(json.dumps(made, indent=2))
        return
    click.echo(f"{len(made)} statements in {out.resolve()}")


def _make(ref: str, year: int, out: Path) -> dict[str, object]:
    donor = donations.donor_by_id(ref)
    if donor is None:
        raise click.ClickException("There is no donor with this reference.")
    found = making.of_year(donor, year)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = out / f"{donor.id}-{year}.pdf"
    path.write_bytes(making.as_pdf(found))
    path.chmod(0o600)
    net = {total.currency: total.net for total in found.totals}
    return {"donor": donor.id, "file": str(path), "net": net}
