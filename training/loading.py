"""A market's Parquet as a ``Dataset``."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training.dataset import Dataset
from valuation.domain.market import Market
from valuation.domain.money import exponent
from valuation.features import Columns, Floats, Words


class NotASalesFile(ValueError):
    """A Parquet file that the import did not write."""


def load_dataset(paths: Sequence[Path]) -> Dataset:
    """The sales of one or several imports of the same market, in order."""
    tables = [pq.read_table(path) for path in paths]
    markets = {_market(table, path) for table, path in zip(tables, paths, strict=True)}
    if len(markets) != 1:
        raise NotASalesFile(f"one market at a time: {sorted(m.slug for m in markets)}")
    table = pa.concat_tables(tables, promote_options="default")
    market = markets.pop()
    sold_on = _days(table, "sold_on")
    major = _floats(table, "price") / 10 ** exponent(market.currency)
    return Dataset(
        market=market,
        columns=_columns(table, sold_on),
        log_price=np.log(major),
        sold_on=sold_on,
        seller=_words(table, "seller"),
        in_catalogue=table["in_catalogue"].to_numpy(zero_copy_only=False).astype(bool),
        digest="+".join(path.stem for path in paths),
    )


def _columns(table: pa.Table, sold_on: Floats) -> Columns:
    named = {
        prefix: [name for name in table.column_names if name.startswith(prefix)]
        for prefix in ("answer_", "context_")
    }
    return Columns(
        as_of=sold_on,
        brand=_words(table, "brand"),
        family=_words(table, "family"),
        device_model=_words(table, "device_model"),
        variant=_words(table, "variant"),
        category=_words(table, "category"),
        unit_state=_words(table, "unit_state"),
        first_sale=_days(table, "first_sale"),
        successor_first_sale=_days(table, "successor_first_sale"),
        weight_g=_floats(table, "weight_g"),
        battery_mah=_floats(table, "battery_mah"),
        screen_in=_floats(table, "screen_in"),
        ram_gb=_floats(table, "ram_gb"),
        storage_gb=_floats(table, "storage_gb"),
        launch_price_cny=_floats(table, "launch_price_cny"),
        answers={name.removeprefix("answer_"): _floats(table, name) for name in named["answer_"]},
        context={name.removeprefix("context_"): _words(table, name) for name in named["context_"]},
    )


def _market(table: pa.Table, path: Path) -> Market:
    metadata = table.schema.metadata or {}
    if b"market" not in metadata:
        raise NotASalesFile(f"{path.name} names no market; import sales with `tradein train`")
    return Market.from_slug(metadata[b"market"].decode())


def _words(table: pa.Table, name: str) -> Words:
    return np.array(table[name].to_pylist(), dtype=object)


def _floats(table: pa.Table, name: str) -> Floats:
    values = table[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)


def _days(table: pa.Table, name: str) -> Floats:
    values = table[name].cast(pa.int32()).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)
