"""The terms of the ladder, with the signs that keep it monotone."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from training.dataset import Dataset
from training.params import SpecificationRules
from valuation.domain.questions import BY_ID
from valuation.features import FeatureSpecification, Floats
from valuation.ladder import Factor, Term, design_matrix
from valuation.price_model.calibration import CELL_CONTEXT

AGE_KNOTS = (0, 120, 240, 365, 545, 730, 1095, 1460, 2190, 3650)
SUPERSEDED_KNOTS = (0, 180, 365, 1095)
HEALTH_KNOTS = (0, 60, 70, 75, 80, 85, 90, 95, 100)
LEAST_ROWS = 10
# A flag that hardly any sale lacks says nothing of those that lack it: its term would carry away
# the level of every device without that fact.
LEAST_SHARE = 0.01
# Cheap phones lose value faster: a curve of age for cheap ones and one for dear ones, and what
# cost something between the two lies between the curves.
CHEAP, DEAR = float(np.log(1000)), float(np.log(8000))
TIERS = tuple(Factor("log_launch_price", kind, CHEAP, DEAR) for kind in ("low", "high"))
HAS_AGE = Factor("has_age_days", "linear")
RUNG_WORDS = ("brand", "family", "device_model")  # their rungs carry them


def starting_terms(
    dataset: Dataset, matrix: Floats, specification: FeatureSpecification, rules: SpecificationRules
) -> tuple[Term, ...]:
    """Terms without coefficients; those that no sale speaks of are left out."""
    terms = [
        *_launch(),
        *_ages(dataset, specification, rules),
        *_superseded(),
        Term((Factor("storage_gb", "log2"),), sign=1),
        Term((Factor("ram_gb", "log2"),), sign=1),
        *_categories(specification),
        *_answers(specification),
    ]
    if specification.dated:
        terms += [Term((Factor(name, "linear"),)) for name in ("season_sin", "season_cos")]
    return _spoken_of(terms, matrix, specification)


def _launch() -> list[Term]:
    has = Factor("has_log_launch_price", "linear")
    return [Term((has,)), Term((Factor("log_launch_price", "linear"),), sign=1)]


def _ages(
    dataset: Dataset, specification: FeatureSpecification, rules: SpecificationRules
) -> list[Term]:
    """A falling curve of age for each large brand, and one for all the others together."""
    brands = specification.vocabulary["brand"]
    large = [
        code
        for code, brand in enumerate(brands)
        if int((dataset.columns.brand == brand).sum()) >= rules.least_brand
    ]
    terms = [Term((HAS_AGE,))]
    for start, end in pairwise(AGE_KNOTS):
        ramp = Factor("age_days", "ramp", start, end)
        terms += [Term((ramp, tier), sign=-1) for tier in TIERS]
        terms += [Term((ramp, Factor("brand", "eq", code)), sign=-1) for code in large]
    return terms


def _superseded() -> list[Term]:
    terms = [Term((Factor("superseded", "linear"),), sign=-1)]
    return terms + [
        Term((Factor("days_superseded", "ramp", start, end),), sign=-1)
        for start, end in pairwise(SUPERSEDED_KNOTS)
    ]


def _categories(specification: FeatureSpecification) -> list[Term]:
    coded = {
        name: words for name, words in specification.vocabulary.items() if name not in RUNG_WORDS
    }
    coded |= {f"context_{name}": words for name, words in specification.context.items()}
    return [
        Term((Factor(name, "eq", code),))
        for name, words in coded.items()
        for code in range(len(words))
    ]


def _answers(specification: FeatureSpecification) -> list[Term]:
    """A step up at each better answer; ramps for battery health. More at some buyers than at
    others: one pays a third less for broken glass, another two thirds."""
    terms = []
    buyers = range(len(specification.context.get(CELL_CONTEXT, ())))
    each_buyer = [Factor(f"context_{CELL_CONTEXT}", "eq", code) for code in buyers]
    for question_id in specification.answers:
        question, column = BY_ID[question_id], f"answer_{question_id}"
        if question.percent:
            factors = [Factor(column, "ramp", a, b) for a, b in pairwise(HEALTH_KNOTS)]
        else:
            factors = [Factor(column, "ge", level) for level in range(1, question.best + 1)]
        terms += [Term((factor,), sign=1) for factor in factors]
        terms += [Term((factor, buyer), sign=1) for factor in factors for buyer in each_buyer]
    return terms


def _spoken_of(
    terms: Sequence[Term], matrix: Floats, specification: FeatureSpecification
) -> tuple[Term, ...]:
    """The terms in which enough sales differ for a coefficient to mean something; battery health
    keeps its whole scale."""
    design = design_matrix(matrix, specification, terms)
    differing = (design != np.median(design, axis=0)).sum(axis=0)
    least = [LEAST_SHARE * len(matrix) if _is_flag(term) else LEAST_ROWS for term in terms]
    counted = zip(terms, differing, least, strict=True)
    return tuple(term for term, n, wanted in counted if n >= wanted or _is_health(term))


def _is_flag(term: Term) -> bool:
    return term.factors[0].column.startswith("has_")


def _is_health(term: Term) -> bool:
    return term.factors[0].kind == "ramp" and term.factors[0].column.startswith("answer_")
