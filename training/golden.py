"""Golden intervals: sales priced in a batch by training, replayed one by one by whoever loads."""

from datetime import date, timedelta

import numpy as np

from training.dataset import Dataset
from valuation.domain.device import Device, UnitState
from valuation.features import EPOCH, day_number
from valuation.price_model.model import PriceModel

Golden = list[dict[str, object]]
ANY_DAY = date(2000, 1, 1)


def golden_intervals(
    *, model: PriceModel, dataset: Dataset, wanted: int, rng: np.random.Generator
) -> Golden:
    """Up to ``wanted`` sales with the log quantiles that they must always give."""
    usable = np.flatnonzero([_is_usable(dataset, row, model) for row in range(len(dataset))])
    picked = np.sort(rng.choice(usable, size=min(wanted, len(usable)), replace=False))
    taken = dataset.take(picked)
    logs = model.log_quantiles(taken.columns)
    return [_entry(taken, row, logs[row].tolist()) for row in range(len(taken))]


def _entry(dataset: Dataset, row: int, logs: list[float]) -> dict[str, object]:
    columns = dataset.columns
    levels = {q: int(v[row]) for q, v in sorted(columns.answers.items()) if not np.isnan(v[row])}
    context = {n: str(w[row]) for n, w in sorted(columns.context.items()) if w[row] is not None}
    day = columns.as_of[row]
    # A market without dates was taught nothing about age: any day gives the same price.
    as_of = ANY_DAY if np.isnan(day) else EPOCH + timedelta(days=int(day))
    return {
        "variant": columns.variant[row], "as_of": as_of.isoformat(), "levels": levels,
        "context": context, "logs": logs,
    }  # fmt: skip


def _is_usable(dataset: Dataset, row: int, model: PriceModel) -> bool:
    """A used device of the bundle's catalogue, with the catalogue's own facts."""
    columns = dataset.columns
    device = model.devices.get(str(columns.variant[row]))
    return (
        device is not None
        and columns.unit_state[row] == UnitState.USED.value
        and _same_facts(dataset, row, device)
    )


def _same_facts(dataset: Dataset, row: int, device: Device) -> bool:
    columns, facts = dataset.columns, device.facts
    expected = {
        "first_sale": day_number(facts.first_sale),
        "successor_first_sale": day_number(facts.successor_first_sale),
        "weight_g": facts.weight_g, "battery_mah": facts.battery_mah,
        "screen_in": facts.screen_in, "ram_gb": facts.ram_gb, "storage_gb": facts.storage_gb,
        "launch_price_cny": facts.launch_price_cny,
    }  # fmt: skip
    found = {name: getattr(columns, name)[row] for name in expected}
    return columns.category[row] == device.category.value and all(
        np.isnan(found[name]) if value is None else found[name] == value
        for name, value in expected.items()
    )
