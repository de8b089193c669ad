"""The devices of a catalogue as columns: what the demo market knows of each variant."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.demo_market.params import Depreciation
from valuation.domain.device import Category, Device

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DAYS_PER_YEAR = 365.25
MONTHS_PER_YEAR = 12.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Devices with a launch price and a first sale, in the order of their ids.

    ``device_model`` numbers the device models; days count from 1970-01-01. ``log_base`` is the log
    launch price in yuan of the device model's cheapest variant, ``log_premium`` how much dearer
    this one was launched; the doublings are of GB over the smallest of the device model.
    """

    devices: tuple[Device, ...]
    device_model: Ints
    apple: Bools
    phone: Bools
    first_day: Ints
    successor_day: Floats
    log_base: Floats
    log_premium: Floats
    storage_doublings: Floats
    ram_doublings: Floats
    budget_share: Floats
    brand_factor: Floats

    def __len__(self) -> int:
        return len(self.devices)


def make_fleet(*, devices: Sequence[Device], age: Depreciation) -> Fleet:
    """The fleet of the devices that can be simulated; the order they come in does not matter."""
    priced = _standard(filter(_can_be_simulated, devices))
    models = sorted({model_id(device) for device in priced})
    number = {model: i for i, model in enumerate(models)}
    device_model = np.array([number[model_id(device)] for device in priced], dtype=np.int64)
    launch = np.array([math.log(d.facts.launch_price_cny or 1) for d in priced])
    log_base = _least(launch, device_model)
    storage = _doublings([d.facts.storage_gb for d in priced], device_model)
    ram = _doublings([d.facts.ram_gb for d in priced], device_model)
    return Fleet(
        devices=tuple(priced),
        device_model=device_model,
        apple=np.array([d.brand == "apple" for d in priced], dtype=np.bool_),
        phone=np.array([d.category is Category.PHONE for d in priced], dtype=np.bool_),
        first_day=np.array([_first_day(d) for d in priced], dtype=np.int64),
        successor_day=np.array([_successor_day(d, age) for d in priced], dtype=np.float64),
        log_base=log_base,
        log_premium=_never_below_a_lesser(launch, storage, ram, device_model) - log_base,
        storage_doublings=storage,
        ram_doublings=ram,
        budget_share=_budget_share(log_base, age),
        brand_factor=np.array([age.brand_factor.get(d.brand, 1.0) for d in priced]),
    )


def model_id(device: Device) -> str:
    """``brand/family/device-model``, whether the device's slugs are paths already or not."""
    if "/" in device.device_model:
        return device.device_model
    return f"{device.brand}/{device.family.rsplit('/', 1)[-1]}/{device.device_model}"


def _can_be_simulated(device: Device) -> bool:
    return bool(device.facts.launch_price_cny) and device.facts.first_sale is not None


def _standard(devices: Iterable[Device]) -> list[Device]:
    """One device per device model, storage and RAM, in the order of ids.

    The sales file has no column for a version (cellular, us), so the standard one stands for all:
    its slug is the shortest, a version being a suffix.
    """
    by_memory: dict[tuple[str, float, float], Device] = {}
    for device in sorted(devices, key=lambda d: (model_id(d), len(d.variant), d.variant)):
        memory = (model_id(device), device.facts.storage_gb or 0.0, device.facts.ram_gb or 0.0)
        by_memory.setdefault(memory, device)
    return sorted(by_memory.values(), key=lambda d: (model_id(d), d.variant))


def _first_day(device: Device) -> int:
    return int(np.datetime64(device.facts.first_sale, "D").astype(np.int64))


def _successor_day(device: Device, age: Depreciation) -> float:
    """The day the drop begins: the successor's first sale, or the age that stands in for it."""
    if device.facts.successor_first_sale is not None:
        return float(np.datetime64(device.facts.successor_first_sale, "D").astype(np.int64))
    months = age.successor_assumed_months
    return _first_day(device) + months / MONTHS_PER_YEAR * DAYS_PER_YEAR


def _least(values: Floats, group: Ints) -> Floats:
    least = np.full(group.max(initial=-1) + 1, np.inf)
    np.minimum.at(least, group, values)
    return np.asarray(least[group], dtype=np.float64)


def _doublings(sizes_gb: Sequence[float | None], group: Ints) -> Floats:
    """Log2 over the smallest size of the device model; an unstated size counts as the smallest."""
    logs = np.array([math.log2(size) if size else np.inf for size in sizes_gb], dtype=np.float64)
    least = _least(logs, group)
    return np.where(np.isinf(logs), 0.0, logs - np.where(np.isinf(least), 0.0, least))


def _never_below_a_lesser(launch: Floats, storage: Floats, ram: Floats, group: Ints) -> Floats:
    """Launch prices raised to the dearest variant with no more storage and no more RAM.

    Lists have slips (a larger version listed cheaper), and the truth must be monotone in memory.
    """
    raised = launch.copy()
    for model in range(int(group.max(initial=-1)) + 1):
        rows = np.flatnonzero(group == model)
        lesser = (storage[rows] <= storage[rows, None]) & (ram[rows] <= ram[rows, None])
        raised[rows] = np.where(lesser, launch[rows], -np.inf).max(axis=1)
    return raised


def _budget_share(log_base: Floats, age: Depreciation) -> Floats:
    """1 where a device model depreciates like a budget one, 0 like a dear one."""
    low, high = math.log(age.budget_below_yuan), math.log(age.dear_from_yuan)
    return np.asarray(np.clip((high - log_base) / (high - low), 0.0, 1.0), dtype=np.float64)
