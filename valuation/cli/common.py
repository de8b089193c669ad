"""What the commands share: settings, exit statuses, errors in one line that repeat no IMEI."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, NoReturn

import click

from valuation.domain.market import Market
from valuation.domain.redaction import redacted
from valuation.settings import Settings, SettingsRefused

REFUSED = 1  # the command ran and the answer is no
USAGE = 2  # what was given cannot be used


class Discreet(click.Command):
    """A command whose usage errors do not repeat an IMEI that was typed in the wrong place."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        """The context of a call; click.UsageError with nothing in it that names a unit."""
        with discreet():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, likewise."""
        with discreet():
            return super().invoke(ctx)


class DiscreetGroup(click.Group):
    """A group of such commands."""

    command_class = Discreet

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a name that is none is not repeated where it could be an IMEI."""
        with discreet():
            return super().invoke(ctx)


@contextmanager
def discreet() -> Iterator[None]:
    """Usage errors without anything that names a unit."""
    try:
        yield
    except click.UsageError as error:
        raise OneLine(redacted(error.format_message()), error.ctx) from None


class OneLine(click.UsageError):
    """A usage error told in one line."""

    def show(self, file: IO[str] | None = None) -> None:
        """Say what cannot be used, and where to read what can."""
        help_ = f"; see {self.ctx.command_path} --help" if self.ctx else ""
        message = " ".join(self.format_message().split()).removesuffix(".")
        click.echo(f"tradein: {message}{help_}", file=file, err=True)


class MarketType(click.ParamType[Market]):
    """A market by its slug."""

    name = "market"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Market:
        if isinstance(value, Market):
            return value
        try:
            return Market.from_slug(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def settings() -> Settings:
    """The settings of the environment; exits with 2 where one is refused."""
    try:
        return Settings.from_environment(os.environ)
    except SettingsRefused as error:
        give_up(error)


@contextmanager
def one_line(kinds: Callable[[], tuple[type[Exception], ...]]) -> Iterator[None]:
    """Errors of these kinds end the command with one line and status 2.

    A callable, because to import their rooms costs what a command without errors need not pay.
    """
    try:
        yield
    except Exception as error:
        if not isinstance(error, kinds()):
            raise
        give_up(error)


def give_up(error: Exception | str) -> NoReturn:
    """End with one line on what cannot be used."""
    shown = " ".join(redacted(_said(error)).split())
    click.echo(f"tradein: {shown}", err=True)
    sys.exit(USAGE)


def now() -> datetime:
    """The present moment: the commands are the edge where the clock is read."""
    return datetime.now(UTC)


def echo_json(told: Mapping[str, object]) -> None:
    """One JSON object on a line of its own."""
    import orjson

    click.echo(orjson.dumps(told).decode())


def _said(error: Exception | str) -> str:
    if isinstance(error, OSError) and error.strerror:
        # The name alone: folders say more about the machine than about the fault.
        name = os.path.basename(str(error.filename)) if error.filename else ""
        return f"{name}: {error.strerror}" if name else error.strerror
    return str(error) or type(error).__name__
