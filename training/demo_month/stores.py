"""A shop for the month: a database of its own, a clock that is set, three stores with people."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from valuation.domain import people
from valuation.domain.market import Market
from valuation.domain.records import Actor, Role
from valuation.people.enrolling import Enrolment
from valuation.people.places import CLERK
from valuation.settings import Settings
from valuation.shop import Shop

MARKET = Market.from_slug("cn-cny-sold-demo")
MERCHANT = "Demo Phones"
# Two of the regions of the shipped demo facilities; the third store is on a campus.
STORES = (
    ("Harbour Street", "demo-east", None),
    ("North Gate", "demo-north", None),
    ("Library", "demo-east", "Demo University"),
)
PIN = "2580"  # nobody signs in


@dataclass
class Clock:
    """Stands until it is set."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Store:
    """Where a device is brought: the merchant's id, who serves, and who checks them."""

    merchant: str
    clerk: Actor
    manager: Actor


def settings_in(folder: Path, settings: Settings) -> Settings:
    """The same price models, and everything that is written down in a folder of its own; tables
    are the shipped ones."""
    return replace(
        settings,
        database_url=f"sqlite:///{folder / 'month.sqlite'}",
        unit_key_file=folder / "unit.key",
        receipt_keys=folder / "receipt-keys",
        tac_file=folder / "tac.csv",
        tables_dir=None,
        block_list=None,
        region=None,
        default_market=MARKET,
    )


def stores_of(shop: Shop, entropy: Callable[[int], bytes]) -> tuple[Store, ...]:
    """The stores, each with a clerk; a manager of the first is there for all."""
    enter = Enrolment(engine=shop.engine, now=shop.clock(), entropy=entropy)
    made = [
        enter.merchant(name=MERCHANT, store=name, region=region, campus=campus)
        for name, region, campus in STORES
    ]

    def actor(store: str, role: people.Role) -> Actor:
        entered = enter.clerk(store=store, name=f"Demo {role.value}", role=role, pin=PIN)
        return Actor(role=Role(role.value), id=f"{CLERK}{entered.id}")

    manager = actor(made[0][1].id, people.Role.MANAGER)
    return tuple(
        Store(merchant.id, actor(store.id, people.Role.CLERK), manager) for merchant, store in made
    )
