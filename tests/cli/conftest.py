"""The terminal with an installation of its own."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tests.web.conftest import installation

Run = Callable[..., Result]
NO_DATABASE = "none://what-opens-it-fails"


@pytest.fixture
def environment(models: Path, tmp_path: Path, database_url: str) -> dict[str, str]:
    """Variables of an installation in a folder of its own."""
    (tmp_path / "shop").mkdir()
    return installation(models, tmp_path / "shop", database_url)


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Runs a command of ``tradein`` in this process."""

    def runs(command: click.Command, *arguments: str) -> Result:
        answer = CliRunner().invoke(command, list(arguments), env=environment)
        assert answer.exception is None or isinstance(answer.exception, SystemExit)
        return answer

    return runs
