"""The contract for a second-hand sale: what a row of the sales Parquet holds.

All but price and device are optional, and an absent value stays absent. Levels are those of the
question registry; dates are days; memory in GB, weight in grams, launch price in whole yuan.
"""

from collections.abc import Sequence

import pandera.pandas as pa_checks
import pyarrow as pa

from training.matching import Matched
from valuation.domain.answers import ImpossibleAnswers, effective, observe
from valuation.domain.device import UnitState
from valuation.domain.questions import QUESTIONS
from valuation.intake.records import Record

FACTS = (
    "weight_g", "battery_mah", "screen_in", "ram_gb", "storage_gb", "launch_price_cny",
)  # fmt: skip
DAYS = ("first_sale", "successor_first_sale")
SLUGS = ("brand", "family", "device_model", "variant")

CONTRACT = pa_checks.DataFrameSchema(
    {
        "price": pa_checks.Column(int, pa_checks.Check.gt(0)),
        "variant": pa_checks.Column(str, pa_checks.Check.str_matches(r"^[^/]+(/[^/]+){3}$")),
        "unit_state": pa_checks.Column(str, pa_checks.Check.isin([s.value for s in UnitState])),
        "storage_gb": pa_checks.Column(float, pa_checks.Check.gt(0), nullable=True),
        "launch_price_cny": pa_checks.Column(float, pa_checks.Check.gt(0), nullable=True),
    }
)


def schema_of(context: Sequence[str]) -> pa.Schema:
    """The Parquet schema of a market's sales with these context columns."""
    words = pa.string()
    return pa.schema(
        [
            ("line", pa.int64()),
            ("record_id", words),
            ("raw_brand", words),
            ("raw_model", words),
            ("matched_by", words),
            ("in_catalogue", pa.bool_()),
            *((slug, words) for slug in SLUGS),
            ("name", words),
            ("category", words),
            *((day, pa.date32()) for day in DAYS),
            *((fact, pa.float64()) for fact in FACTS),
            ("price", pa.int64()),
            ("sold_on", pa.date32()),
            ("unit_state", words),
            ("seller", words),
            *((f"answer_{question.id}", pa.int16()) for question in QUESTIONS),
            *((f"context_{name}", words) for name in context),
        ]
    )


def row_of(record: Record, matched: Matched) -> dict[str, object]:
    """A record with its device as a row of the schema."""
    device, facts = matched.device, matched.device.facts
    return {
        "line": record.line,
        "record_id": record.record_id,
        "raw_brand": record.words.brand,
        "raw_model": record.words.model,
        "matched_by": matched.how,
        "in_catalogue": device.in_catalogue,
        **{slug: getattr(device, slug) for slug in SLUGS},
        "name": device.name,
        "category": device.category.value,
        **{day: getattr(facts, day) for day in DAYS},
        **{fact: _number(getattr(facts, fact)) for fact in FACTS},
        "price": record.price.amount if record.price else None,
        "sold_on": record.sold_on,
        "unit_state": record.unit_state.value,
        "seller": record.seller,
        **{f"answer_{question}": level for question, level in _levels(record, matched).items()},
        **{f"context_{name}": value for name, value in record.context.items()},
    }


def _levels(record: Record, matched: Matched) -> dict[str, int]:
    """What the answers say and settle; nothing is assumed of a sale."""
    category = matched.device.category
    try:
        levels, _ = observe(given=record.answers, category=category)
    except ImpossibleAnswers:
        # Sellers contradict themselves; the answer about the whole device counts.
        levels, _ = observe(given=record.answers, category=category, strict=False)
    return effective(levels)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
