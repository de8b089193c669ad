"""What the commands share: settings, exit statuses, errors in one line that repeat no IMEI."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, NoReturn

import click

from valuation.cli.failures import USAGE_CODE, Failure, failure_of, plain
from valuation.domain.market import Market
from valuation.settings import Settings, SettingsRefused

REFUSED = 1  # the command ran and the answer is no
USAGE = 2  # what was given cannot be used

JSON_ASKED = "tradein.json"  # in the context's meta, which commands have from their group


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
        as_json = _asks_json(args)  # here, because a line that cannot be read has no context
        with _discreet(as_json=as_json):
            made = super().make_context(info_name, args, parent, **extra)
        made.meta[JSON_ASKED] = as_json
        return made

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, likewise."""
        with _discreet(as_json=_json_asked(ctx)):
            return super().invoke(ctx)


class DiscreetGroup(Discreet, click.Group):
    """A group of such commands; a name that is none of them is not repeated either."""

    command_class = Discreet


def _asks_json(args: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, its errors included."""
    options = args[: args.index("--")] if "--" in args else args
    return "--json" in options


def _json_asked(ctx: click.Context | None) -> bool:
    """Whether the command of a context was asked for JSON."""
    return ctx is not None and bool(ctx.meta.get(JSON_ASKED))


@contextmanager
def _discreet(*, as_json: bool) -> Iterator[None]:
    """Usage errors without anything that names a unit."""
    try:
        yield
    except click.UsageError as error:
        raise OneLine(error, as_json=as_json) from None


class OneLine(click.UsageError):
    """A usage error told in one line."""

    def __init__(self, error: click.UsageError, *, as_json: bool) -> None:
        super().__init__(plain(error.format_message()).removesuffix("."), error.ctx)
        self._as_json = as_json

    def show(self, file: IO[str] | None = None) -> None:
        """Say what cannot be used, and where to read what can."""
        failure = Failure(USAGE_CODE, self.format_message())
        if self._as_json:
            _echo_failure(failure, self.ctx)
            return
        help_ = f"; see {self.ctx.command_path} --help" if self.ctx else ""
        click.echo(f"tradein: {failure.message}{help_}", file=file, err=True)


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


@contextmanager
def no_or_unusable(
    no: Callable[[], tuple[type[Exception], ...]],
    unusable: Callable[[], tuple[type[Exception], ...]],
) -> Iterator[None]:
    """Errors that are an answer of no end with one line and status 1, unusable ones with 2."""
    with one_line(unusable):
        try:
            yield
        except Exception as error:
            if not isinstance(error, no()):
                raise
            complain(error)
            sys.exit(REFUSED)


def give_up(error: Exception) -> NoReturn:
    """End with what cannot be used."""
    complain(error)
    sys.exit(USAGE)


def complain(error: Exception | Failure) -> None:
    """Say on standard error what failed: a line, or one JSON object where JSON was asked for."""
    failure = error if isinstance(error, Failure) else failure_of(error)
    ctx = click.get_current_context(silent=True)
    if _json_asked(ctx):
        _echo_failure(failure, ctx)
    else:
        click.echo(f"tradein: {failure.message}", err=True)


def _echo_failure(failure: Failure, ctx: click.Context | None) -> None:
    """One JSON object on a line of standard error."""
    import orjson

    command = ctx.command_path if ctx else "tradein"
    click.echo(orjson.dumps(failure.told(command)).decode(), err=True)


def now() -> datetime:
    """The present moment: the commands are the edge where the clock is read."""
    return datetime.now(UTC)


def echo_json(told: Mapping[str, object]) -> None:
    """One JSON object on a line of its own."""
    import orjson

    click.echo(orjson.dumps(told).decode())
