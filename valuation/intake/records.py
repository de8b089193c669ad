"""What a line of a sales or stock file says, in the project's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from valuation.domain.device import Category, Device, UnitState
from valuation.domain.market import Market
from valuation.domain.money import Money
from valuation.domain.outside import outside_device


@dataclass(frozen=True, slots=True)
class DeviceWords:
    """The device as the file names it; memory in GB, launch price in whole yuan (CNY).

    ``version`` is a regional or radio version as the catalogue spells it (``cellular``, ``us``).
    ``device_kind`` is of an appliance (``washing-machine``), ``weight_g`` what the device weighs.
    """

    brand: str | None
    model: str
    storage_gb: float | None = None
    ram_gb: float | None = None
    version: str | None = None
    category: Category | None = None
    launch_price_cny: int | None = None
    device_kind: str | None = None
    weight_g: float | None = None


def stated_device(words: DeviceWords) -> Device:
    """The device of these words where the catalogue does not hold it."""
    return outside_device(
        brand=words.brand, model=words.model, category=words.category, kind=words.device_kind,
        storage_gb=words.storage_gb, ram_gb=words.ram_gb, weight_g=words.weight_g,
        launch_price_cny=words.launch_price_cny,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file; what the line does not say stays absent.

    ``answers`` holds levels of the question registry. ``context`` holds channel, region, buyer
    and the extra columns that the mapping names. ``line`` counts from 1, the header included.
    ``record_id`` is the file's own identifier of the line, ``seller`` groups lines of one hand.
    """

    line: int
    record_id: str | None
    words: DeviceWords
    market: Market | None
    price: Money | None
    sold_on: date | None
    unit_state: UnitState
    answers: Mapping[str, int]
    context: Mapping[str, str]
    seller: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that cannot be read as a record: where, and what would be accepted."""

    line: int
    record_id: str | None
    column: str | None
    code: str
    message: str
    raw: Mapping[str, str]
