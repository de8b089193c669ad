"""Single-use codes in the database: one holder at a time, used once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from tests.storage.test_quotes import make_stored
from valuation.storage.codes import CodeHeld, CodeMove, CodeStore, Fate, StoredCode
from valuation.storage.engine import reading, writing
from valuation.storage.quotes import QuoteStore

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
DIGEST = "c" * 64


@pytest.fixture
def quotes(engine: Engine) -> list[str]:
    """A code, and two quotes that want it."""
    stored = [make_stored(number, code=f"AAA-{number:04d}") for number in (1, 2)]
    with writing(engine) as connection:
        QuoteStore(connection).add(*stored)
        CodeStore(connection).add([StoredCode(DIGEST, "demo", NOW)])
    return [each.id for each in stored]


def move(engine: Engine, quote: str, fate: Fate, instead_of: str | None = None) -> StoredCode:
    with writing(engine) as connection:
        CodeStore(connection).move(CodeMove(DIGEST, quote, fate, NOW, instead_of))
    with reading(engine) as connection:
        return CodeStore(connection).of([DIGEST])[DIGEST]


def test_a_code_has_one_holder_until_it_is_free(engine: Engine, quotes: list[str]) -> None:
    one, two = quotes
    assert move(engine, one, Fate.HELD).holder == one
    assert move(engine, one, Fate.HELD).holder == one
    with pytest.raises(CodeHeld):
        move(engine, two, Fate.HELD)
    assert move(engine, two, Fate.FREE).holder == one, "who holds nothing frees nothing"
    assert move(engine, one, Fate.FREE).holder is None
    assert move(engine, two, Fate.HELD).holder == two


def test_a_holder_that_has_ended_is_followed_by_who_names_it(
    engine: Engine, quotes: list[str]
) -> None:
    one, two = quotes
    move(engine, one, Fate.HELD)
    assert move(engine, two, Fate.HELD, instead_of=one).holder == two
    with pytest.raises(CodeHeld):
        move(engine, one, Fate.USED)


def test_a_used_code_stays_used(engine: Engine, quotes: list[str]) -> None:
    one, two = quotes
    move(engine, one, Fate.HELD)
    assert move(engine, one, Fate.USED).used_at == NOW
    for quote, fate in ((two, Fate.HELD), (one, Fate.USED)):
        with pytest.raises(CodeHeld):
            move(engine, quote, fate, instead_of=one)
    assert move(engine, one, Fate.FREE).used_at == NOW
    with reading(engine) as connection:
        assert CodeStore(connection).counts() == {"demo": (1, 0, 1)}


def test_a_code_is_made_once(engine: Engine, quotes: list[str]) -> None:
    assert quotes
    with pytest.raises(IntegrityError), writing(engine) as connection:
        CodeStore(connection).add([StoredCode(DIGEST, "other", NOW)])
