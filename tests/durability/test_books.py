"""Whether the proof would notice: every way to lose or double something is a fault."""

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.databases import Databases, looking, unprotect
from tests.durability.books import faults_of, faults_of_all
from tests.durability.tills import QUOTES, Asked, answer_of, ask
from tests.web.answers import make_body
from tests.web.conftest import installation
from tests.web.running import running
from valuation.settings import Settings

Sold = tuple[str, list[Asked]]
AGAIN = (
    "INSERT INTO events (quote_id, kind, actor, at, payload, position) "
    "SELECT quote_id, kind, actor, at, payload, 2 FROM events WHERE kind = 'accepted'"
)
ANOTHER = (
    "INSERT INTO quotes SELECT 'qt_another', 'AAA-AAAA', merchant, market, bundle, outcome, "
    "issued_at, valid_until, unit_digest, document, digest, mode FROM quotes LIMIT 1"
)


@pytest.fixture(scope="module")
def sold(models: Path, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Sold:
    """A database, and all that was asked: two quotes, one of them accepted."""
    url, folder = databases.fresh(), tmp_path_factory.mktemp("sold")
    settings = Settings.from_environment(installation(models, folder, url))
    with running(settings) as client:
        asked = [Asked(f"quote-{each}", QUOTES, make_body(), None) for each in (1, 2)]
        for each in asked:
            each.answer = answer_of(said := ask(client, each))
        quote = said.json()["id"]
        step = Asked("step", f"{QUOTES}/{quote}/steps", {"step": "accept"}, quote)
        step.answer = answer_of(ask(client, step))
    return url, [*asked, step]


def test_where_everything_is_there_once_there_is_no_fault(sold: Sold) -> None:
    url, asked = sold
    with looking(url) as connection:
        assert faults_of(connection, asked) + faults_of_all(connection, asked) == []


@pytest.mark.parametrize(
    ("damage", "noticed"),
    [
        ("DELETE FROM events WHERE kind = 'accepted'", "went []"),
        ("UPDATE events SET position = 2 WHERE kind = 'accepted'", "a gap or a double"),
        (AGAIN, "went ['accepted', 'accepted']"),
        ("UPDATE quotes SET document = '{}'", "was changed"),
        (ANOTHER, "there are 3 quotes, and 2 were asked for"),
        ("DELETE FROM answers WHERE key = 'step'", "no answer is kept under step"),
        ("UPDATE answers SET body = '{}' WHERE key = 'step'", "another answer is kept"),
    ],
)
def test_what_is_lost_doubled_or_changed_is_a_fault(sold: Sold, damage: str, noticed: str) -> None:
    url, asked = sold
    with looking(url) as connection:  # it commits nothing, so each damage is the only one
        for table in ("quotes", "events"):
            for change in ("update", "delete"):
                unprotect(connection, table, change)
        connection.execute(text(damage))
        faults = faults_of(connection, asked) + faults_of_all(connection, asked)
    assert noticed in " ".join(faults)


def test_a_request_that_was_refused_or_never_answered_is_a_fault(sold: Sold) -> None:
    url, asked = sold
    silent = Asked("silent", QUOTES, {}, None)
    with looking(url) as connection:
        assert faults_of(connection, [*asked, silent]) == ["silent was answered None"]
