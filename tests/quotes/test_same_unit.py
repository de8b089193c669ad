"""One device, quoted twice: at once, in several processes, under several keys, by a test key."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests.fakes import FakeClock
from tests.quotes.telling import IMEI, MERCHANT, Till, found
from valuation.domain.moves import Step
from valuation.domain.people import Mode
from valuation.domain.unit_keys import BYTES
from valuation.shop import Shop
from valuation.storage import tables
from valuation.storage.engine import make_engine, reading
from valuation.storage.quotes import QuoteNotFound
from valuation.storage.unit_key import change_unit_keys, open_unit_keys
from valuation.use_cases.living import held
from valuation.use_cases.looking_up import find
from valuation.use_cases.step_request import CannotReprice

TILLS = 20
OTHER_IMEI = "356938035643809"


def count(shop: Shop) -> int:
    with reading(shop.engine) as connection:
        return connection.execute(select(func.count()).select_from(tables.quotes)).scalar_one()


def rotate(shop: Shop, number: int = 9) -> None:
    secret = bytes([number]) * BYTES
    change_unit_keys(
        shop.settings.unit_key_file, lambda ring: ring.rotated(secret, now=shop.clock())
    )


@contextmanager
def processes(shop: Shop, number: int) -> Iterator[list[Shop]]:
    """The shop as several processes have it: each with connections and turns of its own."""
    shops = [replace(shop, engine=make_engine(shop.settings.database_url)) for _ in range(number)]
    yield shops
    for each in shops:
        each.engine.dispose()


def at_once(shops: list[Shop], imeis: list[str]) -> list[str]:
    """The ids that as many tills got as there are IMEIs, all asking at one moment."""
    barrier = Barrier(len(imeis))

    def ask(number: int) -> str:
        till = Till(shops[number % len(shops)])
        barrier.wait()
        return str(till.quote(imei=imeis[number])["id"])

    with ThreadPoolExecutor(len(imeis)) as threads:
        return list(threads.map(ask, range(len(imeis))))


@pytest.mark.parametrize("workers", [1, 4])
def test_of_twenty_first_requests_at_once_for_one_device_one_makes_the_quote(
    shop: Shop, workers: int
) -> None:
    Till(shop).quote()  # the desk is made
    with processes(shop, workers) as shops:
        ids = at_once(shops, [IMEI] * TILLS)
    assert len(set(ids)) == 1
    assert count(shop) == 2


def test_requests_at_once_for_two_devices_make_two_quotes(shop: Shop) -> None:
    Till(shop).quote()
    with processes(shop, 2) as shops:
        ids = at_once(shops, [IMEI, OTHER_IMEI] * (TILLS // 2))
    assert len(set(ids[::2])) == len(set(ids[1::2])) == 1
    assert count(shop) == 3


def test_a_process_with_the_new_key_finds_what_one_without_it_makes(shop: Shop) -> None:
    Till(shop).quote()
    old = open_unit_keys(shop.settings.unit_key_file, entropy=b"")()
    rotate(shop)
    with processes(shop, 2) as (late, early):
        late = replace(late, unit_keys=lambda: old, _desks={})  # type: ignore[arg-type]  # as the file is called
        first = Till(late).quote(imei=IMEI)
        assert Till(early).quote(imei=IMEI)["id"] == first["id"]


def test_a_device_quoted_under_the_old_key_is_recognised_after_a_rotation(shop: Shop) -> None:
    till = Till(shop)
    before = till.quote(imei=IMEI)
    rotate(shop)
    assert till.quote(imei=IMEI) == before
    new = till.quote(imei=OTHER_IMEI)
    units = [document["device"]["unit"] for document in (before, new)]  # type: ignore[index]
    assert "key_id" not in units[0]
    assert units[1]["key_id"] == shop.unit_keys().current.id
    rotate(shop, 10)
    assert till.quote(imei=OTHER_IMEI) == new


def test_a_destroyed_key_recognises_nothing_and_compares_nothing(shop: Shop) -> None:
    till = Till(shop)
    before = till.received(imei=IMEI)
    rotate(shop)
    first = shop.unit_keys().keys[0].id
    change_unit_keys(shop.settings.unit_key_file, lambda ring: ring.without(first))
    with pytest.raises(CannotReprice, match="was destroyed"):
        till.step(Step.INSPECT, identifier=IMEI)
    assert till.quote(imei=IMEI)["id"] != before.stored.id


def test_an_inspection_compares_under_the_key_of_its_quote(shop: Shop) -> None:
    till = Till(shop)
    till.received(imei=IMEI)
    rotate(shop)
    assert found(till.step(Step.INSPECT, identifier=IMEI))["lines"] == []
    till.received(imei=OTHER_IMEI)
    (line,) = found(till.step(Step.INSPECT, identifier=IMEI))["lines"]
    assert line["changes"][0]["reason"] == "unit_differs"


def test_an_accepted_quote_is_no_open_one(shop: Shop, clock: FakeClock) -> None:
    till = Till(shop)
    first = till.quote(imei=IMEI)
    clock.move(minutes=1)
    till.step(Step.ACCEPT)
    assert till.quote(imei=IMEI)["id"] != first["id"]


def test_a_test_quote_and_a_live_one_do_not_know_of_each_other(shop: Shop) -> None:
    live, tried = Till(shop), Till(shop, mode=Mode.TEST)
    ids = [str(till.quote(imei=IMEI)["id"]) for till in (tried, live, tried, live)]
    assert len(set(ids)) == 3
    assert ids[1] == ids[3]
    for mine, other in ((ids[0], Mode.LIVE), (ids[1], Mode.TEST)):
        with pytest.raises(QuoteNotFound):
            find(shop, mine, merchant=MERCHANT, mode=other)
        assert held(shop, mine, merchant=MERCHANT, mode=None).stored.id == mine
