"""What tests of every room share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Databases, SqliteFiles, keep_chosen, postgres
from tests.factories import make_bundle
from valuation.price_model import shelf
from valuation.price_model.trial import try_bundle


def pytest_addoption(parser: pytest.Parser) -> None:
    """On which database the tests run."""
    parser.addoption(
        "--database",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="the database of the tests; postgres runs those alone that use one",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose by the database."""
    keep_chosen(config, items)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with two tiny bundles, the first of them the champion; do not change it."""
    folder = tmp_path_factory.mktemp("models")
    make_bundle(folder, seed=7)
    make_bundle(folder, seed=8, promotion=None)
    return folder


@pytest.fixture(scope="session", autouse=True)
def tried_once() -> Iterator[None]:
    """A bundle is tried in a process of its own once, not by each of a thousand shops: it is named
    by its bytes, which are checked before every trial."""
    passed: set[str] = set()

    def once(folder: Path) -> None:
        if folder.name not in passed:
            try_bundle(folder)
            passed.add(folder.name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "try_bundle", once)
        yield


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """Databases of the kind that was asked for."""
    if request.config.getoption("database") == "sqlite":
        yield SqliteFiles(tmp_path_factory.mktemp("databases"))
        return
    with postgres() as server:
        yield server


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The address of a database of the test's own, without tables."""
    url = databases.fresh()
    yield url
    databases.take_back(url)
