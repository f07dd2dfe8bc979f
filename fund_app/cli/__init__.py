"""The `fund` command. Each module beside this one is one sub-command of the same name."""

from __future__ import annotations

import importlib
import logging
import os
import pkgutil

import click
from flask import Flask

import config

NO_KEYSTORE = (
    "FUND_KEYSTORE_URL: there is no keystore. Run 'fund init' for a new installation;"
    " in an old one restore it from its backup first."
)


class Commands(click.Group):
    """Sub-commands found by module name and imported only when one is asked for.

    The module `verify_erasure.py` holds the command `verify_erasure`, typed as
    `fund verify-erasure`.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click hands it in)
        """Return the names of all sub-commands."""
        modules = (found.name for found in pkgutil.iter_modules(__path__))
        return sorted(name.replace("_", "-") for name in modules if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one sub-command; None when there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(importlib.import_module(f"{__name__}.{name}"), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"fund_app/cli/{name}.py must hold a click command named {name}")
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the sub-command; a refused configuration is a sentence, not a traceback."""
        try:
            return super().invoke(ctx)
        except config.ConfigurationError as refused:
            raise click.ClickException(str(refused)) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run and look after a solidarity fund."""
    silence_libraries()


def silence_libraries() -> None:
    """Keep what libraries log from standard error: they quote the words they stumble over."""
    logging.getLogger().addHandler(logging.NullHandler())


def settings() -> config.Settings:
    """Read the settings from the environment; raises ConfigurationError with a sentence."""
    return config.from_environment(os.environ)


def application() -> Flask:
    """Make the application for a command that needs one.

    Raises ConfigurationError where the keystore was never made or is gone: without it nothing
    that people confided could be read, and what is written now would be lost.
    """
    from fund_app import create_app  # noqa: PLC0415 (slow; many commands do without)

    chosen = settings()
    file = config.sqlite_file(chosen.keystore_url)
    if file is not None and not file.exists():
        raise config.ConfigurationError(NO_KEYSTORE)
    app = create_app(chosen)
    if app.extensions["fund.keystore"].schema_version() is None:
        raise config.ConfigurationError(NO_KEYSTORE)
    return app
