"""What the training commands share: settings, markets by name, the commit, errors in one line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from valuation.domain.market import Market
from valuation.price_model.champions import ModelStore
from valuation.settings import Settings, SettingsRefused

REFUSED = 1  # the command ran and the answer is no
USAGE = 2  # the command could not run: what was given is wrong


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
        click.echo(f"tradein: {error}", err=True)
        sys.exit(USAGE)


def store() -> ModelStore:
    """The model store of the settings."""
    return ModelStore(settings().models_dir)


@contextmanager
def one_line(*kinds: type[Exception]) -> Iterator[None]:
    """Errors of these kinds end the command with one line and status 2."""
    try:
        yield
    except kinds as error:
        click.echo(f"tradein: {error}", err=True)
        sys.exit(USAGE)


def now() -> datetime:
    """The present moment: the commands are the edge where the clock is read."""
    return datetime.now(UTC)


def commit() -> str:
    """The commit of the code that runs, ``+changes`` where it was edited since, or ``unknown``."""
    here = Path(__file__).parent

    def git(*arguments: str) -> str:
        run = subprocess.run(
            ["git", "-C", str(here), *arguments],  # noqa: S607 -- whichever git is on the path
            capture_output=True,
            text=True,
            check=False,
        )
        return run.stdout.strip() if run.returncode == 0 else ""

    try:
        head = git("rev-parse", "HEAD")
        changed = head and git("status", "--porcelain", "--untracked-files=no")
    except OSError:
        return "unknown"
    return f"{head}+changes" if changed else head or "unknown"
