"""Whether the proof would notice: every way to lose or double something is a fault."""

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.databases import Databases, looking, unprotect
from tests.durability.books import faults_of, faults_of_all
from tests.durability.tills import QUOTES, STEPS, Asked, answer_of, ask, body_of
from tests.web.answers import make_body
from tests.web.conftest import installation
from tests.web.erasures import make_record
from tests.web.running import running
from valuation.settings import Settings

Sold = tuple[str, list[Asked]]
AGAIN = (
    "INSERT INTO events (quote_id, kind, actor, at, payload, position) "
    "SELECT quote_id, kind, actor, at, payload, 9 FROM events WHERE kind = 'accepted'"
)
ANOTHER = (
    "INSERT INTO quotes SELECT 'qt_another', 'AAA-AAAA', merchant, market, bundle, outcome, "
    "issued_at, valid_until, unit_digest, document, digest, mode FROM quotes LIMIT 1"
)


@pytest.fixture(scope="module")
def sold(models: Path, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Sold:
    """A database, and all that was asked: two quotes, one of them bought, sold, come back, sold."""
    url, folder = databases.fresh(), tmp_path_factory.mktemp("sold")
    settings = Settings.from_environment(installation(models, folder, url))
    with running(settings) as client:
        asked = [Asked(f"quote-{each}", QUOTES, make_body(), None) for each in (1, 2)]
        for each in asked:
            each.answer = answer_of(said := ask(client, each))
        told = said.json()
        for number, (what, body, leaves) in enumerate(STEPS):
            path = f"{QUOTES}/{told['id']}/{what}"
            # The service's clock is the tests'.
            sent = body_of(body, told) if body else make_record()
            step = Asked(f"step-{number}", path, sent, told["id"], leaves)
            step.answer = answer_of(ask(client, step))
            asked.append(step)
    return url, asked


def test_where_everything_is_there_once_there_is_no_fault(sold: Sold) -> None:
    url, asked = sold
    with looking(url) as connection:
        assert faults_of(connection, asked) + faults_of_all(connection, asked) == []


@pytest.mark.parametrize(
    ("damage", "noticed"),
    [
        ("DELETE FROM events WHERE kind = 'accepted'", "went ['received', 'inspected'"),
        ("UPDATE events SET position = 9 WHERE kind = 'accepted'", "a gap or a double"),
        (AGAIN, "'completed', 'accepted']"),
        ("UPDATE quotes SET document = '{}'", "was changed"),
        (ANOTHER, "there are 3 quotes, and 2 were asked for"),
        ("DELETE FROM answers WHERE key = 'step-0'", "no answer is kept under step-0"),
        ("UPDATE answers SET body = '{}' WHERE key = 'step-0'", "another answer is kept"),
        ("DELETE FROM impact_entries WHERE seq = 3", "entries end at 2"),
        ("DELETE FROM impact_entries", "has no entry of impact"),
        ("UPDATE impact_head SET seq = 2", "2 entries of impact, and 3 were earned"),
        ("UPDATE impact_entries SET counter = NOT counter WHERE seq = 2", "differ from its body"),
        ("DELETE FROM reservations", "was settled without a place"),
        ("UPDATE reservations SET position = 77 WHERE position = 1", "a place without its event"),
    ],
)
def test_what_is_lost_doubled_or_changed_is_a_fault(sold: Sold, damage: str, noticed: str) -> None:
    url, asked = sold
    with looking(url) as connection:  # it commits nothing, so each damage is the only one
        for table in ("quotes", "events", "impact_entries", "reservations"):
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
