"""The key that the first start makes."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.callers import make_merchant
from tests.fakes import NOON, FakeEntropy
from valuation.domain.people import Mode, Scope
from valuation.domain.tokens import digest_of
from valuation.people.first_key import first_key
from valuation.storage.engine import reading, writing
from valuation.storage.people import PeopleStore


def first(engine: Engine, file: Path, seed: int = 0) -> bool:
    entropy = FakeEntropy(count=seed)
    return first_key(engine, file, merchant_id="default", now=NOON, entropy=entropy)


def test_the_first_start_makes_a_merchant_a_store_and_a_test_key(
    engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "var" / "demo.key"
    assert first(engine, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    token = file.read_text().strip()
    assert token.startswith("vk_test_")
    with reading(engine) as connection:
        people = PeopleStore(connection)
        key = people.key_by_digest(digest_of(token))
        assert [merchant.id for merchant in people.merchants()] == ["default"]
        assert len(people.stores()) == 1
    assert key is not None
    assert (key.mode, key.scopes) == (Mode.TEST, frozenset(Scope))


def test_the_second_start_finds_it_again(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "demo.key"
    first(engine, file)
    before = file.read_text()
    assert first(engine, file, seed=100)
    assert file.read_text() == before


def test_where_there_are_merchants_nothing_is_made(engine: Engine, tmp_path: Path) -> None:
    make_merchant(engine)
    assert not first(engine, tmp_path / "demo.key")
    assert list(tmp_path.glob("demo.key")) == []


def test_a_key_that_was_revoked_is_not_made_anew(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "demo.key"
    first(engine, file)
    with writing(engine) as connection:
        people = PeopleStore(connection)
        (key,) = people.keys(None)
        people.revoke_key(key.id, at=NOON)
    assert not first(engine, file, seed=100)


def test_a_file_of_another_database_is_replaced_on_a_new_one(
    engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "demo.key"
    file.write_text("vk_test_" + "0" * 64)
    assert first(engine, file)
    assert "0" * 64 not in file.read_text()


def test_a_key_that_cannot_be_kept_is_not_made(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="file"):
        first(engine, tmp_path / "file" / "demo.key")
    with reading(engine) as connection:
        assert PeopleStore(connection).merchants() == []
