"""`fund bench`: the product measured beside its physical references, on this machine, now."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

import click

from fund_app.bench.catalogue import BENCHES
from fund_app.bench.installation import installed
from fund_app.bench.measuring import FULL, QUICK, SECOND, Figure, yardstick

ALL = "all"
MILLI = 1_000


@click.command()
@click.argument("name", required=False, type=click.Choice([*BENCHES, ALL]))
@click.option("--json", "as_json", is_flag=True, help="Answer for programs, in microseconds.")
@click.option("--quick", is_flag=True, help="Tiny sizes: whether it runs, not how fast.")
@click.option(
    "--postgres",
    is_flag=True,
    help="On PostgreSQL: FUND_DATABASE_URL's server, else one of its own.",
)
def bench(name: str | None, as_json: bool, quick: bool, postgres: bool) -> None:
    """Measure NAME in an installation of its own; without NAME, list what can be measured.

    FUND_DATABASE_URL naming a PostgreSQL server has the same effect as --postgres. Only
    databases made for the measurement are touched, and they are dropped again.
    """
    if name is None:
        _list(as_json=as_json)
        return
    postgres = postgres or os.environ.get("FUND_DATABASE_URL", "").startswith("postgresql")
    names = list(BENCHES) if name == ALL else [name]
    found = [_measure(each, quick=quick, postgres=postgres, aloud=not as_json) for each in names]
    if as_json:
        click.echo(json.dumps(found if name == ALL else found[0], indent=2))


def _list(*, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({each: _about(each) for each in BENCHES}, indent=2))
        return
    for each in BENCHES:
        click.echo(f"{each:<12} {_about(each)}")
    click.echo(f"{ALL:<12} All of these, one after the other.")


def _about(name: str) -> str:
    return (BENCHES[name].__doc__ or "").splitlines()[0]


def _measure(name: str, *, quick: bool, postgres: bool, aloud: bool) -> dict[str, Any]:
    figures, stick = [], yardstick()
    with installed(postgres=postgres) as site:
        if aloud:
            click.echo(f"{name} on {site.engine}, yardstick {_time(stick)}")
        for figure in BENCHES[name](site, QUICK if quick else FULL):
            figures.append(figure.as_mapping())
            if aloud:
                _print(figure)
        return {
            "bench": name,
            "engine": site.engine,
            "quick": quick,
            "on": datetime.now(UTC).date().isoformat(),
            "cores": os.cpu_count(),
            "yardstick_us": stick,
            "figures": figures,
        }


def _print(figure: Figure) -> None:
    sql = "" if figure.statements is None else f", {figure.statements} SQL"
    click.echo(f"  {figure.what}{sql}")
    for label, timing in (("ours", figure.ours), (figure.reference, figure.theirs)):
        parts = (
            f"p50 {_time(timing.p50_us)}",
            f"p99 {_time(timing.p99_us)}",
            f"CPU {_time(timing.cpu_us)}",
            f"{timing.per_second:,.0f}/s",
        )
        click.echo(f"    {', '.join(parts)}  ({label})")
    cpu = "" if figure.cpu_ratio is None else f", of CPU {figure.cpu_ratio:g}"
    click.echo(f"    ratio {figure.ratio:g}{cpu}")


def _time(micro: float) -> str:
    if micro >= SECOND:
        return f"{micro / SECOND:.2f} s"
    if micro >= MILLI:
        return f"{micro / MILLI:.2f} ms"
    return f"{micro:.2f} us"
