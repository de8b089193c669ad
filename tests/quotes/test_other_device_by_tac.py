"""A name that contradicts the IMEI, where a TAC table was imported."""

from dataclasses import replace

import pytest

from tests.quotes.telling import IMEI, IPHONE, Till
from valuation.catalogue.tac import TacTable
from valuation.quotes.quoting import OtherDeviceByTac
from valuation.shop import Shop
from valuation.web.errors import problem_of

OTHER_IMEI = "356938035643809"


def test_a_name_that_contradicts_the_imei_is_refused_and_both_devices_are_named(
    shop: Shop,
) -> None:
    other = "apple/iphone/iphone-12"
    known = replace(shop, tacs=TacTable({IMEI[:8]: other}), _desks={})
    with pytest.raises(OtherDeviceByTac) as refused:
        Till(known).quote(IPHONE, imei=IMEI)
    problem = problem_of(refused.value)
    assert (problem.status, problem.code) == (422, "other_device_by_tac")
    assert "iPhone 13" in problem.detail
    assert "iPhone 12" in problem.detail
    assert IMEI not in problem.detail
    for imei in (OTHER_IMEI, None):
        assert Till(known).quote(IPHONE, imei=imei)["outcome"] == "offer"


@pytest.mark.parametrize("by_tac", ["apple/iphone/iphone-13", "a/device/that-is-gone"])
def test_the_same_device_and_an_entry_that_the_catalogue_lost_contradict_nothing(
    shop: Shop, by_tac: str
) -> None:
    known = replace(shop, tacs=TacTable({IMEI[:8]: by_tac}), _desks={})
    assert Till(known).quote(IPHONE, imei=IMEI)["outcome"] == "offer"
