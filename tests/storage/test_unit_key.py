"""The key of the unit digests."""

import stat
from pathlib import Path

import pytest

from valuation.storage.unit_key import BYTES, UnitKeyDamaged, unit_key


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "unit.key"
    key = unit_key(file, entropy=b"1" * BYTES)
    assert key == b"1" * BYTES
    assert unit_key(file, entropy=b"2" * BYTES) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["unit.key"]


def test_a_key_of_another_length_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "unit.key"
    file.write_bytes(b"short")
    with pytest.raises(UnitKeyDamaged, match="restore it from a backup"):
        unit_key(file, entropy=b"1" * BYTES)
    assert file.read_bytes() == b"short"


def test_a_key_that_cannot_be_made_says_where(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(UnitKeyDamaged, match="var"):
        unit_key(tmp_path / "var" / "unit.key", entropy=b"1" * BYTES)
