"""What tests ask of a device: a source that does one thing, a list, a shop that asks them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.fakes import NOON
from valuation.catalogue.device_checks import Checking
from valuation.catalogue.identity import Identifier
from valuation.domain.device_checks import DeviceCheck, Listing, LockState
from valuation.shop import Shop

HEAD = "# source: Harbour police list\n# date: 2026-11-20\nidentifier,block_list,activation_lock\n"
OTHER_IMEI = "356938035643809"
MISSING = object()


@dataclass
class Fixed:
    """A source that does one thing whatever it is asked, and remembers how often it was."""

    does: Callable[[], DeviceCheck]
    asked: int = 0
    source: str = "a source"

    def check(self, identifier: Identifier, *, now: datetime) -> DeviceCheck:  # noqa: ARG002 -- as sources are asked
        self.asked += 1
        return self.does()


def says(block_list: str = "unknown", lock: str = "unknown") -> Fixed:
    check = DeviceCheck(
        block_list=Listing(block_list), activation_lock=LockState(lock), source="a source", at=NOON
    )
    return Fixed(lambda: check)


def asking(shop: Shop, source: Any, *, patience: float = 5.0) -> Shop:
    return replace(shop, checking=Checking(source, patience))
