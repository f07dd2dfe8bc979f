"""`fund rotate-keys`: the installation's secret, or the keys of every open case.

It may be killed at any point and run again: it goes on where it was, and until the end both
secrets open what they sealed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

import config
from fund_app import cli
from fund_app.adapters import secret_file
from fund_app.adapters.keystore_keys import DeploymentSecrets
from fund_app.services import factors, lasting_keys, rotation, sessions, vault
from fund_app.services.vault import deployment_secrets, keystore

BATCH = 250


@click.command("rotate-keys")
@click.option("--cases", is_flag=True, help="New data keys for every open case instead.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def rotate_keys(cases: bool, as_json: bool) -> None:
    """Replace the secret of this installation, or finish a rotation that was begun."""
    if cases:
        _rotate_cases(as_json=as_json)
        return
    path = config.secret_file(os.environ)
    is_new = _take_over(path)
    with cli.application().app_context():
        moved = rotation.reseal_votes()
        factors.reseal()
        sessions.store().rename()
        waiting = rotation.waiting()
        is_done = not is_new and not waiting.total
        if is_done:
            _finish(path)
    facts = {
        "votes_moved": moved, "staff": waiting.staff, "applicants": waiting.applicants,
        "donors": waiting.donors, "previous_needed": not is_done,
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(facts))
        return
    for sentence in _sentences(path, waiting, is_new=is_new, is_done=is_done):
        click.echo(sentence)


def _take_over(path: Path) -> bool:
    """Put a new secret in force; False where the rotation before this one is not over yet."""
    settings = cli.settings()
    is_begun = secret_file.next_of(path).exists()
    if settings.previous_secret is not None and not is_begun:
        return False
    mark = config.DEMO_MARK if settings.is_demo else b""
    following = DeploymentSecrets(secret_file.begin(path, mark))
    with cli.application().app_context():
        lasting_keys.carry_over(following)
        rotation.record("secret_rotated")
    secret_file.take_over(path)
    return True


def _finish(path: Path) -> None:
    """Forget the secret before this one, now that nothing is sealed under it."""
    keystore().drop_carried_keys(but=deployment_secrets().name)
    rotation.record("secret_forgotten")
    secret_file.forget_previous(path)


def _sentences(path: Path, waiting: rotation.Waiting, *, is_new: bool, is_done: bool) -> list[str]:
    previous = config.previous_secret_file(path)
    if is_done:
        return [f"Nothing needs the previous secret any more; {previous} is removed."]
    told = []
    if is_new:
        told.append(f"A new secret is in force: {path}. Now start fund serve and fund worker anew.")
    told.append(
        f"{previous} is still needed by {waiting.staff} of the staff, {waiting.applicants}"
        f" applicants and {waiting.donors} donors: each moves at the next sign-in."
    )
    told.append("Run this again from time to time; it removes the previous secret at the end.")
    return told


def _rotate_cases(*, as_json: bool) -> None:
    with cli.application().app_context():
        rotation.plan_case_keys()
        total = keystore().due_renewals()
        with click.progressbar(length=total, label="New keys", file=sys.stderr) as bar:
            while count := vault.renew_due(BATCH):
                bar.update(count)
        done = total - keystore().due_renewals()
        rotation.end_case_keys()
    if as_json:
        click.echo(json.dumps({"renewed": done}))
    else:
        click.echo(f"{done} compartments of open cases have a new key.")
