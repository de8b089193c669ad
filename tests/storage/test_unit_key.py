"""The keys of the unit digests."""

import hashlib
import hmac
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes import NOON
from valuation.domain.unit_keys import BYTES, UnitKeys
from valuation.storage.unit_key import (
    UnitKeyDamaged,
    change_unit_keys,
    open_unit_keys,
    read_unit_keys,
)

FIRST, SECOND = b"1" * BYTES, b"2" * BYTES


def rotate(file: Path, secret: bytes = SECOND) -> UnitKeys:
    return change_unit_keys(file, lambda ring: ring.rotated(secret, now=NOON))


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "unit.key"
    ring = open_unit_keys(file, entropy=FIRST)()
    assert ring.current.secret == FIRST
    assert open_unit_keys(file, entropy=SECOND)() == ring
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["unit.key"]


def test_a_key_file_of_32_bytes_digests_as_it_always_did(tmp_path: Path) -> None:
    file = tmp_path / "unit.key"
    file.write_bytes(FIRST)
    unit = read_unit_keys(file).unit("imei", "490154203237518")
    assert unit.digest == hmac.new(FIRST, b"490154203237518", hashlib.sha256).hexdigest()
    assert (unit.last4, unit.key_id) == ("7518", None)


def test_a_key_of_another_length_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "unit.key"
    file.write_bytes(b"short")
    with pytest.raises(UnitKeyDamaged, match="restore it from a backup"):
        open_unit_keys(file, entropy=FIRST)
    with pytest.raises(UnitKeyDamaged, match="restore it from a backup"):
        rotate(file)
    assert file.read_bytes() == b"short"


def test_a_key_that_cannot_be_made_says_where(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(UnitKeyDamaged, match="var"):
        open_unit_keys(tmp_path / "var" / "unit.key", entropy=FIRST)


def test_a_rotation_is_seen_without_a_restart_and_the_old_key_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "unit.key"
    keys = open_unit_keys(file, entropy=FIRST)
    (old,) = keys().digests("490154203237518")
    ring = rotate(file)
    assert keys() == read_unit_keys(file) == ring
    assert keys().digests("490154203237518")[1:] == (old,)
    assert [key.retired for key in keys().keys] == [NOON, None]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-40],
        lambda text: text.replace(SECOND.hex(), FIRST.hex()),
        lambda text: text.replace('"schema": 1', '"schema": 2'),
        lambda text: text.replace(SECOND.hex(), "2" * 62),
    ],
)
def test_a_damaged_ring_is_refused_and_repeats_no_key(tmp_path: Path, damage: object) -> None:
    file = tmp_path / "unit.key"
    open_unit_keys(file, entropy=FIRST)
    rotate(file)
    file.write_text(damage(file.read_text()))  # type: ignore[operator]  # a function of text
    with pytest.raises(UnitKeyDamaged, match="no ring of keys") as refusal:
        read_unit_keys(file)
    assert FIRST.hex()[:20] not in str(refusal.value)


def test_a_running_service_goes_on_with_the_keys_that_it_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "unit.key"
    keys = open_unit_keys(file, entropy=FIRST)
    ring = keys()
    file.write_bytes(b"nothing")
    with caplog.at_level(logging.ERROR):
        assert keys() is keys() is ring
    assert len(caplog.records) == 1
    file.unlink()
    assert keys() is ring


def test_of_rotations_at_once_none_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "unit.key"
    open_unit_keys(file, entropy=FIRST)
    secrets = [bytes([number]) * BYTES for number in range(10, 18)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda secret: rotate(file, secret), secrets))
    found = {key.secret for key in read_unit_keys(file).keys}
    assert found == {FIRST, *secrets}


def test_a_destroyed_key_is_gone_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "unit.key"
    open_unit_keys(file, entropy=FIRST)
    old = rotate(file).keys[0]
    change_unit_keys(file, lambda ring: ring.without(old.id))
    assert FIRST.hex() not in file.read_text()
    ring = read_unit_keys(file)
    assert ring.keys[0].secret is None
    assert ring.keys[0].retired == NOON < NOON + timedelta(seconds=1)
    assert len(ring.digests("490154203237518")) == 1
