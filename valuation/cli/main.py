"""``tradein``: sub-commands are found by their registration and loaded only when they are called.

The training commands register from their own package, so this one never imports it; an install
without the training extra lists them and says what is missing when one is called.
"""

import sys
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

import click

from valuation.cli import common
from valuation.cli.failures import Failure
from valuation.version import VERSION

GROUP = "tradein.commands"
EXTRA = "pip install 'tradein[training]'"


class Commands(common.DiscreetGroup):
    """A group whose commands are entry points."""

    @cached_property
    def _registered(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=GROUP)}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click calls it
        return sorted(self._registered)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._registered:
            return None
        try:
            command = self._registered[cmd_name].load()
        except ModuleNotFoundError as error:
            missing = f"{cmd_name}: {error.name} is not installed; install the training extra"
            common.complain(Failure("training_missing", f"{missing}: {EXTRA}"))
            sys.exit(common.USAGE)
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is registered but is no command")
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="tradein")
def main() -> None:
    """Trade-in values of used phones: quotes that keep their promises.

    Exit status of every command: 0 done; 1 the answer is no (refused, referred, nothing found);
    2 what was given cannot be used. Under --json errors too are one JSON object, on standard
    error: code, message, to_do.
    """
