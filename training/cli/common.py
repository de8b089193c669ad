"""What the training commands share with those of the service, and the commit of the code."""

import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

from valuation.cli import common
from valuation.cli.common import REFUSED, USAGE, MarketType, complain, now, settings
from valuation.cli.failures import Failure
from valuation.price_model.champions import ModelStore

__all__ = [
    "REFUSED",
    "USAGE",
    "Failure",
    "MarketType",
    "commit",
    "complain",
    "now",
    "one_line",
    "settings",
    "store",
]


def store() -> ModelStore:
    """The model store of the settings."""
    return ModelStore(settings().models_dir)


def one_line(*kinds: type[Exception]) -> AbstractContextManager[None]:
    """Errors of these kinds end the command with one line and status 2."""
    return common.one_line(lambda: kinds)


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
