"""Keys of the unit digests: rotated, retired, destroyed."""

import pytest

from tests.fakes import NOON
from valuation.domain.unit_keys import (
    BYTES,
    KeyDestroyed,
    NoSuchUnitKey,
    RingUnsound,
    UnitKey,
    UnitKeyInUse,
    UnitKeys,
    first_key,
    key_id_of,
)

FIRST, SECOND, THIRD = (bytes([number]) * BYTES for number in (1, 2, 3))
IMEI = "490154203237518"
RING = first_key(FIRST).rotated(SECOND, now=NOON)


def test_a_unit_names_its_key_unless_that_is_the_first() -> None:
    assert first_key(FIRST).unit("imei", IMEI).key_id is None
    assert RING.unit("imei", IMEI).key_id == key_id_of(SECOND) == RING.current.id


def test_a_device_is_recognised_under_every_key_of_the_ring() -> None:
    before, after = first_key(FIRST).unit("imei", IMEI), RING.unit("imei", IMEI)
    latest = RING.rotated(THIRD, now=NOON)
    assert latest.digests(IMEI)[1:] == (after.digest, before.digest)
    assert latest.unit("imei", IMEI, like=before) == before
    assert latest.unit("imei", IMEI, like=after) == after
    assert latest.unit("imei", IMEI).digest not in (before.digest, after.digest)


def test_under_a_destroyed_key_nothing_is_recognised_or_compared() -> None:
    before = first_key(FIRST).unit("imei", IMEI)
    ring = RING.without(key_id_of(FIRST))
    assert before.digest not in ring.digests(IMEI)
    with pytest.raises(KeyDestroyed):
        ring.unit("imei", IMEI, like=before)
    assert ring.unit("imei", IMEI) == RING.unit("imei", IMEI), "it still names its key"


def test_the_steady_key_is_the_oldest_that_there_is() -> None:
    assert RING.steady.secret == FIRST
    assert RING.without(key_id_of(FIRST)).steady.secret == SECOND


def test_the_key_in_use_is_never_destroyed_nor_one_that_is_not_there() -> None:
    with pytest.raises(UnitKeyInUse, match="rotate first"):
        RING.without(key_id_of(SECOND))
    with pytest.raises(NoSuchUnitKey):
        RING.without("0" * 16)


def test_no_key_is_printed() -> None:
    assert FIRST.hex() not in f"{RING!r} {RING.current!r} {RING.keys}"
    assert repr(FIRST) not in f"{RING!r} {RING.current!r} {RING.keys}"


@pytest.mark.parametrize(
    "keys",
    [
        (),
        (UnitKey(key_id_of(FIRST), FIRST, None, NOON),),
        (UnitKey(key_id_of(FIRST), None, None),),
        (UnitKey(key_id_of(FIRST), FIRST, None), UnitKey(key_id_of(SECOND), SECOND, NOON)),
        (UnitKey(key_id_of(SECOND), FIRST, None),),
        (UnitKey(key_id_of(b"short"), b"short", None),),
        (UnitKey(key_id_of(FIRST), FIRST, None, NOON), UnitKey(key_id_of(FIRST), FIRST, NOON)),
    ],
)
def test_keys_that_do_not_belong_together_are_no_ring(keys: tuple[UnitKey, ...]) -> None:
    with pytest.raises(RingUnsound):
        UnitKeys(keys)
