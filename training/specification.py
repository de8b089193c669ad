"""What a market's sales can teach: the feature specification, frozen before anything is fitted."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from training.dataset import Dataset
from training.params import SpecificationRules
from valuation.domain.device import CATALOGUED, Category, Device, UnitState
from valuation.domain.questions import BEST, BY_ID, Known
from valuation.features import FACTS, FeatureSpecification, Floats

SEASON_FROM_DAYS = 360
TYPICAL = {"age_days": 730.0, "storage_gb": 128.0, "ram_gb": 6.0, "log_launch_price": 8.0}


def specification_of(
    dataset: Dataset,
    rules: SpecificationRules,
    *,
    serve: dict[str, str],
    devices: Sequence[Device],
    last_sale: float,
) -> FeatureSpecification:
    """Questions, context and vocabulary that the sales know well enough.

    ``serve`` is the context that quotes take by default; elsewhere the most frequent value.
    ``last_sale`` is the day number of the market's last sale, NaN where undated.
    """
    columns = dataset.columns
    known = {
        q: _known(q, levels, rules)
        for q, levels in columns.answers.items()
        if _taught(q, levels, rules)
    }
    context = {
        name: vocabulary
        for name, words in columns.context.items()
        if len(vocabulary := _frequent(words.tolist(), rules.least_context)) > 1
    }
    return FeatureSpecification(
        answers={question: _typical(columns.answers[question]) for question in known},
        context=context,
        default_context={
            name: serve.get(name) or _most_frequent(columns.context[name].tolist(), words)
            for name, words in context.items()
        },
        vocabulary={
            "brand": _frequent(columns.brand.tolist(), rules.least_context),
            "category": _categories(columns.category.tolist()),
            "device_model": _frequent(columns.device_model.tolist(), rules.least_code),
            "family": _frequent(columns.family.tolist(), rules.least_code),
            "unit_state": tuple(state.value for state in UnitState),
        },
        typical={name: _typical_fact(dataset, name) for name in FACTS},
        lowest={question: levels.lowest for question, levels in known.items() if levels.lowest},
        highest={q: levels.highest for q, levels in known.items() if levels.highest < BEST[q]},
        launch=_usual_launch(devices),
        ages_until=None if np.isnan(last_sale) else last_sale + rules.ages_days,
        dated=dataset.dated and float(np.ptp(dataset.sold_on)) >= SEASON_FROM_DAYS,
    )


def _categories(sold: list[str]) -> tuple[str, ...]:
    """The categories that can be priced: those sold, and of the catalogue's either with the other,
    whose devices it knows well enough."""
    known = set(sold) | (set(CATALOGUED) if set(sold) & set(CATALOGUED) else set())
    return tuple(category.value for category in Category if category in known)


def _taught(question: str, levels: Floats, rules: SpecificationRules) -> bool:
    known = levels[~np.isnan(levels)]
    below = int((known < BY_ID[question].best).sum())
    return below >= rules.least_answers and len(np.unique(known)) > 1 and BY_ID[question].priced


def _known(question: str, levels: Floats, rules: SpecificationRules) -> Known:
    """The levels that enough sales had; battery health is a scale, and is known throughout."""
    if BY_ID[question].percent:
        return Known(0, BEST[question])
    counts = [int((levels == level).sum()) for level in range(BEST[question] + 1)]
    least = min(rules.least_level, max(counts))
    enough = [level for level, count in enumerate(counts) if count >= least]
    return Known(enough[0], enough[-1])


def _typical(levels: Floats) -> float:
    return float(np.floor(np.nanmedian(levels)))


def _typical_fact(dataset: Dataset, name: str) -> float:
    columns = dataset.columns
    values = {
        "age_days": columns.as_of - columns.first_sale,
        "log_launch_price": np.log(columns.launch_price_cny),
    }.get(name)
    if values is None:
        values = getattr(columns, name)
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else TYPICAL.get(name, 0.0)


def _usual_launch(devices: Sequence[Device]) -> dict[str, float]:
    """The median ln launch price of each family and brand in the catalogue."""
    logs: dict[str, list[float]] = defaultdict(list)
    seen = {d.device_model: d for d in devices if d.facts.launch_price_cny}
    for device in seen.values():
        for slug in (device.brand, device.family):
            logs[slug].append(float(np.log(device.facts.launch_price_cny or 1)))
    return {slug: round(float(np.median(values)), 6) for slug, values in sorted(logs.items())}


def _frequent(words: list[str | None], least: int) -> tuple[str, ...]:
    counts = Counter(word for word in words if word is not None)
    return tuple(sorted(word for word, count in counts.items() if count >= least))


def _most_frequent(words: list[str | None], among: tuple[str, ...]) -> str:
    counts = Counter(word for word in words if word in among)
    return min(counts, key=lambda word: (-counts[word], str(word))) or ""
