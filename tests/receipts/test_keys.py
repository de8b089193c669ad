"""The key ring: made once, rotated, never overwritten, told to others without its secrets."""

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.fakes import NOON
from tests.receipts.making import make_envelope, make_ring, make_signer
from valuation.receipts.key_folder import (
    LOCK,
    RING,
    KeyRingBusy,
    NoKeyRing,
    holds_private,
    open_signer,
    read_ring,
    rotate,
)
from valuation.receipts.keys import KeyRingDamaged, RotationRefused, read_public_ring
from valuation.receipts.signing import Signer
from valuation.receipts.verifying import Authentic, verify

LATER = NOON + timedelta(days=1)


def seed(number: int) -> bytes:
    return bytes([number]) * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var" / "receipt-keys"


def opened(folder: Path, number: int = 1) -> Signer:
    return open_signer(folder, now=NOON, seed=seed(number))


def rotated(folder: Path, number: int = 2) -> Signer:
    rotate(folder, now=LATER, seed=seed(number))
    return open_signer(folder, now=LATER, seed=seed(99))


def test_the_first_key_is_made_once_for_its_owner_alone(folder: Path) -> None:
    first = opened(folder)
    assert opened(folder, 2).key_id == first.key_id
    file = folder / f"{first.key_id}.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} == {file.name, RING, LOCK}


def test_of_starting_workers_one_makes_the_key_and_all_read_it(folder: Path) -> None:
    with ThreadPoolExecutor(8) as workers:
        found = list(workers.map(lambda number: opened(folder, number).key_id, range(8)))
    assert len(set(found)) == 1
    assert len(list(folder.glob("*.pem"))) == 1


def test_old_receipts_verify_after_a_rotation_and_new_ones_have_the_new_key(folder: Path) -> None:
    old, new = opened(folder), rotated(folder)
    assert old.key_id != new.key_id
    ring = read_ring(folder)
    for signer, issued_at in ((old, NOON), (new, NOON), (new, LATER)):
        data = make_envelope(signer=signer, issued_at=issued_at).to_json()
        assert isinstance(verify(data, ring), Authentic)


def test_a_rotation_dates_both_keys(folder: Path) -> None:
    opened(folder)
    rotated(folder)
    old, new = read_ring(folder).keys
    assert (old.valid_from, old.retired) == (NOON, LATER)
    assert (new.valid_from, new.retired) == (LATER, None)


def test_a_rotation_may_make_the_first_key(folder: Path) -> None:
    ring = rotate(folder, now=NOON, seed=seed(3))
    assert [key.id for key in ring.keys] == [make_signer(3).key_id]


def test_a_rotation_leaves_the_old_private_key_as_it_was(folder: Path) -> None:
    file = folder / f"{opened(folder).key_id}.pem"
    before = file.read_bytes()
    rotated(folder)
    assert file.read_bytes() == before


def test_a_key_file_is_never_overwritten(folder: Path) -> None:
    opened(folder)
    file = folder / f"{make_signer(2).key_id}.pem"
    file.write_text("another's")
    with pytest.raises(KeyRingDamaged, match="not replaced"):
        rotate(folder, now=LATER, seed=seed(2))
    assert file.read_text() == "another's"
    assert len(read_ring(folder).keys) == 1
    assert not list(folder.glob(".draft*"))


def test_a_clock_that_went_back_rotates_nothing(folder: Path) -> None:
    opened(folder)
    with pytest.raises(RotationRefused, match="clock"):
        rotate(folder, now=NOON, seed=seed(2))
    assert len(list(folder.glob("*.pem"))) == 1


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\n"])
def test_a_damaged_private_key_is_not_replaced(folder: Path, text: str) -> None:
    file = folder / f"{opened(folder).key_id}.pem"
    file.write_text(text)
    with pytest.raises(KeyRingDamaged, match="restore it from a backup"):
        opened(folder, 2)
    assert file.read_text() == text


def test_another_keys_file_under_this_ones_name_does_not_sign(folder: Path) -> None:
    first, second = opened(folder), rotated(folder)
    one, other = (folder / f"{signer.key_id}.pem" for signer in (first, second))
    other.write_bytes(one.read_bytes())
    with pytest.raises(KeyRingDamaged, match="another key"):
        opened(folder)


def test_a_lost_private_key_is_said_and_a_rotation_goes_on(folder: Path) -> None:
    key = opened(folder)
    (folder / f"{key.key_id}.pem").unlink()
    with pytest.raises(KeyRingDamaged, match="rotate"):
        opened(folder, 2)
    assert rotated(folder).key_id == make_signer(2).key_id
    assert [holds_private(folder, each) for each in read_ring(folder).keys] == [False, True]


@pytest.mark.parametrize("text", ["", "{}", "[]", "no JSON", '{"keys": []}', '{"keys": ["a"]}'])
def test_a_damaged_ring_makes_no_new_key(folder: Path, text: str) -> None:
    opened(folder)
    (folder / RING).write_text(text)
    for act in (opened, rotated, read_ring):
        with pytest.raises(KeyRingDamaged, match="restore it from a backup"):
            act(folder)
    assert len(list(folder.glob("*.pem"))) == 1


def test_the_key_that_was_made_when_the_power_went_is_taken_up(folder: Path) -> None:
    first = opened(folder)
    (folder / RING).unlink()
    assert opened(folder, 2).key_id == first.key_id


def test_a_lost_ring_of_several_keys_makes_no_new_one(folder: Path) -> None:
    opened(folder)
    rotated(folder)
    (folder / RING).unlink()
    with pytest.raises(KeyRingDamaged, match="restore it from a backup"):
        opened(folder, 3)


def test_no_ring_is_said_and_none_is_made_by_reading(folder: Path) -> None:
    with pytest.raises(NoKeyRing):
        read_ring(folder)
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(KeyRingDamaged, match="var"):
        opened(tmp_path / "var" / "keys")


def test_who_waits_too_long_for_another_process_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valuation.receipts.key_folder.WAIT_SECONDS", 0)
    opened(folder)
    with FileLock(folder / LOCK), pytest.raises(KeyRingBusy):
        rotated(folder)


def test_the_public_ring_holds_no_secret(folder: Path) -> None:
    opened(folder)
    rotated(folder)
    told = json.loads(read_ring(folder).to_json())
    assert set(told) == {"schema", "current", "keys"}
    for entry in told["keys"]:
        assert set(entry) == {"key_id", "public_key", "valid_from", "retired"}
    assert "private" not in repr(opened(folder)).lower()


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda ring: ring.update(schema="tradein-receipt-keys/2"),
        lambda ring: ring.update(current=ring["keys"][0]["key_id"]),
        lambda ring: ring.update(keys=[]),
        lambda ring: ring["keys"].reverse(),
        lambda ring: ring["keys"][0].update(retired=None),
        lambda ring: ring["keys"][1].update(retired="2026-12-01T00:00:00Z"),
        lambda ring: ring["keys"][0].update(valid_from="2026-01-01T00:00:00"),
        lambda ring: ring["keys"][0].update(key_id=ring["keys"][1]["key_id"]),
        lambda ring: ring["keys"][0].update(public_key="AAAA"),
        lambda ring: ring["keys"][0].update(public_key="?"),
        lambda ring: ring["keys"][0].pop("retired"),
    ],
)
def test_a_ring_that_contradicts_itself_is_refused(change: Change) -> None:
    told = json.loads(make_ring(make_signer(1), make_signer(2)).to_json())
    change(told)
    with pytest.raises(KeyRingDamaged):
        read_public_ring(json.dumps(told).encode())
